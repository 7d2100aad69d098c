"""What the organisations hold, for the coordinators of their municipality."""

from datetime import date
from typing import Any

from starlette.responses import Response

from marketplace.base.access import coordinator
from marketplace.base.clock import month_start, today
from marketplace.base.http import Request
from marketplace.base.templates import render
from marketplace.statistics import queries, rules
from organizations.directory.models import Municipality
from organizations.members.queries import coordinated_municipalities


@coordinator
async def organizations(request: Request) -> Response:
    """GET /statistics: offers and sessions held this year, by organisation, and the waiting lists, in months that are
    over. In January the year before."""
    this = today(request.now)
    year = this.year if this.month > 1 else this.year - 1
    end = month_start(date(this.year, this.month, 1))
    reached = await coordinated_municipalities(request.person.id)
    shown = await Municipality.filter(id__in=reached).order_by("name").limit(5)
    last = this.month - 1 if this.year == year else 12
    ends = [month_start(date(year + month // 12, month % 12 + 1, 1)) for month in range(1, last + 1)]
    queued = await queries.queued([one.id for one in shown], year, ends)
    found = [
        (
            municipality,
            *await queries.held_by_organization(municipality.id, year, end, request.now),
            _queues(queued.get(municipality.id, [])),
        )
        for municipality in shown
    ]
    return render(
        request, "marketplace/statistics/organizations.html", municipalities=found, year=year, until=end,
        section="/plans",
    )  # fmt: skip


def _queues(months: list[dict[str, Any]]) -> rules.Queues:
    return rules.queues(
        [(one["ends"].date(), one["waited"], one["placed"], one["left"]) for one in months],
        months[-1]["days"] if months else None,
    )
