"""Where the friendly word after a missed time leads: I come the next time, and ring me. (Off the list leads to where
one always cancels.) The links ask, and a button answers: mail scanners follow links."""

from typing import Any

from starlette.responses import Response

from marketplace.base.models import Channel
from marketplace.base.web.access import public
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.templates import render
from offers.bookings.colleagues import told_of_colleagues
from offers.bookings.forms import shown_by
from offers.bookings.queries import booking_by_token
from offers.bookings.rows import OwnBooking
from offers.bookings.saved import Saved
from offers.messages.missed import actions, rules
from offers.messages.missed.forms import CallForm
from offers.messages.missed.queries import last_missed, missed
from offers.seats.rules import Moved


@public
async def ways(request: Request) -> Response:
    """GET /bookings/{token}/missed, which a text message has room for: to the page about the last time that they
    missed."""
    request.private = True
    found = await booking_by_token(request.path_params["token"], request.lang)
    told = _told(request, found)
    session = await last_missed(found.id) if told else None
    if session is None:
        return see_other(found.path, request)
    way = "coming" if rules.can_come(await missed(found.id, session, told=told), request.now) else "call"
    return see_other(f"{found.path}/missed/{session}/{way}", request)


@public
async def coming(request: Request) -> Response:
    """GET and POST /bookings/{token}/missed/{session}/coming"""
    found, one = await _asked(request)
    moved = ""
    if request.method == "POST":
        try:
            await actions.come_again(
                found.id, one.session_id, told=_told(request, found), now=request.now,
                shown=shown_by((await request.fields()).get("shown", [])),
            )  # fmt: skip
        except actions.NotAnyMore:
            return _over(request, found)
        except Moved as other:
            found, one = await _asked(request)
            moved = other.message
        else:
            return see_other(f"{found.path}/missed/{one.session_id}/coming", request)
    if not rules.can_come(one, request.now):
        return _over(request, found)
    return _page(request, "coming", found, one, moved=moved, status=409 if moved else 200)


@public
async def call(request: Request) -> Response:
    """GET and POST /bookings/{token}/missed/{session}/call: ring me, on another number, or not after all. Where nobody
    would hear of it, there is a number to ring instead."""
    found, one = await _asked(request)
    # Their number is not told to a guide who did not book for them: nor the one that they asked to be rung on.
    colleague = await told_of_colleagues(found, request.person, request.roles, request.now)
    by_phone = found.channel in (Channel.SMS, Channel.CALL) and not colleague
    known = "" if colleague else one.number or (found.address if by_phone else "")
    form: Any = CallForm.blank(number=known)
    if request.method == "POST" and "no" in await request.fields():
        # Who may not hear that they were away does not hear that they asked either.
        if not rules.stands(one, request.now):
            return _over(request, found)
        if await actions.do_not_ring(found.id, one.session_id):
            return see_other(f"{found.path}?saved={Saved.NO_CALL}", request)
        return see_other(f"{found.path}/missed/{one.session_id}/call", request)
    if request.method == "POST" and one.heard:
        form = await CallForm.read(request)
        if form.valid:
            try:
                await actions.ring_me(
                    found.id, one.session_id, form.data.number, told=_told(request, found), now=request.now
                )
            except actions.NotAnyMore:
                return _over(request, found)
            return see_other(f"{found.path}/missed/{one.session_id}/call", request)
    if not rules.stands(one, request.now):
        return _over(request, found)
    unheard = request.method == "POST" and not form.errors
    return _page(
        request, "call", found, one, form=form, colleague=colleague,
        status=422 if form.errors else 409 if unheard else 200,
    )  # fmt: skip


async def _asked(request: Request) -> tuple[OwnBooking, rules.Missed]:
    """The booking of the link, and the time that it missed. Raises NotFound for a time that is none of its own."""
    request.private = True
    found = await booking_by_token(request.path_params["token"], request.lang)
    session = parse_id(request.path_params["session"])
    return found, await missed(found.id, session, told=_told(request, found))


def _told(request: Request, found: OwnBooking) -> bool:
    """May they hear that somebody was away? Who may not is answered as if nobody had been."""
    return found.tells_attendance(request.person and request.person.id)


def _over(request: Request, found: OwnBooking) -> Response:
    """What it was about is over, and nothing is to be done."""
    return render(request, "offers/messages/missed/over.html", status=410, booking=found, section="my-page")


def _page(request: Request, name: str, found: OwnBooking, one: rules.Missed, **more: Any) -> Response:
    return render(
        request, f"offers/messages/missed/{name}.html", booking=found, one=one, section="my-page",
        here=f"{found.path}/missed/{one.session_id}/{name}", **{"form": None, "status": 200} | more,
    )  # fmt: skip
