"""What every change of a booking is made of: lock its pool, move it to another state with what that does to the seats,
tell people, and let the queue move up. Each within the transaction of whoever calls.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import row, rows, value
from marketplace.base.data.statement import Statement
from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.models import WRITTEN, Channel
from marketplace.base.post.mail import Mail, name_of, post
from offers.catalogue.models import Joining
from offers.catalogue.opening import course_begun
from offers.catalogue.queries import Viewer, published
from offers.seats import rules
from offers.seats.acts import Act
from offers.seats.models import SEATED, BookingState, EndedBy
from offers.seats.queries import LOCKED, LockedPool
from offers.seats.rows import LockedBooking, Movable, Tellable
from offers.seats.upkeep import begins
from offers.telling import rules as telling_rules
from offers.telling.actions import not_rung, to_ring
from offers.telling.models import CallAbout, Mails


async def lock(pool_id: UUID, now: datetime) -> LockedPool:
    """The pool, locked in a statement of its own and read afresh, as it is now: what was held too long has gone on.
    Raises NotFound."""
    pool = await lock_as_it_stands(pool_id)
    await settle(pool, now)
    return pool


def settled(pool: LockedPool, now: datetime) -> bool:
    """Is there no held seat that nobody has answered in time?"""
    return pool.first_deadline is None or pool.first_deadline > now


async def settle(pool: LockedPool, now: datetime) -> None:
    """Held seats of a locked pool that nobody has answered in time go on to the next, as the job does with them: it
    must not matter when the worker came by. Every lock of a pool for an act begins with this."""
    if settled(pool, now):
        return
    due = await rows(
        Movable,
        """SELECT id, state, seats, participant_id FROM booking
        WHERE pool_id = $1 AND state = 'offered' AND held_until <= $2 ORDER BY held_until, id""",
        pool.pool_id, now,
    )  # fmt: skip
    for booking in due:
        await move(pool, booking, BookingState.EXPIRED, now, by=None, ended_by=EndedBy.EXPIRED)
    await promote(pool, now)
    if unheard := await not_rung([booking.id for booking in due]):
        # Nobody has told them that it was theirs: others have gone first now, and they keep their place in the queue.
        for booking in due:
            if booking.id in unheard:
                await move(
                    pool, replace(booking, state=BookingState.EXPIRED), BookingState.WAITING, now, by=None
                )
        await promote(pool, now)


async def lock_as_it_stands(pool_id: UUID) -> LockedPool:
    """The same for whoever ends all of it: nothing goes on to anybody."""
    await rows("SELECT id FROM seat_pool WHERE id = $1 FOR NO KEY UPDATE", pool_id)
    pool = await row(
        LockedPool,
        f"SELECT {LOCKED} FROM seat_pool p JOIN offer o ON o.id = p.offer_id WHERE p.id = $1",
        pool_id,
    )
    if pool is None:
        raise NotFound
    return pool


P = TypeVar("P", bound=LockedPool)


async def look(
    kind: type[P], slug: str, session: UUID | None, viewer: Viewer, *, also: str, locked: bool = False
) -> P:
    """The seat pool that somebody asks for as it stands, with what else a row of this kind says of offer o and pool p
    (`also`, columns): it costs no round trip. Unless it is locked it may change at once, so what is decided on it is
    written with its version (claims.insert)."""
    asked = Statement(slug)
    seen = published(viewer).within(asked)
    which = "p.session_id IS NULL" if session is None else f"p.session_id = {asked.value(session)}"
    pool = await row(
        kind,
        f"""SELECT {LOCKED}, {also} FROM offer o JOIN organization w ON w.id = o.owner_id
        JOIN seat_pool p ON p.offer_id = o.id AND {which}
        WHERE o.slug = $1 AND {seen} {"FOR NO KEY UPDATE OF p" if locked else ""}""",
        *asked.values,
    )
    if pool is None:
        raise NotFound
    return pool


async def lock_for(
    kind: type[P], slug: str, session: UUID | None, viewer: Viewer, now: datetime, *, also: str
) -> P:
    """The same, locked. What its offer says may be a moment old; decisions use the pool's own."""
    pool = await look(kind, slug, session, viewer, also=also, locked=True)
    await settle(pool, now)
    return pool


async def lock_dates(
    kind: type[P], slug: str, sessions: Collection[UUID], viewer: Viewer, now: datetime, *, also: str
) -> list[P]:
    """The seat pools of these sessions of the offer, locked by ascending id and read afresh, in time, with `also`
    what else a row of this kind says."""
    chosen = list(set(sessions))
    await rows(
        """SELECT p.id FROM seat_pool p JOIN offer o ON o.id = p.offer_id
        WHERE o.slug = $1 AND p.session_id = ANY($2) ORDER BY p.id FOR NO KEY UPDATE OF p""",
        slug, chosen,
    )  # fmt: skip
    asked = Statement(slug, chosen)
    pools = await rows(
        kind,
        f"""SELECT {LOCKED}, {also} FROM offer o JOIN organization w ON w.id = o.owner_id
        JOIN seat_pool p ON p.offer_id = o.id
        WHERE o.slug = $1 AND p.session_id = ANY($2) AND {published(viewer).within(asked)}
        ORDER BY p.starts_at, p.id""",
        *asked.values,
    )
    if len(pools) != len(chosen) or not pools:
        raise NotFound
    for pool in pools:
        await settle(pool, now)
    return pools


async def change(booking_id: UUID, now: datetime) -> tuple[LockedPool, LockedBooking]:
    """The pool of a booking, locked, and the booking as it is under that lock."""
    before = await value("SELECT pool_id FROM booking WHERE id = $1", booking_id)
    if before is None:
        raise NotFound
    pool = await lock(before, now)
    booking = await row(
        LockedBooking,
        """SELECT b.id, b.state, b.seats, b.participant_id, b.booked_by_id, b.lang, b.link_version, b.offer_id,
            c.channel, c.value AS address, c.person_id, c.refused_at
        FROM booking b LEFT JOIN contact_point c ON c.id = b.contact_id WHERE b.id = $1""",
        booking_id,
    )
    assert booking is not None  # bookings are never deleted under a pool
    return pool, booking


UNMARK = """DELETE FROM attendance a USING session s
WHERE a.booking_id = $1 AND s.id = a.session_id AND s.starts_at > $2"""
"""A statement of its own, once the booking is ours: whoever marks them holds its row, so what they wrote while we
waited for it is seen."""


async def move(
    pool: LockedPool,
    booking: Movable,
    new: BookingState,
    now: datetime,
    *,
    by: UUID | None,
    held_until: datetime | None = None,
    ended_by: EndedBy | None = None,
) -> None:
    """Move a booking of a locked pool to another state, with what that does to the seats. Whoever ends it says what
    `ended_by` is; a booking that goes on has none. What a register says of it that was begun before the start goes
    with it: nobody can have been there."""
    old = BookingState(booking.state)
    if not rules.may_move(old, new):
        raise Refused(_("Denne påmeldingen kan ikke endres slik nå."))
    seats = booking.seats * ((new in SEATED) - (old in SEATED))
    waiting = (new is BookingState.WAITING) - (old is BookingState.WAITING)
    await rows(
        """WITH moved AS (
            UPDATE booking SET state = $2, changed_at = $3, held_until = $4, ended_by = $10,
                queue_no = CASE WHEN $5 THEN coalesce(queue_no, nextval('booking_queue')) ELSE queue_no END,
                waited_at = CASE WHEN $5 THEN coalesce(waited_at, $3) ELSE waited_at END,
                placed_at = CASE WHEN $9 THEN coalesce(placed_at, $3) ELSE placed_at END,
                seated_at = CASE WHEN $11 THEN coalesce(seated_at, $3) ELSE seated_at END, given_back_in_time = $12
            WHERE id = $1)
        UPDATE seat_pool SET taken = taken + $6, waiting = waiting + $7 WHERE id = $8""",
        booking.id, new, now, held_until, new is BookingState.WAITING, seats, waiting, pool.pool_id,
        old is BookingState.WAITING and new in SEATED, ended_by, new in SEATED,
        rules.given_back(old, new, ended_by, pool.starts_at, now),
    )  # fmt: skip
    if ended_by:
        await rows(UNMARK, booking.id, now)
    pool.has(taken=pool.taken + seats, waiting=pool.waiting + waiting)
    await record(
        Act(f"booking.{new}"), now=now, actor=by, object_id=booking.id, organization=pool.owner_id,
        person=booking.participant_id,
    )  # fmt: skip


async def tell(
    mail: Mail, booking: Tellable, key: str, now: datetime, *, ring: bool = False, **facts: Any
) -> None:
    """A message about a booking to where its messages go, if anywhere. `ring`: it is news to them, which somebody must
    ring about where no message comes."""
    key = f"{name_of(mail)}:{booking.id}:{key}"
    if booking.channel and booking.channel in WRITTEN:
        await post(
            mail, channel=Channel(booking.channel), address=booking.address or "", lang=booking.lang,
            key=key, now=now, about=booking.about,
            booking=str(booking.id), **facts,
        )  # fmt: skip
    if ring and booking.unreached:
        await to_ring(CallAbout(name_of(mail)), booking.id, key=key, now=now)


async def promote(pool: LockedPool, now: datetime) -> None:
    """Give free seats of a locked pool to the queue: to those who are next, or ask them (rules.asks_first)."""
    chosen, starts = await next_in_queue(pool, now)
    asked = rules.asks_first(pool.promotion, pool.joining, pool.starts_at, now)
    for party in chosen:
        if asked:
            hours = telling_rules.hours_held(pool.hold_hours, party.unreached)
            until = rules.hold_until(starts, hours, now)
            await move(pool, party, BookingState.OFFERED, now, by=None, held_until=until)
            await tell(Mails.OFFERED, party, f"{int(now.timestamp())}", now, ring=True)
        else:
            await move(pool, party, BookingState.CONFIRMED, now, by=None)
            await tell(Mails.PROMOTED, party, "1", now, ring=True)


async def next_in_queue(pool: LockedPool, now: datetime) -> tuple[list[Tellable], datetime | None]:
    """Who of the queue gets the free seats of a pool, in order, each the first that fits; and when what they would come
    to begins. Nobody after the start; who waits already may still get a seat when booking is closed for others."""
    decided = pool.pool
    if not pool.waiting or decided.free == 0 or await begun(pool, now):
        return [], None
    starts = await start_of(pool, now)
    if starts is not None and starts <= now:
        return [], starts
    queue = await rows(
        Tellable,
        """SELECT b.id, b.state, b.seats, b.participant_id, b.lang, b.link_version,
            b.offer_id, c.channel, c.value AS address, c.person_id, c.refused_at
        FROM booking b LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE b.pool_id = $1 AND b.state = 'waiting' ORDER BY b.queue_no""",
        pool.pool_id,
    )
    by_id = {party.id: party for party in queue}
    chosen = rules.promoted(decided.free, [(party.id, party.seats) for party in queue])
    return [by_id[booking_id] for booking_id in chosen], starts


async def begun(pool: LockedPool, now: datetime) -> bool:
    """Is it too late to get a seat of a locked pool? Of a course it is once its last time has begun."""
    decided = pool.pool
    if rules.Objection.OVER not in rules.closed(decided, now):
        return False
    left = course_begun(pool.joining, pool.starts_at, now)  # what is left of it begins with its next time
    starts = await start_of(pool, now) if left else None
    return starts is None or starts <= now


async def start_of(pool: LockedPool, now: datetime) -> datetime | None:
    """When what somebody would come to begins; None without dates."""
    starts: datetime | None = pool.starts_at
    if pool.joining in (Joining.REQUEST, Joining.WHOLE) and starts is not None and starts <= now:
        sql = f"SELECT {begins('$2')} FROM seat_pool p JOIN offer o ON o.id = p.offer_id WHERE p.id = $1"
        starts = await value(sql, pool.pool_id, now)
    return starts


async def resize(pool: LockedPool, booking: Movable, seats: int, now: datetime) -> None:
    """Let a booking of a locked pool be of so many, with what that does to the seats. Whoever makes it larger has
    looked that there is room."""
    held = seats - booking.seats if booking.seated else 0
    await rows(
        """WITH sized AS (UPDATE booking SET seats = $2, changed_at = $3 WHERE id = $1)
        UPDATE seat_pool SET taken = taken + $4 WHERE id = $5""",
        booking.id, seats, now, held, pool.pool_id,
    )  # fmt: skip
    pool.has(taken=pool.taken + held)


async def renumber(numbers: dict[UUID, int]) -> None:
    """Give those who wait in a locked pool these numbers of its queue."""
    await rows(
        """UPDATE booking b SET queue_no = n.number FROM unnest($1::uuid[], $2::bigint[]) AS n (id, number)
        WHERE b.id = n.id""",
        list(numbers), list(numbers.values()),
    )  # fmt: skip
