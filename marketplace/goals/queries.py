"""Reads of plans and goals. Fetching is permission: coordinators of the municipality see all of it; to others they are
not there (NotFound)."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.errors import NotFound
from marketplace.dialogue.models import Dialogue
from marketplace.goals.figures.series import COMPLETENESS, cells_of
from marketplace.goals.models import (
    FocusArea,
    Goal,
    GoalChange,
    Plan,
    PlanComment,
)
from marketplace.statistics.closing import old_rule_years as years_by_the_old_rule
from marketplace.statistics.measures import Measure as Counted
from marketplace.statistics.stored import By, by
from organizations.directory.models import District, Municipality, Organization
from organizations.members.queries import coordinated_municipalities

SHOWN_COMMENTS = 50


async def plans(person: Any) -> list[tuple[Municipality, list[Plan]]]:
    """Every municipality of the person with its plans, with their focus areas and goals, the newest first."""
    reached = await coordinated_municipalities(person.id)
    found: dict[UUID, tuple[Municipality, list[Plan]]] = {
        one.id: (one, []) for one in await Municipality.filter(id__in=reached).order_by("name")
    }
    for plan in (
        await Plan.filter(municipality_id__in=reached)
        .order_by("-first_year", "slug")
        .prefetch_related("municipality", "focus_areas__goals")
    ):
        found[plan.municipality_id][1].append(plan)
    return list(found.values())


async def plan_of(person: Any, slug: str) -> Plan:
    """A plan with its municipality, focus areas, measures and goals. Raises NotFound."""
    reached = await coordinated_municipalities(person.id)
    plan = await Plan.get_or_none(slug=slug, municipality_id__in=reached).prefetch_related(
        "municipality", "focus_areas__measures__responsible", "focus_areas__goals"
    )
    if plan is None:
        raise NotFound
    return plan


async def plan_to_change(person: Any, slug: str) -> Plan:
    """The same, while it is not retired. Raises NotFound."""
    plan = await plan_of(person, slug)
    if plan.retired_at:
        raise NotFound
    return plan


async def plan_to_add_to(person: Any, slug: str) -> Plan:
    """The same with its municipality and focus areas alone. Raises NotFound."""
    reached = await coordinated_municipalities(person.id)
    plan = await Plan.get_or_none(
        slug=slug, municipality_id__in=reached, retired_at__isnull=True
    ).prefetch_related("municipality", "focus_areas")  # fmt: skip
    if plan is None:
        raise NotFound
    return plan


def area_in(plan: Plan, area: UUID) -> FocusArea:
    """One of the plan's focus areas. Raises NotFound."""
    found = next((one for one in plan.focus_areas if one.id == area), None)
    if found is None:
        raise NotFound
    return found


async def goal_of(person: Any, slug: str) -> Goal:
    """A goal with its focus area, plan, municipality and dialogue. Raises NotFound."""
    reached = await coordinated_municipalities(person.id)
    goal = await Goal.get_or_none(
        slug=slug, focus_area__plan__municipality_id__in=reached
    ).select_related("focus_area__plan__municipality", "dialogue")  # fmt: skip
    if goal is None:
        raise NotFound
    return goal


async def goal_to_change(person: Any, slug: str) -> Goal:
    """The same, while it is not withdrawn and its plan not retired. Raises NotFound."""
    goal = await goal_of(person, slug)
    if goal.withdrawn_at or goal.focus_area.plan.retired_at:
        raise NotFound
    return goal


async def names_of_cells(goal: Goal) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """The names of the districts and of the organisations that a goal adds up."""
    districts = await District.filter(id__in=[one for one in goal.districts if one]).values_list("id", "name")
    organizations = await Organization.filter(id__in=goal.organizations).values_list("id", "name")
    return dict(districts), dict(organizations)


async def comments(*, measure: UUID | None = None, goal: UUID | None = None) -> list[PlanComment]:
    """What was said of a measure or a goal, the newest first."""
    about = {"measure_id": measure} if measure else {"goal_id": goal}
    return (
        await PlanComment.filter(**about).order_by("-at", "-id").limit(SHOWN_COMMENTS)
        .select_related("organization")
    )  # fmt: skip


class _OldYears(NamedTuple):
    years: list[int]
    peopled: bool


async def changes(goal: UUID) -> list[GoalChange]:
    """What was changed of a goal, the newest first, with who did it."""
    return await GoalChange.filter(goal_id=goal).order_by("-at", "-id").select_related("changed_by")


async def dialogues_of(municipality: UUID) -> list[Dialogue]:
    """What a goal about meetings can be about."""
    return await Dialogue.filter(municipality_id=municipality).order_by("slug")


async def districts_of(municipality: UUID) -> list[District]:
    return await District.filter(municipality_id=municipality).order_by("name")


async def organizations_of(municipality: UUID) -> list[Organization]:
    """Those that may answer for a measure, or whose figures a goal may add."""
    return await Organization.filter(
        municipality_id=municipality, state__in=("approved", "suspended")
    ).order_by("name")


async def old_rule_years(municipality: UUID, years: Sequence[int]) -> tuple[set[int], bool]:
    """Those of the years that keep what was shown by the rule before the cube: nothing else is counted in them. And is
    it known how many live in the municipality?"""
    (found,) = await rows(
        _OldYears,
        f"""SELECT ARRAY(SELECT year FROM ({years_by_the_old_rule("$1")}) y WHERE year = ANY($2)) AS years,
            EXISTS (SELECT FROM population WHERE municipality_id = $1) AS peopled""",
        municipality, list(years),
    )  # fmt: skip
    return set(found.years), found.peopled


async def lagging(goal: Goal, year: int) -> int:
    """How many organisations have not saved all registers of the goal's cells, as stored at the newest closing."""
    found = await by(cells_of(goal), year, COMPLETENESS, By.ORGANIZATION)
    return sum(sums[Counted.SESSIONS].value < sums[Counted.DUE].value for sums in found.values())
