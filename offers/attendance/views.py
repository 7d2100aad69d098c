"""The register on a phone, and on paper."""

from typing import Any

from starlette.responses import Response

from marketplace.base.data.audit import record
from marketplace.base.web.access import member
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from offers.attendance import queries, rules
from offers.attendance.acts import Act
from offers.attendance.closing.rules import Standing
from offers.attendance.keys import settled
from offers.attendance.lines import first_different
from offers.attendance.offline.words import words
from offers.attendance.saved import Saved
from offers.attendance.sheet import sheet, written
from offers.catalogue.queries import title_of
from offers.participants.queries import answers_of_offer
from offers.rights.queries import Led, register_hosted_by
from organizations.members.models import Role


async def _read(request: Request, session: Led, act: str = Act.REGISTER_READ, **details: str) -> None:
    """Reading who is expected is recorded."""
    await record(
        act, now=request.now, actor=request.person.id, object_id=session.id,
        organization=session.offer.owner_id, details=details,
    )  # fmt: skip


async def _page(request: Request, session: Led, form: Any = None, status: int = 200) -> Response:
    await _read(request, session)
    me = request.person.id
    drawn = await sheet(request, session, me, form, status, await answers_of_offer(session.offer_id))
    past = await queries.earlier(session.offer_id, session.id, session.starts_at, request.now)
    saved = drawn.saved
    standing = Standing(
        session.starts_at, session.ends_at, saved.saved_at, saved.closed_at, saved.by_clock,
        settled(session.starts_at, request.now), request.now,
    )  # fmt: skip
    return render(
        request, "offers/attendance/register.html", status=status, session=session, now=request.now,
        words=words(), different=first_different(drawn.lines),
        title=await title_of(session.offer_id, request.lang), section="/manage",
        is_open=rules.is_open(session.starts_at, request.now), begun=session.starts_at <= request.now,
        year_closed=standing.settled, standing=standing, earlier=past[: queries.EARLIER_SHOWN],
        more=len(past) > queries.EARLIER_SHOWN, **drawn._asdict(),
    )  # fmt: skip


@member(Role.HOST)
async def register(request: Request) -> Response:
    """GET and POST /manage/sessions/{id}/register"""
    session = await register_hosted_by(request.person, request.path_params["id"])
    if request.method == "GET":
        return await _page(request, session)
    if wrong := await written(request, session, by=request.person.id):
        return await _page(request, session, *wrong)
    return see_other(f"/manage/sessions/{session.id}/register?saved={Saved.REGISTER}", request)


@member(Role.HOST)
async def door_list(request: Request) -> Response:
    """GET /manage/sessions/{id}/list?with=contacts: for the door, on paper; first names only, or how to reach them
    too. That somebody made it is recorded, with which kind."""
    session = await register_hosted_by(request.person, request.path_params["id"])
    contacts = request.query.get("with", [""])[-1] == "contacts"
    await _read(request, session, Act.DOOR_LIST_READ, kind="contacts" if contacts else "names")
    return render(
        request, "offers/attendance/list.html", session=session, parties=await queries.expected(session.id),
        contacts=contacts,
        title=await title_of(session.offer_id, request.lang), section="/manage",
    )  # fmt: skip
