"""Writing marks: the one place where somebody is counted as having come.

The form and the taps both write here (actions.py, taps/actions.py), under the lock of the session's row: whoever moves
or cancels it holds that too, so their act and this one come one after the other.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.database import column, row, rows
from marketplace.base.data.statement import Statement
from marketplace.base.errors import NotFound
from offers.attendance import rules
from offers.attendance.models import AttendanceState
from offers.catalogue.states import Dated


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


HOLD = """WITH held AS MATERIALIZED (SELECT id, starts_at, ends_at, status FROM session WHERE id = $1 FOR NO KEY UPDATE)
SELECT h.* FROM held h WHERE ARRAY(SELECT b.id FROM booking b
    WHERE b.id = ANY($2) AND b.state = 'confirmed' AND h.id = $1 ORDER BY b.id FOR SHARE OF b) IS NOT NULL"""
"""The session's row and then those of these bookings, in one round trip: what is asked of `h` is asked when it is held.
What a register says is read after it, by a statement of its own, so what others wrote while we waited is seen."""


async def hold_with(session: UUID, bookings: list[UUID]) -> Held:
    """The same, and nobody takes these bookings off until we are done: a mark must not come after the booking has
    ended."""
    if not bookings:
        return await hold(session)
    held = await row(Held, HOLD, session, bookings)
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
SELECT m.id, {held}, m.booking_id, m.state, m.seats, coalesce((
        SELECT k.pseudonym FROM unnest({bookings}::uuid[], {places}::int[], {anywhere}::boolean[], {known}::bytea[])
            AS k (booking_id, place, anywhere, pseudonym)
        WHERE k.booking_id = m.booking_id AND EXISTS (SELECT FROM attendance a JOIN session s ON s.id = a.session_id
            JOIN offer o ON o.id = s.offer_id
            WHERE a.pseudonym = k.pseudonym AND (k.anywhere OR o.owner_id = {organization}))
        ORDER BY k.place LIMIT 1), m.pseudonym), {now}, m.cause
FROM unnest({ids}::uuid[], {marked}::uuid[], {states}::text[], {seats}::int[], {pseudonyms}::bytea[], {causes}::text[])
    AS m (id, booking_id, state, seats, pseudonym, cause)
ON CONFLICT (session_id, booking_id) DO UPDATE SET state = excluded.state, seats_present = excluded.seats_present,
    recorded_at = excluded.recorded_at, cause = excluded.cause,
    pseudonym = coalesce(attendance.pseudonym, excluded.pseudonym)"""
"""Whoever was registered this year under an older form, or here before they had proven their contact, keeps that. A
pseudonym that stands already is kept: names and contacts may have gone since."""


def mark(
    write: Statement,
    held: Held,
    organization: UUID,
    marks: list[rules.Mark],
    parties: dict[UUID, rules.Attendee],
    *,
    key: bytes,
    now: datetime,
) -> None:
    """Write these marks of a session as a part of this statement. Whoever came is counted under a pseudonym: `key` is
    that of the session's year."""
    if not marks:
        return
    new: list[bytes | None] = []
    known: list[tuple[UUID, int, bool, bytes]] = []
    for each in marks:
        form = None
        if each.state is AttendanceState.PRESENT:
            party = parties[each.booking]
            form = rules.pseudonyms(key, party.name or "", party.address, party.participant_id, organization,
                                    proven=party.proven)  # fmt: skip
            said = [*((True, one) for one in form.any), *((False, one) for one in form.own)]
            known += [(each.booking, place, *one) for place, one in enumerate(said)]
        new.append(form.new if form else None)
    values = {
        "held": held.id, "organization": organization, "now": now,
        "bookings": [one[0] for one in known], "places": [one[1] for one in known],
        "anywhere": [one[2] for one in known], "known": [one[3] for one in known],
        "ids": [uuid7() for _mark in marks], "marked": [each.booking for each in marks],
        "states": [each.state.value for each in marks], "seats": [each.seats for each in marks],
        "pseudonyms": new, "causes": [each.cause.value for each in marks],
    }  # fmt: skip
    write.named("marked", SAVE.format(**{name: write.value(value) for name, value in values.items()}))


def unmark(write: Statement, held: Held, bookings: list[UUID]) -> None:
    """These are not marked any more."""
    if bookings:
        write.named("unmarked", f"""DELETE FROM attendance
            WHERE session_id = {write.value(held.id)} AND booking_id = ANY({write.value(bookings)})""")  # fmt: skip


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


BEGIN = """INSERT INTO register AS r (id, session_id, saved_by_id, saved_at, volunteers)
VALUES ({id}, {held}, {by}, {now}, {volunteers})
ON CONFLICT (session_id) DO UPDATE SET saved_by_id = excluded.saved_by_id, volunteers = excluded.volunteers,
    saved_at = greatest(excluded.saved_at, r.saved_at + interval '1 microsecond')"""
"""The moment is what a form says that it has seen, so it is another each time."""


def begin(write: Statement, held: Held, by: UUID | None, volunteers: int | None, *, now: datetime) -> None:
    """Something is written in the register: it is there, and changed then, by whoever did it."""
    values = {"id": uuid7(), "held": held.id, "by": by, "now": now, "volunteers": volunteers}
    write.named("begun", BEGIN.format(**{name: write.value(value) for name, value in values.items()}))


async def touch(held: Held, by: UUID | None, volunteers: int | None, *, now: datetime) -> None:
    """The same, where nothing else is written."""
    write = Statement()
    begin(write, held, by, volunteers, now=now)
    await rows(write.add("SELECT 1").sql, *write.values)
