"""The public pages: the list of offers, an offer, the organisations and one of them."""

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.quick.kept import kept
from marketplace.base.text import by_name
from marketplace.base.web.access import public
from marketplace.base.web.forms import Form
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from offers.catalogue import queries
from offers.catalogue.organizations import queries as organization_queries
from offers.catalogue.page import desk_address, page
from offers.catalogue.queries import viewer_of
from organizations.members.models import Role
from organizations.municipality.queries import municipalities


@public
@kept
async def offer(request: Request) -> Response:
    """GET /offers/{slug}"""
    found = await queries.offer_page(
        request.path_params["slug"],
        viewer=await viewer_of(request.person),
        lang=request.lang,
        now=request.now,
    )
    call = request.query.get("call", [""])[-1]
    desk = desk_address(found.offer.slug, call) if Role.GUIDE in request.roles else ""
    return render(
        request, "offers/catalogue/offer.html", offer=found.offer, shown=page(found, request.now, desk)
    )


@public
@kept
async def organizations(request: Request) -> Response:
    """GET /organizations?municipality=…"""
    places = await municipalities()
    chosen = request.query.get("municipality", [""])[-1]
    if chosen not in {"", *(place.slug for place in places)}:
        raise NotFound
    found = await organization_queries.organizations(
        await viewer_of(request.person), request.lang, request.now, chosen
    )
    found.sort(key=lambda row: by_name(row.name))
    return render(
        request, "offers/catalogue/organizations.html",
        organizations=found, places=places,
        form=Form.blank(municipality=chosen),
    )  # fmt: skip
