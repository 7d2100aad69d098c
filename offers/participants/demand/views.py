"""The page that tells those who lead an offer whether more seats are wanted."""

from starlette.responses import Response

from marketplace.base.web.access import member
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from offers.catalogue.queries import title_of
from offers.participants.demand import queries
from offers.rights.queries import offer_led_by
from organizations.members.models import Role


@member(Role.HOST)
async def demand(request: Request) -> Response:
    """GET /manage/offers/{slug}/demand: how many wait, for how long, and how many gave up."""
    offer = await offer_led_by(request.person, request.path_params["slug"])
    return render(
        request, "offers/participants/demand/demand.html", demand=await queries.demand(offer.id, request.now),
        offer=offer,
        title=await title_of(offer.id, request.lang), section="/manage",
    )  # fmt: skip
