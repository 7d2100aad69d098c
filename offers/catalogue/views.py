"""The public page of an offer."""

from starlette.responses import Response

from marketplace.base.quick.kept import kept
from marketplace.base.web.access import public
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from offers.catalogue import queries
from offers.catalogue.page import desk_address, page
from offers.catalogue.queries import viewer_of
from organizations.members.models import Role


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
