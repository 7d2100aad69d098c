"""A participant's certificate, by the link of the booking: for whoever has the link, as the rest of the booking is,
where they may hear who came."""

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.press.answer import as_pdf
from marketplace.base.web.access import public
from marketplace.base.web.http import Request
from marketplace.base.web.limits import printing
from offers.bookings.certificates.paper import certificate
from offers.bookings.queries import booking_by_token

NAME = "kursbevis"
"""Of the file: nothing of the course."""


@public
async def pdf(request: Request) -> Response:
    """GET /bookings/{token}/certificate.pdf, in the language of the page."""
    request.private = True
    found = await booking_by_token(request.path_params["token"], request.lang)
    if not found.tells_attendance(request.person and request.person.id):
        raise NotFound
    await printing(found.id, request.now)
    return as_pdf(await certificate(found.id, request.now, request.lang), NAME)
