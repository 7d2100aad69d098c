"""Writing marks: the one place where somebody is counted as having come.

The form and the taps both write here (actions.py, taps/actions.py), under the lock of the session's row: whoever moves
or cancels it holds that too, so their act and this one come one after the other. What is written is made of what was
read; it is written only where that is still so (`begin`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.database import column, row, rows
from marketplace.base.data.statement import Statement, each_way, valued
from marketplace.base.errors import NotFound
from offers.attendance import rules
from offers.attendance.models import AttendanceState
from offers.attendance.queries import Register
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


MARKS = {
    "id": "uuid",
    "booking_id": "uuid",
    "state": "text",
    "seats": "int",
    "pseudonym": "bytea",
    "cause": "text",
}
SAVE = each_way("""INSERT INTO attendance (
    id, session_id, booking_id, state, seats_present, pseudonym, recorded_at, cause)
SELECT m.id, {held}, m.booking_id, m.state, m.seats, coalesce((
        SELECT k.pseudonym FROM unnest({bookings}::uuid[], {places}::int[], {anywhere}::boolean[], {known}::bytea[])
            AS k (booking_id, place, anywhere, pseudonym)
        WHERE k.booking_id = m.booking_id AND EXISTS (SELECT FROM attendance a JOIN session s ON s.id = a.session_id
            JOIN offer o ON o.id = s.offer_id
            WHERE a.pseudonym = k.pseudonym AND (k.anywhere OR o.owner_id = {organization}))
        ORDER BY k.place LIMIT 1), m.pseudonym), {now}, m.cause
FROM <rows> WHERE EXISTS (SELECT FROM begun)
ON CONFLICT (session_id, booking_id) DO UPDATE SET state = excluded.state, seats_present = excluded.seats_present,
    recorded_at = excluded.recorded_at, cause = excluded.cause,
    pseudonym = coalesce(attendance.pseudonym, excluded.pseudonym)""", "m", MARKS)  # fmt: skip
"""Whoever was registered this year under an older form, or here before they had proven their contact, keeps that. A
pseudonym that stands already is kept: names and contacts may have gone since."""


BEGUN = "EXISTS (SELECT FROM begun)"
"""SQL: the register is as it was read, so what was made of that may be written. See `begin`."""


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
            known += [(each.booking, place, *known_form) for place, known_form in enumerate(said)]
        new.append(form.new if form else None)
    one, parts = valued({
        "id": [uuid7() for _mark in marks], "booking_id": [each.booking for each in marks],
        "state": [each.state.value for each in marks], "seats": [each.seats for each in marks],
        "pseudonym": new, "cause": [each.cause.value for each in marks],
    })  # fmt: skip
    write.named(
        "marked", SAVE[one], **parts, held=held.id, organization=organization, now=now,
        bookings=[form[0] for form in known], places=[form[1] for form in known],
        anywhere=[form[2] for form in known], known=[form[3] for form in known],
    )  # fmt: skip


UNMARK = f"DELETE FROM attendance WHERE session_id = {{held}} AND booking_id = ANY({{bookings}}) AND {BEGUN}"


def unmark(write: Statement, held: Held, bookings: list[UUID]) -> None:
    """These are not marked any more."""
    if bookings:
        write.named("unmarked", UNMARK, held=held.id, bookings=bookings)


HEADS = f"""INSERT INTO head_count (id, session_id, count, adults, children, recorded_at)
SELECT {{id}}, {{held}}, {{count}}, {{adults}}, {{children}}, {{now}} WHERE {BEGUN}
ON CONFLICT (session_id) DO UPDATE SET count = excluded.count,
    adults = excluded.adults, children = excluded.children, recorded_at = excluded.recorded_at"""


def count_heads(
    write: Statement,
    held: Held,
    count: int | None,
    adults: int | None,
    children: int | None,
    *,
    now: datetime,
) -> None:
    """How many just came in, as a part of this statement. None: nobody has counted; those who checked in by code stay
    apart."""
    if count is not None:
        values = {
            "id": uuid7(),
            "held": held.id,
            "count": count,
            "adults": adults,
            "children": children,
            "now": now,
        }
        write.named("heads", HEADS, **values)
        return
    # Whoever checks in by code changes nothing that taps are judged by: how many they are is read when the row is held.
    write.named("stood", f"""SELECT id, by_code FROM head_count
        WHERE session_id = {write.value(held.id)} AND {BEGUN} FOR UPDATE""")  # fmt: skip
    write.named("apart", f"""UPDATE head_count n SET count = 0, adults = NULL, children = NULL,
        recorded_at = {write.value(now)} FROM stood WHERE n.id = stood.id AND stood.by_code > 0""")  # fmt: skip
    write.named(
        "uncounted", "DELETE FROM head_count n USING stood WHERE n.id = stood.id AND stood.by_code = 0"
    )


HELD = """SELECT id FROM session WHERE id = {held} AND starts_at = {starts_at} AND ends_at = {ends_at}
    AND status = {status} FOR NO KEY UPDATE"""
COMING = each_way("""SELECT b.id FROM held CROSS JOIN <rows>
    JOIN booking b ON b.id = w.id AND b.seats = w.seats AND b.state = 'confirmed' ORDER BY b.id FOR SHARE OF b""",
    "w", {"id": "uuid", "seats": "int"})  # fmt: skip
ALL_COMING = "(SELECT count(*) FROM coming) = {many}"
FIRST = f"""INSERT INTO register (id, session_id, saved_by_id, saved_at, volunteers)
SELECT {{id}}, h.id, {{by}}, {{now}}, {{volunteers}} FROM held h WHERE {ALL_COMING}
ON CONFLICT (session_id) DO NOTHING RETURNING saved_at"""
AGAIN = f"""UPDATE register r SET saved_by_id = {{by}}, volunteers = {{volunteers}},
    saved_at = greatest({{now}}, r.saved_at + interval '1 microsecond')
FROM held h WHERE r.session_id = h.id AND r.saved_at = {{seen}} AND r.closed_at IS NOT DISTINCT FROM {{closed_at}}
    AND {ALL_COMING} RETURNING r.saved_at"""
"""The moment is what a form says that it has seen, so it is another each time."""


def begin(
    write: Statement,
    held: Held,
    seen: Register,
    coming: Mapping[UUID, int],
    by: UUID | None,
    volunteers: int | None,
    *,
    now: datetime,
) -> None:
    """Something is written in the register: it is there, and changed then, by whoever did it. That is so only if all is
    as it was read: the session (`held`), its register (`seen`), and the seats of the bookings that are marked
    (`coming`). They are held first, in the order of all our acts, and compared as they then are, so what is written
    beside this where it has BEGUN needs no lock before it is read."""
    write.named(
        "held", HELD, held=held.id, starts_at=held.starts_at, ends_at=held.ends_at, status=held.status
    )
    one, parts = valued({"id": [*coming], "seats": [*coming.values()]})
    write.named("coming", COMING[one], **parts)
    values = {"many": len(coming), "by": by, "now": now, "volunteers": volunteers}
    if seen.saved_at is None:
        write.named("begun", FIRST, **values, id=uuid7())
    else:
        write.named("begun", AGAIN, **values, seen=seen.saved_at, closed_at=seen.closed_at)


async def touch(
    held: Held, seen: Register, by: UUID | None, volunteers: int | None, *, now: datetime
) -> None:
    """The same, where nothing else is written, in a transaction that holds the session."""
    write = Statement()
    begin(write, held, seen, {}, by, volunteers, now=now)
    await rows(write.add("SELECT 1").sql, *write.values)
