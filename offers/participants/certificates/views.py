"""Certificates for those who lead the offer: who has one, its number, and the paper for whoever cannot print it."""

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.press.answer import as_pdf
from marketplace.base.web.access import member
from marketplace.base.web.http import Request, parse_id
from marketplace.base.web.limits import printing
from marketplace.base.web.templates import render
from offers.bookings.certificates.paper import certificate
from offers.bookings.certificates.views import NAME
from offers.catalogue.queries import title_of
from offers.participants.actions import note_read
from offers.participants.certificates.queries import holders
from offers.rights.queries import offer_led_by
from organizations.members.models import Role


@member(Role.HOST)
async def listing(request: Request) -> Response:
    """GET /manage/offers/{slug}/certificates"""
    offer = await offer_led_by(request.person, request.path_params["slug"])
    found = await holders(offer.id, request.now)
    await note_read(offer, len(found), by=request.person.id, now=request.now, list="certificates")
    return render(
        request, "offers/participants/certificates/listing.html", offer=offer, holders=found, section="/manage",
        title=await title_of(offer.id, request.lang),
    )  # fmt: skip


@member(Role.HOST)
async def pdf(request: Request) -> Response:
    """GET /manage/offers/{slug}/certificates/{booking}: the paper of one who is not shielded, in their language."""
    offer = await offer_led_by(request.person, request.path_params["slug"])
    booking = parse_id(request.path_params["booking"])
    mine = [one for one in await holders(offer.id, request.now) if one.booking_id == booking]
    if not mine or mine[0].shielded:
        raise NotFound
    await printing(request.person.id, request.now)
    made = await certificate(booking, request.now)
    await note_read(offer, 1, by=request.person.id, now=request.now, list="certificates")
    return as_pdf(made, NAME)
