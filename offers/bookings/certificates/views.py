"""A participant's certificate, by the link of the booking: for whoever has the link, as the rest of the booking is."""

from starlette.responses import Response

from marketplace.base.web.access import public
from marketplace.base.web.http import Request
from offers.bookings.certificates.paper import certificate
from offers.bookings.queries import booking_by_token


def as_pdf(made: bytes) -> Response:
    """The file, which nobody on the way keeps; its name says nothing of the course."""
    return Response(
        made, media_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="kursbevis.pdf"', "Cache-Control": "no-store"},
    )  # fmt: skip


@public
async def pdf(request: Request) -> Response:
    """GET /bookings/{token}/certificate.pdf, in the language of the page."""
    request.private = True
    found = await booking_by_token(request.path_params["token"], request.lang)
    return as_pdf(await certificate(found.id, request.now, request.lang))
