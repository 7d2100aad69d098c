"""A substitute's link: sent and revoked by a host, opened by whoever got it, and the register behind it."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from marketplace.base.data.audit import record
from marketplace.base.errors import Conflict, NotFound, Refused
from marketplace.base.web.access import member, public
from marketplace.base.web.cookies import set_cookie
from marketplace.base.web.http import Request, see_other, typed_id
from marketplace.base.web.limits import Tries, limits, of_address
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from offers.attendance.keys import settled
from offers.attendance.rules import is_open
from offers.attendance.sheet import sheet, written
from offers.attendance.substitute import actions, queries, rules
from offers.attendance.substitute.acts import Act
from offers.attendance.substitute.forms import AskForm
from offers.attendance.substitute.queries import Link
from offers.attendance.substitute.saved import Saved
from offers.catalogue.queries import title_of
from offers.rights.queries import Led, session_hosted_by
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
                [
                    Tries("substitute by", str(me), 20, DAY),
                    of_address("substitute to", address, 6, DAY, now=request.now),
                ],
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
        may=not session.called_off and rules.end_of_day(session.ends_at) > request.now,
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
            secret = await actions.open_here(link, request.form_binding, now=request.now)
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
        return await _page(request, link, session)
    if wrong := await written(request, session, by=None, substitute=link.id):
        return await _page(request, link, session, *wrong)
    return see_other(f"/substitute/registers/{link.id}?saved={Saved.REGISTER}", request)


async def _page(request: Request, link: Link, session: Led, form: Any = None, status: int = 200) -> Response:
    await record(
        Act.SUBSTITUTE_READ, now=request.now, object_id=session.id, organization=session.offer.owner_id
    )
    drawn = await sheet(request, session, link.id, form, status)
    return render(
        request, "offers/attendance/substitute/register.html", status=status, link=link, session=session, section="",
        title=await title_of(session.offer_id, request.lang),
        open=is_open(session.starts_at, request.now) and not session.called_off
        and not settled(session.starts_at, request.now),
        begun=session.starts_at <= request.now, **drawn._asdict(),
    )  # fmt: skip
