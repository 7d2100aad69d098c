"""The taps of a register, over HTTP: JSON for the page's own code."""

from dataclasses import asdict
from uuid import UUID

from starlette.responses import JSONResponse, Response

from marketplace.base.data.audit import record
from marketplace.base.errors import NotFound, Problem
from marketplace.base.web.access import asks_beside, had_role, member
from marketplace.base.web.http import Request, parse_id
from marketplace.people.sign_in.queries import Beside
from offers.attendance.acts import Act
from offers.attendance.taps import forms
from offers.attendance.taps.arriving import Arrived, arrive
from offers.attendance.taps.models import Outcome
from offers.attendance.taps.queries import About, glance_beside, kept
from offers.attendance.taps.rules import Sender, Why
from offers.attendance.taps.shown import Shown, shown
from offers.attendance.taps.words import WORDS
from offers.attendance.year_keys import KeyGone
from offers.rights.queries import hosting, register_hosted_by
from organizations.members.models import Role

NO_STORE = {"Cache-Control": "no-store"}


def answer(found: object, status: int = 200) -> Response:
    """JSON that no cache keeps."""
    return JSONResponse(found, status, NO_STORE)


def told(register: Shown, state: str = "") -> dict[str, object]:
    """A register as JSON says it. Written out, for it is told after each tap. `state`: how it stands, in a word that
    the page sends with its next taps."""
    return {
        "closed": register.closed, "heads": register.heads, "came": register.came, "of": register.of,
        "state": state,
        "fields": {
            name: {"value": one.value, "version": one.version, "at": one.at and one.at.isoformat(), "by": one.by}
            for name, one in register.fields.items()
        },
        "conflicts": [
            {"field": one.field, "booking": one.booking, "version": one.version,
             "values": [asdict(each) | {"at": each.at.isoformat()} for each in one.values]}
            for one in register.conflicts
        ],
    }  # fmt: skip


async def _since(shown_last: str | None, arrived: Arrived) -> dict[str, object]:
    """What a page is told that showed this last: only what the taps were about (`only` these bookings, and the session
    itself) where nothing else has changed; else the whole register."""
    table, me = arrived.table, arrived.sender.person
    if shown_last != arrived.stood:
        parties, register, board, _logged = await kept(table.held.id)
        return told(shown(board, parties, me, closed=register.closed_at is not None), arrived.stands)
    found = told(shown(table.board, [*table.parties.values()], me, closed=table.closed), arrived.stands)
    for sum_of_all in ("heads", "came", "of"):
        del found[sum_of_all]
    return found | {"since": arrived.stood, "only": [str(booking) for booking in table.parties]}


def _told_to(sender: Sender, outcome: str) -> str:
    """Whether it agrees with what stands there would tell whoever leads it no more who came."""
    return outcome if sender.until is None or outcome == Outcome.REFUSED else Outcome.KEPT


async def _sent(request: Request) -> forms.Sent:
    """What is sent, read once: to ask what stands, and to judge it. Raises BadRequest."""
    found: forms.Sent | None = request.scope.get("taps")
    if found is None:
        found = request.scope["taps"] = forms.read(await request.body(), request.now)
    return found


async def _standing(request: Request) -> Beside | None:
    """What is asked with who sends these taps."""
    try:
        return glance_beside(About.of(parse_id(request.path_params["id"]), (await _sent(request)).taps))
    except Problem:  # the view says so, once it is known to whom
        return None


@asks_beside(_standing)
@had_role
async def send(request: Request) -> Response:
    """POST /manage/sessions/{id}/register/taps. Also from whoever leads the session no more: each tap is judged by
    whether they did at its time, but nothing of the register is told to them."""
    session: UUID = parse_id(request.path_params["id"])
    try:
        sent, seen = await _sent(request), request.person if request.person.session else None
        arrived = await arrive(
            request.person.id, request.person.name, session, sent.taps, seen, now=request.now
        )
    except KeyGone as gone:  # 503: the taps wait on the phone, and are sent again
        return answer({"now": request.now.isoformat(), "why": gone.message}, 503)
    except NotFound:
        raise
    except Problem as problem:
        if await hosting(request.person.id, session) is None:
            raise NotFound from problem
        return answer({"now": request.now.isoformat(), "why": problem.message}, problem.status)
    sender, answers = arrived.sender, arrived.answers
    register = await _since(sent.since, arrived) if sender.until is None else None
    return answer({
        "now": request.now.isoformat(),
        "taps": [
            {"id": each.id, "outcome": _told_to(sender, each.outcome), "why": each.why,
             "said": str(WORDS[Why(each.why)]) if each.why else None}
            for each in answers
        ],
        "register": register,
    })  # fmt: skip


@member(Role.HOST)
async def read(request: Request) -> Response:
    """GET /manage/sessions/{id}/register/taps: the register as it stands, and a new token to send taps with."""
    session = await register_hosted_by(request.person, request.path_params["id"])
    await record(
        Act.REGISTER_READ, now=request.now, actor=request.person.id, object_id=session.id,
        organization=session.offer.owner_id,
    )  # fmt: skip
    parties, register, board, _logged = await kept(session.id)
    stands = shown(board, parties, request.person.id, closed=register.closed_at is not None)
    return answer({
        "now": request.now.isoformat(), "token": request.form_token(), "register": told(stands),
    })  # fmt: skip
