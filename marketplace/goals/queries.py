"""Reads of plans and goals, for coordinators of the municipality. Fetching is permission: others get NotFound."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from itertools import dropwhile
from typing import Any
from uuid import UUID

from marketplace.base.database import rows
from marketplace.base.errors import NotFound
from marketplace.dialogue.models import Dialogue
from marketplace.dialogue.queries import fewest_organizations
from marketplace.goals.models import Goal, GoalFigure, Metric, Plan
from marketplace.goals.rules import OF_PEOPLE, closed, measured_to
from marketplace.statistics import queries as statistics
from marketplace.statistics.rules import Figure, Scope, shown
from organizations.directory.models import Municipality
from organizations.members.queries import coordinated_municipalities

COUNTS = {
    Metric.DISTINCT_PEOPLE: statistics.distinct_people,
    Metric.ATTENDANCES: statistics.attendances,
    Metric.SESSIONS_HELD: statistics.sessions_held,
    Metric.OFFERS_HELD: statistics.offers_held,
}

Series = list[tuple[date, int | None]]
"""A goal's closed months, and what may be shown of each."""


async def plans(person: Any) -> list[tuple[Municipality, list[Plan]]]:
    """The plans of the person's municipalities, with their focus areas and goals, the newest first."""
    reached = await coordinated_municipalities(person.id)
    found: dict[UUID, tuple[Municipality, list[Plan]]] = {}
    for plan in (
        await Plan.filter(municipality_id__in=reached)
        .order_by("municipality__name", "-first_year", "slug")
        .prefetch_related("municipality", "focus_areas__goals")
    ):
        found.setdefault(plan.municipality.id, (plan.municipality, []))[1].append(plan)
    return list(found.values())


async def plan_of(person: Any, slug: str) -> Plan:
    """A plan with its municipality, focus areas, measures and goals. Raises NotFound."""
    reached = await coordinated_municipalities(person.id)
    plan = await Plan.get_or_none(slug=slug, municipality_id__in=reached).prefetch_related(
        "municipality", "focus_areas__measures", "focus_areas__goals"
    )
    if plan is None:
        raise NotFound
    return plan


async def goal_of(person: Any, slug: str) -> Goal:
    """A goal with its focus area, plan and dialogue. Raises NotFound."""
    reached = await coordinated_municipalities(person.id)
    goal = await Goal.get_or_none(
        slug=slug, focus_area__plan__municipality_id__in=reached
    ).select_related("focus_area__plan", "dialogue")  # fmt: skip
    if goal is None:
        raise NotFound
    return goal


async def dialogues_of(municipality: UUID) -> list[Dialogue]:
    """What a goal about meetings can be about."""
    return await Dialogue.filter(municipality_id=municipality).order_by("slug")


def scope_of(goal: Goal) -> Scope:
    return Scope(goal.audience, goal.kind, goal.evenings_only)


async def shown_series(municipality: UUID, years: Iterable[int]) -> dict[UUID, Series]:
    """By goal the months that are closed, and what may be shown of each.

    All counts of a municipality's year are read, in the order they were made: what one goal shows decides what
    another may.
    """
    found = await rows(
        """SELECT g.id, g.metric, g.year, g.audience, g.kind, g.evenings_only, f.month, f.value
        FROM goal_figure f JOIN goal g ON g.id = f.goal_id JOIN focus_area a ON a.id = g.focus_area_id
        JOIN plan p ON p.id = a.plan_id WHERE p.municipality_id = $1 AND g.year = ANY($2)
        ORDER BY f.counted_at, f.month, g.id""",
        municipality, list(years),
    )  # fmt: skip
    series: dict[UUID, Series] = defaultdict(list)
    alike: dict[tuple[int, Metric], list[dict[str, Any]]] = defaultdict(list)
    for figure in found:
        alike[figure["year"], Metric(figure["metric"])].append(figure)
    for (_year, metric), figures in alike.items():
        numbers: Iterable[int | None] = (figure["value"] for figure in figures)
        if metric in OF_PEOPLE:
            numbers = shown(
                Figure(
                    figure["id"],
                    Scope(figure["audience"], figure["kind"], figure["evenings_only"]),
                    figure["month"],
                    figure["value"],
                )
                for figure in figures
            )
        for figure, number in zip(figures, numbers, strict=True):
            series[figure["id"]].append((figure["month"], number))
    return {goal: sorted(months, key=lambda point: point[0]) for goal, months in series.items()}


async def newest_groups(goal: UUID) -> GoalFigure | None:
    """The newest figure of a goal that says how people fall into groups. What is in it may not all be shown."""
    return await GoalFigure.filter(goal_id=goal, groups__isnull=False).order_by("-month").first()


async def begun(goal: Goal, series: Series, now: datetime) -> Series:
    """A goal's series without the months before anything was held: there is nothing hidden in those."""
    if goal.metric not in OF_PEOPLE:
        return list(dropwhile(lambda point: not point[1], series))
    first = await statistics.first_held(scope_of(goal), goal.focus_area.plan.municipality_id, goal.year, now)
    return [point for point in series if first and first < measured_to(point[0], goal.year)]


async def lacking(now: datetime) -> list[tuple[UUID, list[date]]]:
    """Goals with their closed months that have no figure yet."""
    found = await rows(
        """SELECT g.id, g.year, array_agg(f.month) AS months FROM goal g
        LEFT JOIN goal_figure f ON f.goal_id = g.id GROUP BY g.id HAVING count(f.id) < 13 ORDER BY g.id"""
    )
    months = {goal["id"]: sorted(set(closed(goal["year"], now)) - set(goal["months"])) for goal in found}
    return [(goal, missing) for goal, missing in months.items() if missing]


async def measure(goal: Goal, ends: list[datetime], now: datetime) -> list[int]:
    """The goal's number from January to each of these moments, as registers say now. Not to be shown as it is."""
    if goal.metric == Metric.ORGANIZATIONS_AT_MEETING:
        dialogue = goal.dialogue_id
        return await fewest_organizations(dialogue, goal.year, ends)
    municipality = goal.focus_area.plan.municipality_id
    return await COUNTS[Metric(goal.metric)](scope_of(goal), municipality, goal.year, ends, now)
