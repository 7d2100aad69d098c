"""I dag: what waits for a coordinator, what organisations need a word about, and what comes next."""

from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from marketplace.base.clock import oslo, today
from marketplace.base.first_names import first_name
from marketplace.base.i18n import pick
from marketplace.base.text import isolated
from marketplace.base.web.access import coordinator
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from marketplace.dialogue.needs.queries import said_since
from marketplace.goals import words
from marketplace.goals.figures.rules import VERDICT_LABELS, Verdict
from marketplace.goals.figures.series import Wanted, series
from marketplace.goals.figures.spans import Span
from marketplace.today import actions, queries, rules
from marketplace.today.saved import Saved
from organizations.approval.queries import in_reach
from organizations.members.queries import coordinated_municipalities
from organizations.notices.queries import answering_late


@coordinator
async def show(request: Request) -> Response:
    """GET /today"""
    person, now, day = request.person, request.now, today(request.now)
    reached = await coordinated_municipalities(person.id)
    applied = [one for one in await in_reach(person, "waiting") if one.decides and not one.their_turn]
    lacking = await queries.lacking(person, now)
    late, turned = await answering_late(person, now), await _turned(reached, request)
    closing, month = rules.next_closing(day)
    settled, year = rules.settling(day)
    missed = await said_since(reached, now - rules.MISSED_LATELY)
    return render(
        request, "marketplace/today/show.html", section="/today", applied=applied, turned=turned, late=late,
        lacking=lacking, sessions=sum(one.sessions for one in lacking),
        to_remind=[one for one in lacking if one.to_remind],
        reminded_at=max((one.reminded_at for one in lacking if one.reminded_at), default=None),
        hurry=any(now - one.created_at >= rules.SOON for one in applied),
        greeting=rules.greeting(oslo(now).hour, isolated(first_name(person.name))), day=day,
        meetings=await queries.meetings(reached, request.lang, now), closing=closing, month=month, settled=settled,
        year=year, missed=missed,
    )  # fmt: skip


@dataclass(frozen=True)
class Turned:
    """A goal whose verdict is another than it was: both in words, and what the goal is."""

    slug: str
    title: str
    before: str
    after: str
    lead: str


async def _turned(municipalities: list[UUID], request: Request) -> list[Turned]:
    """The goals whose verdict is another than it was a closing ago, with both in words."""
    wanted = []
    for goal in await queries.goals(municipalities, today(request.now).year):
        stretch = Span.of(goal).stretch(request.now)
        wanted.append(Wanted(goal, stretch))
    found = []
    for one, shown in zip(wanted, await series(wanted, request.now) if wanted else [], strict=True):
        before, after = shown.before.verdict, shown.progress.verdict
        if Verdict.WAITING not in (before, after) and before != after:
            found.append(
                Turned(one.goal.slug, pick(one.goal.title), VERDICT_LABELS[before], VERDICT_LABELS[after],
                       words.lead(one.goal, shown.aim))
            )  # fmt: skip
    return found


@coordinator
async def remind(request: Request) -> Response:
    """POST /today/reminders: a friendly word to whoever has registers to save, once a week at the most."""
    reminded = await actions.remind(request.person, now=request.now)
    return see_other(f"/today?saved={Saved.REMINDED if reminded else Saved.QUIET}", request)
