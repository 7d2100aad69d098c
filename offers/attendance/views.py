"""The register on a phone, and on paper."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.data.audit import record
from marketplace.base.errors import Conflict
from marketplace.base.web.access import member
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from offers.attendance import actions, queries, rules
from offers.attendance.acts import Act
from offers.attendance.closing.rules import Standing
from offers.attendance.forms import RegisterForm, beside, choice, filled, party_seats, states
from offers.attendance.keys import settled
from offers.attendance.lines import Typed, eithers, first_different, lines
from offers.attendance.models import AttendanceState
from offers.attendance.offline.sealing import Sealing
from offers.attendance.saved import Saved
from offers.attendance.taps.models import Field
from offers.attendance.taps.queries import board as board_of
from offers.attendance.taps.queries import log
from offers.attendance.taps.rules import OF_A_BOOKING
from offers.attendance.taps.shown import shown
from offers.catalogue.models import Session
from offers.catalogue.queries import title_of
from offers.participants.queries import answers_of_offer
from offers.rights.queries import session_hosted_by
from organizations.members.models import Role


async def _expected(
    request: Request, session: Session, read: str = Act.REGISTER_READ, **details: str
) -> list[rules.Attendee]:
    """Who is expected, under the names a register shows. Reading them is recorded."""
    await record(
        read, now=request.now, actor=request.person.id, object_id=session.id,
        organization=session.offer.owner_id, details=details,
    )  # fmt: skip
    return await queries.expected(session.id)


async def _page(request: Request, session: Session, form: Any, status: int = 200) -> Response:
    parties = await _expected(request, session)
    saved = await queries.saved(session.id)
    board = board_of(await log(session.id, [], saved.ended_at), saved, parties)
    stands = shown(board, parties, request.person.id, closed=saved.closed_at is not None)
    here = [str(party.booking_id) for party in parties if party.present]
    said = {
        party.booking_id: AttendanceState(party.marked)
        for party in parties
        if party.marked and not party.present
    }
    seats: dict[UUID, int] = {}
    if form is None:
        form = RegisterForm.blank(
            present=here, head_count=saved.head_count, adults=saved.adults,
            children=saved.children, volunteers=saved.volunteers, version=saved.version,
        )  # fmt: skip
    else:
        typed = await request.fields()
        seats = party_seats(typed)
        said = states(typed) if status != 409 else said | states(typed)
    if status == 409:
        beside(form, saved, here)
    past = await queries.earlier(session.offer_id, session.starts_at, request.now)
    standing = Standing(
        session.starts_at, session.ends_at, saved.saved_at, saved.closed_at, saved.by_clock,
        settled(session.starts_at, request.now), request.now,
    )  # fmt: skip
    undecided = eithers(board, parties, request.person.id)
    drawn = lines(
        board,
        parties,
        Typed({*form.values.get("present", [])}, said, seats),
        undecided,
        await answers_of_offer(session.offer_id),
    )
    return render(
        request, "offers/attendance/register.html",
        status=status, session=session, parties=parties, saved=saved, lines=drawn, heads=stands.heads, now=request.now,
        versions={name.value: board.version((None, name)) for name in Field if name not in OF_A_BOOKING},
        sealing=Sealing.of(request.person.id), eithers=undecided.get(None, []), different=first_different(drawn),
        form=form, here=len(here), title=await title_of(session.offer_id, request.lang), section="/manage",
        is_open=rules.is_open(session.starts_at, request.now), begun=session.starts_at <= request.now,
        year_closed=standing.settled, standing=standing, earlier=past[: queries.EARLIER_SHOWN],
        more=len(past) > queries.EARLIER_SHOWN,
    )  # fmt: skip


@member(Role.HOST)
async def register(request: Request) -> Response:
    """GET and POST /manage/sessions/{id}/register"""
    session = await session_hosted_by(request.person, request.path_params["id"])
    if request.method == "GET":
        return await _page(request, session, None)
    form, fields = await RegisterForm.read(request), await request.fields()
    said = filled(form, fields)
    if not form.valid:
        return await _page(request, session, form, 422)
    try:
        await actions.fill(
            session, said, version=form.data.version, by=request.person.id, now=request.now,
            chosen=choice(form.data.keep), plus=form.data.one_more,
        )  # fmt: skip
    except Conflict as conflict:
        form.add_error("form", conflict.message)
        return await _page(request, session, form, 409)
    return see_other(f"/manage/sessions/{session.id}/register?saved={Saved.REGISTER}", request)


@member(Role.HOST)
async def door_list(request: Request) -> Response:
    """GET /manage/sessions/{id}/list?with=contacts: for the door, on paper; first names only, or how to reach them
    too. That somebody made it is recorded, with which kind."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    contacts = request.query.get("with", [""])[-1] == "contacts"
    parties = await _expected(request, session, Act.DOOR_LIST_READ, kind="contacts" if contacts else "names")
    return render(
        request, "offers/attendance/list.html", session=session, parties=parties, contacts=contacts,
        title=await title_of(session.offer_id, request.lang), section="/manage",
    )  # fmt: skip
