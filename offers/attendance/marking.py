"""Writing marks: the one place where somebody is counted as having come.

The form and the taps both write here (actions.py, taps/actions.py), under the lock of the session's row: whoever moves
or cancels it holds that too, so their act and this one come one after the other.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.database import column, row, rows
from marketplace.base.errors import NotFound
from offers.attendance import rules
from offers.attendance.models import AttendanceState
from offers.catalogue.models import Dated


@dataclass(frozen=True, slots=True)
class Held(Dated):
    """A session whose row we hold."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str


async def hold(session: UUID) -> Held:
    """Take the lock of the session's row. Call it in a transaction, before anything is read of its register. Raises
    NotFound: the date of a draft may have been thrown away since its page was opened."""
    held = await row(
        Held, "SELECT id, starts_at, ends_at, status FROM session WHERE id = $1 FOR NO KEY UPDATE", session
    )
    if held is None:
        raise NotFound
    return held


async def still_coming(bookings: list[UUID]) -> set[UUID]:
    """Those of these bookings that nobody is taking off just now: a mark must not come after the booking has ended."""
    if not bookings:
        return set()
    return set(await column(
        "SELECT id FROM booking WHERE id = ANY($1) AND state = 'confirmed' ORDER BY id FOR SHARE", bookings,
    ))  # fmt: skip


SAVE = """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at, cause)
SELECT id, $2, booking_id, state, seats, pseudonym, $3, cause
FROM unnest($1::uuid[], $4::uuid[], $5::text[], $6::int[], $7::bytea[], $8::text[])
    AS m (id, booking_id, state, seats, pseudonym, cause)
ON CONFLICT (session_id, booking_id) DO UPDATE SET state = excluded.state, seats_present = excluded.seats_present,
    recorded_at = excluded.recorded_at, cause = excluded.cause,
    pseudonym = coalesce(attendance.pseudonym, excluded.pseudonym)"""
"""A pseudonym that stands already is kept: names and contacts may have gone since."""


async def mark(
    held: Held,
    organization: UUID,
    marks: list[rules.Mark],
    parties: dict[UUID, rules.Attendee],
    *,
    key: bytes,
    now: datetime,
) -> None:
    """Write these marks of a session. Whoever came is counted under a pseudonym: `key` is that of the session's
    year."""
    if not marks:
        return
    here = [parties[each.booking] if each.state is AttendanceState.PRESENT else None for each in marks]
    pseudonyms = await _pseudonyms(here, organization, key)
    await rows(
        SAVE, [uuid7() for _mark in marks], held.id, now, [each.booking for each in marks],
        [each.state.value for each in marks], [each.seats for each in marks], pseudonyms,
        [each.cause.value for each in marks],
    )  # fmt: skip


async def unmark(held: Held, bookings: list[UUID]) -> None:
    """These are not marked any more."""
    if bookings:
        await rows("DELETE FROM attendance WHERE session_id = $1 AND booking_id = ANY($2)", held.id, bookings)


FOUND = """SELECT DISTINCT a.pseudonym FROM attendance a JOIN session s ON s.id = a.session_id
    JOIN offer o ON o.id = s.offer_id
WHERE a.pseudonym = ANY($1) OR a.pseudonym = ANY($2) AND o.owner_id = $3"""


async def _pseudonyms(
    parties: list[rules.Attendee | None], organization: UUID, key: bytes
) -> list[bytes | None]:
    """One for each party that came. Whoever was registered this year under an older form, or here before they had
    proven their contact, keeps that."""
    forms = [
        rules.pseudonyms(
            key, party.name or "", party.address, party.participant_id, organization,
            proven=party.proven,
        )
        if party else None
        for party in parties
    ]  # fmt: skip
    anywhere = [each for form in forms if form for each in form.any]
    own = [each for form in forms if form for each in form.own]
    found = await column(FOUND, anywhere, own, organization) if anywhere or own else []
    known = {bytes(each) for each in found}
    return [
        next((each for each in (*form.any, *form.own) if each in known), form.new) if form else None
        for form in forms
    ]


HEADS = """INSERT INTO head_count (id, session_id, count, adults, children, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (session_id) DO UPDATE SET count = excluded.count,
    adults = excluded.adults, children = excluded.children, recorded_at = excluded.recorded_at"""
NO_HEADS = """WITH apart AS (UPDATE head_count SET count = 0, adults = NULL, children = NULL, recorded_at = $2
    WHERE session_id = $1 AND by_code > 0)
DELETE FROM head_count WHERE session_id = $1 AND by_code = 0"""


async def count_heads(
    held: Held, count: int | None, adults: int | None = None, children: int | None = None, *, now: datetime
) -> None:
    """How many just came in. None: nobody has counted; those who checked in by code stay apart."""
    if count is None:
        await rows(NO_HEADS, held.id, now)
    else:
        await rows(HEADS, uuid7(), held.id, count, adults, children, now)


BEGIN = """INSERT INTO register AS r (id, session_id, saved_by_id, saved_at, volunteers) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (session_id) DO UPDATE SET saved_by_id = excluded.saved_by_id, volunteers = excluded.volunteers,
    saved_at = greatest(excluded.saved_at, r.saved_at + interval '1 microsecond') RETURNING saved_at"""
"""The moment is what a form says that it has seen, so it is another each time."""


async def touch(held: Held, by: UUID | None, volunteers: int | None, *, now: datetime) -> None:
    """Something was written in the register: it is there, and changed then, by whoever did it."""
    await rows(BEGIN, uuid7(), held.id, by, now, volunteers)
