"""The sheet of a register: what is drawn of it and what is sent with it, by a host or by a substitute."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.errors import Conflict, Refused
from marketplace.base.web.http import Request
from offers.attendance import actions
from offers.attendance.forms import RegisterForm, beside, choice, filled, party_seats, states
from offers.attendance.lines import Either, Line, Typed, eithers, lines
from offers.attendance.models import AttendanceState
from offers.attendance.queries import Register, expected
from offers.attendance.rules import Attendee
from offers.attendance.taps.models import Field
from offers.attendance.taps.queries import kept
from offers.attendance.taps.rules import OF_A_BOOKING
from offers.attendance.year_keys import KeyGone
from offers.participants.queries import Answer
from offers.rights.queries import Led


class Sheet(NamedTuple):
    """What the templates of a register draw. `eithers` are the conflicts of the session itself, `here` how many names
    came, `heads` how many people, and `versions` those of the numbers."""

    form: Any
    parties: list[Attendee]
    saved: Register
    lines: list[Line]
    eithers: list[Either]
    here: int
    heads: int
    versions: dict[str, int]


async def sheet(
    request: Request,
    session: Led,
    me: UUID,
    form: Any = None,
    status: int = 200,
    answers: Mapping[UUID, list[Answer]] | None = None,
) -> Sheet:
    """The register as it stands, with what `form` says where that could not be written (`status`). `me`: a person or a
    substitute. `answers`: what the parties answered, for those who may read it."""
    parties, saved, board, _logged = await kept(session.id, who=expected)
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
        said = said | states(typed) if status == 409 else states(typed)
    if status == 409:
        beside(form, saved, here)
    undecided = eithers(board, parties, me)
    return Sheet(
        form, parties, saved,
        lines(board, parties, Typed({*form.values.get("present", [])}, said, seats), undecided, answers),
        undecided.get(None, []), len(here),
        sum(party.seats_present for party in parties if party.present) + (saved.head_count or 0),
        {name.value: board.version((None, name)) for name in Field if name not in OF_A_BOOKING},
    )  # fmt: skip


async def written(
    request: Request, session: Led, *, by: UUID | None, substitute: UUID | None = None
) -> tuple[Any, int] | None:
    """Write the form of a sheet. None: it is done; else the form with what is wrong, and the answer's status."""
    form, fields = await RegisterForm.read(request), await request.fields()
    said = filled(form, fields)
    if not form.valid:
        return form, 422
    try:
        await actions.fill(
            session, said, version=form.data.version, by=by, now=request.now, chosen=choice(form.data.keep),
            plus=form.data.one_more, substitute=substitute,
        )  # fmt: skip
    except Conflict as conflict:
        form.add_error("form", conflict.message)
        return form, 409
    except KeyGone as gone:
        form.add_error("form", gone.message)
        return form, 503
    except Refused as refused:  # moved, cancelled or settled meanwhile: the page says how it is now
        form.add_error("form", refused.message)
        return form, 422
    return None
