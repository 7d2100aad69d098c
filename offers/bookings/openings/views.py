""" "Si fra når påmeldingen åpner": one message, to whoever asks for it."""

from datetime import timedelta

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.web.access import public
from marketplace.base.web.http import Request, parse_id, see_other, typed_id
from marketplace.base.web.limits import limit_visitor, limits, of_address
from marketplace.base.web.templates import render
from offers.bookings import queries
from offers.bookings.openings import actions
from offers.bookings.openings import queries as openings_queries
from offers.bookings.openings.forms import NoticeForm
from offers.bookings.saved import Saved
from offers.catalogue.queries import viewer_of
from offers.seats import rules as seats_rules


@public
async def create(request: Request) -> Response:
    """POST /offers/{slug}/bookings/notice. The answer is the same whether the address is known or not."""
    slug, session = (
        request.path_params["slug"],
        typed_id((await request.fields()).get("session", [None])[-1]),
    )
    found = await queries.bookable(slug, session, await viewer_of(request.person), request.lang)
    if not seats_rules.only_not_open(found.pool, request.now):
        return see_other(booking_path(slug, session), request)
    form = await NoticeForm.read(request)
    if not form.valid:
        return render(
            request, "offers/bookings/closed.html",
            status=422, offer=found, form=form, not_open=True, section="offers",
            reason=seats_rules.objection_text(
                seats_rules.Objection.NOT_OPEN, found.pool, found.sensitive),
        )  # fmt: skip
    channel, address = form.data.contact
    await limit_visitor("opening notice", request, 30, timedelta(hours=1))
    await limits(
        [of_address("opening notice", address, 10, timedelta(days=1), now=request.now)], now=request.now
    )
    await actions.note(found.pool_id, channel, address, lang=request.lang, now=request.now)
    return see_other(f"/offers/{slug}?saved={Saved.NOTICE}", request)


@public
async def go(request: Request) -> Response:
    """GET /bookings/opens/{pool}: from a message, whose link names no offer, to the form."""
    pool = parse_id(request.path_params["pool"])
    found = await openings_queries.opening(pool, await viewer_of(request.person), request.lang)
    if found is None:
        raise NotFound
    return see_other(booking_path(found.slug, found.session_id), request)


def booking_path(slug: str, session: object) -> str:
    """The address of a booking form."""
    return f"/offers/{slug}/bookings/new" + (f"?session={session}" if session else "")
