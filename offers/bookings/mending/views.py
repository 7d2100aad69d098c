"""The one way from a booking form to what it books, for every page with such a form: once, and asking when in doubt."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.data.database import in_transaction
from marketplace.base.models import Channel
from marketplace.base.web.access import public
from marketplace.base.web.cookies import cookie, set_cookie
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import Tries, of_visitor
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from offers.bookings import queries, rules
from offers.bookings.colleagues import told_of_colleagues
from offers.bookings.mending import actions
from offers.bookings.mending.forms import AddressForm
from offers.bookings.mending.queries import holds
from offers.bookings.mending.rules import LATELY, Sent
from offers.bookings.parties import booking_for
from offers.bookings.saved import Saved
from offers.seats import once
from offers.seats.claims import Booked, JustSent, Party

COOKIE = "sent"


async def book_once(
    request: Request,
    form: Filled[Any],
    party: Party,
    slug: str,
    sessions: Sequence[UUID | None],
    act: Callable[[bytes], Awaitable[Booked]],
    tries: Sequence[Tries] = (),
    several: bool = False,
) -> tuple[Booked, bytes]:
    """What the form has booked, and the form's key that it did so with. `act` books with that key; `sessions`: what it
    is for.

    Raises JustSent when this browser has just sent something else for the same person that still holds, unless the
    form says whether to mend that or to add one more; and what `act` raises.
    """
    data = form.data
    key = bytes.fromhex(data.more_key if data.again == "more" and data.more_key else data.form_key)
    if data.again == "mend" and data.sent:
        async with in_transaction():
            booked = await actions.mend(
                bytes.fromhex(data.sent), party, form_key=key, now=request.now, tries=tries,
                by=request.person.id if request.person else None, sessions=sessions, several=several,
            )  # fmt: skip
            if several:  # dates that are new
                booked = await act(key)
        return booked, key
    if data.again != "more" and not party.account:  # of an account the database knows
        sent = Sent(cookie(request.cookies, COOKIE), request.now)
        for session in sessions if sent.entries else ():
            before = sent.before(slug, session, party.whom, party.key(key))
            if before and await holds(before, session, request.now):
                raise JustSent(before)
    while True:
        try:
            return await act(key), key
        except JustSent as just:
            if just.key != party.key(key) or await holds(just.key, None, request.now):
                raise
            # What this form made is over: there is nothing to mend, and what it says now is a booking of its own.
            key = once.key_after(key)
            form.values["form_key"] = key.hex()


def asked_about(form: Filled[Any], just: JustSent) -> None:
    """Let the form ask, with what was typed now."""
    asked = "own" if just.own else "lately"
    form.values |= {"sent": just.key.hex(), "more_key": secrets.token_hex(16), "asked": asked}


def remembering(
    request: Request,
    response: Response,
    slug: str,
    sessions: Sequence[UUID | None],
    party: Party,
    form_key: bytes,
) -> Response:
    """The answer, and the browser remembers for a while that it sent this. Nobody can read there what or for whom."""
    sent = Sent(cookie(request.cookies, COOKIE), request.now)
    text = sent.noted(slug, sessions, party.whom, party.key(form_key), request.now)
    set_cookie(response, COOKIE, text, int(LATELY.total_seconds()))
    return response


@public
@made_once
async def address(request: Request) -> Response:
    """GET and POST /bookings/{token}/address: whoever holds the link may say where messages go."""
    request.private = True
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    if not found.active or rules.over(found, request.now):
        return see_other(found.path, request)
    form = AddressForm.blank(contact=found.channel or "email")
    colleague = await told_of_colleagues(found, request.person, request.roles, request.now)
    if request.method == "POST":
        form = await AddressForm.read(request)
        if form.valid and form.data.reach:
            channel, wanted = form.data.reach
            path = await actions.change_address(
                found.id, channel, wanted, now=request.now, by=request.person.id if request.person else None,
                tries=[*of_visitor("change address", request, 60, timedelta(hours=1)),
                       booking_for(wanted, request.now)],
            )  # fmt: skip
            said = Saved.NUMBER if channel is Channel.CALL else Saved.ADDRESS
            if (channel, wanted) == (found.channel, found.address) and not colleague:
                said = Saved.SAME  # nothing was sent, and they may be waiting for it
            return see_other(f"{path}?saved={said}", request)
    return render(
        request, "offers/bookings/mending/address.html", colleague=colleague,
        status=422 if form.errors else 200, booking=found, form=form,
        section="my-page",
    )  # fmt: skip
