"""Finishing a register, taking that back, and saying that nobody came."""

from starlette.responses import Response

from marketplace.base.errors import Refused
from marketplace.base.web.access import member
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from offers.attendance.closing import actions
from offers.attendance.saved import Saved
from offers.catalogue.models import Session
from offers.catalogue.queries import title_of
from offers.rights.queries import session_hosted_by
from organizations.members.models import Role


def _back(request: Request, session: Session, said: Saved) -> Response:
    return see_other(f"/manage/sessions/{session.id}/register?saved={said}", request)


@member(Role.HOST)
async def finish(request: Request) -> Response:
    """POST /manage/sessions/{id}/register/done: "Ferdig"."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    await actions.finish(session, by=request.person.id, now=request.now)
    return _back(request, session, Saved.FINISHED)


@member(Role.HOST)
async def reopen(request: Request) -> Response:
    """POST /manage/sessions/{id}/register/done/undo: "Angre"."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    await actions.reopen(session, by=request.person.id, now=request.now)
    return _back(request, session, Saved.REOPENED)


@member(Role.HOST)
async def nobody(request: Request) -> Response:
    """GET and POST /manage/sessions/{id}/register/nobody: a link in a mail leads here, so it asks before it acts."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    if request.method == "POST":
        try:
            await actions.nobody_came(session, by=request.person.id, now=request.now)
        except Refused as refusal:
            refused = refusal.message
        else:
            return _back(request, session, Saved.FINISHED)
    else:
        refused = await actions.why_not_nobody(session, now=request.now)
    return render(
        request, "offers/attendance/closing/nobody.html", session=session, refused=refused,
        status=422 if refused and request.method == "POST" else 200,
        title=await title_of(session.offer_id, request.lang), section="/manage",
    )  # fmt: skip
