"""The public list of organisations. The page of one of them shows a list of offers, so it stands in offers/search."""

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.quick.kept import kept
from marketplace.base.text import by_name
from marketplace.base.web.access import public
from marketplace.base.web.forms import Form
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from offers.catalogue.organizations import queries
from offers.catalogue.queries import viewer_of
from organizations.municipality.queries import municipalities


@public
@kept
async def organizations(request: Request) -> Response:
    """GET /organizations?municipality=…"""
    places = await municipalities()
    chosen = request.query.get("municipality", [""])[-1]
    if chosen not in {"", *(place.slug for place in places)}:
        raise NotFound
    found = await queries.organizations(await viewer_of(request.person), request.lang, request.now, chosen)
    found.sort(key=lambda row: by_name(row.name))
    return render(
        request, "offers/catalogue/organizations/organizations.html",
        organizations=found, places=places,
        form=Form.blank(municipality=chosen),
    )  # fmt: skip
