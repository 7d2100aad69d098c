"""What the organisations hold, for the coordinators of their municipality."""

from datetime import date

from starlette.responses import Response

from marketplace.base.access import coordinator
from marketplace.base.clock import month_start, today
from marketplace.base.http import Request
from marketplace.base.templates import render
from marketplace.statistics import queries
from organizations.directory.models import Municipality
from organizations.members.queries import coordinated_municipalities


@coordinator
async def organizations(request: Request) -> Response:
    """GET /statistics: offers and sessions held this year, by organisation, in months that are over. In January the
    year before."""
    this = today(request.now)
    year = this.year if this.month > 1 else this.year - 1
    end = month_start(date(this.year, this.month, 1))
    reached = await coordinated_municipalities(request.person.id)
    found = [
        (municipality, *await queries.held_by_organization(municipality.id, year, end))
        for municipality in await Municipality.filter(id__in=reached).order_by("name").limit(5)
    ]
    return render(
        request, "marketplace/statistics/organizations.html", municipalities=found, year=year, until=end,
        section="/plans",
    )  # fmt: skip
