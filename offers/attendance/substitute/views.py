"""A substitute's link: sent and revoked by a host, opened by whoever got it, and the register behind it."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from marketplace.base.data.audit import record
from marketplace.base.errors import Conflict, NotFound, Refused
from marketplace.base.web.access import member, public
from marketplace.base.web.http import Request, see_other, set_cookie, typed_id
from marketplace.base.web.limits import Tries, limits
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from offers.attendance import actions as registers
from offers.attendance import queries as attendance
from offers.attendance import rules as attendance_rules
from offers.attendance.forms import RegisterForm, beside, choice, filled, party_seats, states
from offers.attendance.keys import settled
from offers.attendance.lines import Typed, eithers, lines
from offers.attendance.models import AttendanceState
from offers.attendance.substitute import actions, queries, rules
from offers.attendance.substitute.acts import Act
from offers.attendance.substitute.forms import AskForm
from offers.attendance.substitute.queries import Link
from offers.attendance.substitute.saved import Saved
from offers.attendance.taps.models import Field
from offers.attendance.taps.queries import board as board_of
from offers.attendance.taps.queries import log
from offers.attendance.taps.rules import OF_A_BOOKING
from offers.attendance.taps.shown import shown
from offers.catalogue.models import Session
from offers.catalogue.queries import title_of
from offers.rights.queries import session_hosted_by
from organizations.members.models import Role

DAY = timedelta(days=1)


@member(Role.HOST)
@made_once
async def ask(request: Request) -> Response:
    """GET and POST /manage/sessions/{id}/substitute: whom the link goes to, and what became of those that were sent."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    form: Any = AskForm.blank()
    if request.method == "POST":
        form = await AskForm.read(request)
        if form.valid:
            channel, address = form.data.contact
            me = request.person.id
            await limits(
                [Tries("substitute by", str(me), 20, DAY), Tries("substitute to", address, 6, DAY)],
                now=request.now,
            )
            try:
                await actions.ask(session, channel, address, lang=request.lang, by=me, now=request.now)
                return see_other(f"/manage/sessions/{session.id}/substitute?saved={Saved.ASKED}", request)
            except Refused as refused:
                form.add_error("form", refused.message)
    return render(
        request, "offers/attendance/substitute/ask.html", status=422 if form.errors else 200, form=form,
        session=session, title=await title_of(session.offer_id, request.lang), section="/manage",
        links=[(link, link.holds(request.now)) for link in await queries.of_session(session.id)],
        may=not session.called_off and rules.end_of_day(session.starts_at) > request.now,
    )  # fmt: skip


@member(Role.HOST)
async def revoke(request: Request) -> Response:
    """POST /manage/sessions/{id}/substitute/revoke"""
    session = await session_hosted_by(request.person, request.path_params["id"])
    substitute = typed_id((await request.fields()).get("substitute", [""])[-1])
    if substitute is None:
        raise NotFound
    await actions.revoke(session, substitute, by=request.person.id, now=request.now)
    return see_other(f"/manage/sessions/{session.id}/substitute?saved={Saved.REVOKED}", request)


@public
async def open_link(request: Request) -> Response:
    """GET and POST /substitute/{token}: asks first, for machines open links too; then it is this browser's."""
    request.private = True
    link = await queries.by_token(request.path_params["token"], request.now)
    here, refused = f"/substitute/registers/{link.id}", None
    if queries.opened_here(request, link):
        return see_other(here, request)
    if request.method == "POST":
        try:
            secret = await actions.open_here(link, now=request.now)
        except Conflict as conflict:
            refused = conflict.message
        else:
            answer = see_other(here, request)
            lasts = int((link.ends_at - request.now).total_seconds())
            set_cookie(answer, f"{rules.COOKIE}{link.id.hex}", secret, lasts)
            return answer
    return render(
        request, "offers/attendance/substitute/open.html", status=409 if refused else 200, link=link,
        token=request.path_params["token"], refused=refused, section="",
    )  # fmt: skip


@public
async def register(request: Request) -> Response:
    """GET and POST /substitute/registers/{id}: the register, without contacts, answers or other pages."""
    request.private = True
    link, session = await queries.session_substituted_by(request)
    if request.method == "GET":
        return await _page(request, link, session, None)
    form, fields = await RegisterForm.read(request), await request.fields()
    said = filled(form, fields)
    if not form.valid:
        return await _page(request, link, session, form, 422)
    try:
        await registers.fill(
            session, said, version=form.data.version, by=None, now=request.now, chosen=choice(form.data.keep),
            plus=form.data.one_more, substitute=link.id,
        )  # fmt: skip
    except Conflict as conflict:
        form.add_error("form", conflict.message)
        return await _page(request, link, session, form, 409)
    return see_other(f"/substitute/registers/{link.id}?saved={Saved.REGISTER}", request)


async def _page(request: Request, link: Link, session: Session, form: Any, status: int = 200) -> Response:
    await record(
        Act.SUBSTITUTE_READ, now=request.now, object_id=session.id, organization=session.offer.owner_id
    )
    parties, saved = await attendance.expected(session.id), await attendance.saved(session.id)
    board = board_of(await log(session.id, [], saved.ended_at), saved, parties)
    said = {
        party.booking_id: AttendanceState(party.marked)
        for party in parties
        if party.marked and not party.present
    }
    seats = {}
    here = [str(party.booking_id) for party in parties if party.present]
    if form is None:
        form = RegisterForm.blank(
            present=here, head_count=saved.head_count, adults=saved.adults, children=saved.children,
            volunteers=saved.volunteers, version=saved.version,
        )  # fmt: skip
    else:
        typed = await request.fields()
        seats, said = party_seats(typed), said | states(typed)
        if status == 409:
            beside(form, saved, here)
    undecided = eithers(board, parties, link.id)
    drawn = lines(board, parties, Typed({*form.values.get("present", [])}, said, seats), undecided)
    return render(
        request, "offers/attendance/substitute/register.html", status=status, link=link, session=session, form=form,
        lines=drawn, eithers=undecided.get(None, []), saved=saved, here=len(here), section="",
        heads=shown(board, parties, link.id, closed=saved.closed_at is not None).heads,
        versions={name.value: board.version((None, name)) for name in Field if name not in OF_A_BOOKING},
        title=await title_of(session.offer_id, request.lang),
        open=attendance_rules.is_open(session.starts_at, request.now) and not session.called_off
        and not settled(session.starts_at, request.now),
    )  # fmt: skip
