"""Registers without net: what a phone keeps, the empty page that stands in, and the code that puts it there.

The list and the registers are JSON that no cache keeps; the phone seals them. The page holds nothing of anybody.
"""

import hashlib
import json

from starlette.responses import Response

from marketplace.base.i18n import time_span
from marketplace.base.web.access import had_role, member, public
from marketplace.base.web.http import Request
from marketplace.base.web.sealing import sealing
from marketplace.base.web.static import asset, static_url
from marketplace.base.web.templates import render
from offers.attendance.lines import Line
from offers.attendance.offline import actions
from offers.attendance.offline.queries import near
from offers.attendance.offline.rules import days
from offers.attendance.offline.words import words
from offers.attendance.queries import expected
from offers.attendance.taps.queries import kept
from offers.attendance.taps.rules import most_of
from offers.attendance.taps.shown import shown
from offers.attendance.taps.views import answer, told
from offers.catalogue.queries import title_of
from offers.rights.queries import register_hosted_by
from organizations.members.models import Role

FILES = (
    "css/tokens.css", "vendor/designsystemet@1.22.0/designsystemet.css", "css/treffpunkt.css", "img/favicon.svg",
    "js/stands.js", "js/store.js", "js/queue.js", "js/calm.js", "js/fields.js", "js/conflicts.js", "js/register.js",
    "js/offline.js",
)  # fmt: skip
BLANK = Line("NUMBER", "BOOKING", "", "", "", "", False, False, False, 0, 1, 0, 99, [], [])  # type: ignore[arg-type]
"""A party's line before the phone's code has written whose it is: the same markup as with net."""


def _here(request: Request, path: str) -> str:
    """The address of a path in the language of this request."""
    return request.in_language(request.lang, path)


@member(Role.HOST)
async def listing(request: Request) -> Response:
    """GET /manage/sessions/offline.json: which registers the phone is to keep."""
    since, until = days(request.now)
    found = await near(request.person, since, until)
    return answer({
        "until": until.isoformat(),
        "registers": [
            {"session": str(each.session), "version": each.version,
             "address": _here(request, f"/manage/sessions/{each.session}/register/offline")}
            for each in found
        ],
    })  # fmt: skip


@member(Role.HOST)
async def one(request: Request) -> Response:
    """GET /manage/sessions/{id}/register/offline: a register to be kept, under the names that its page shows and with
    nothing else of anybody. That it was taken is recorded."""
    session = await register_hosted_by(request.person, request.path_params["id"])
    await actions.take(session, by=request.person.id, now=request.now)
    parties, register, board, _logged = await kept(session.id, who=expected)
    stands = shown(board, parties, request.person.id, closed=register.closed_at is not None)
    return answer({
        "session": str(session.id), "title": await title_of(session.offer_id, request.lang),
        "when": time_span(session.starts_at, session.ends_at), "starts": session.starts_at.isoformat(),
        "page": _here(request, f"/manage/sessions/{session.id}/register"),
        "taps": _here(request, f"/manage/sessions/{session.id}/register/taps"),
        "parties": [
            {"booking": str(each.booking_id), "name": each.shown, "seats": each.came, "most": most_of(each.seats)}
            for each in parties
        ],
        "register": told(stands),
    })  # fmt: skip


@had_role
async def phone(request: Request) -> Response:
    """GET /manage/sessions/phone.json: what the phone of whoever is signed in opens theirs with, a token to send it
    with, and our clock. Also for whoever leads nothing any more: what they tapped while they did is not lost."""
    mine = sealing(request.person.id)
    return answer({"now": request.now.isoformat(), "token": request.form_token(), **mine._asdict()})


@public
async def shell(request: Request) -> Response:
    """GET /manage/sessions/offline: the empty page. Without the phone's own code it says what it is for."""
    return render(request, "offers/attendance/offline/shell.html", words=words(), lines=[BLANK])


@public
async def worker(request: Request) -> Response:
    """GET /manage/sessions/worker.js: what stands in where there is no net, for the addresses below its own folder. Its
    list names each file by its content, so a new file is a new worker."""
    files = [static_url(name) for name in FILES]
    code = asset("js/worker.js")
    assert code is not None
    page = render(request, "offers/attendance/offline/shell.html", words=words(), lines=[BLANK])
    version = hashlib.sha256(json.dumps(files).encode() + bytes(page.body) + code.body).hexdigest()[:12]
    stands_in = json.dumps(_here(request, "/manage/sessions/offline"))
    head = f"const SHELL = {stands_in}, FILES = {json.dumps(files)}, "
    return Response(
        f'{head}VERSION = "{version}";\n'.encode() + code.body, media_type="text/javascript",
        headers={"Cache-Control": "no-cache"},
    )  # fmt: skip
