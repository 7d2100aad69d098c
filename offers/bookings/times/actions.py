"""Changing the time of a booking in one step: the new place first, then the old one is freed. Never both lost.

Both pools are locked by ascending id in a statement of their own, so two who swap do not wait in a ring. The writes are
those of actions.py, and a new booking as claims.py writes it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, row, rows
from marketplace.base.errors import Conflict, NotFound, Refused
from marketplace.base.i18n import gettext as _
from offers.bookings.acts import Act
from offers.bookings.times import mails, rules
from offers.seats.claims import Booked, claim_instead
from offers.seats.known import actor_of
from offers.seats.models import BookingState, EndedBy
from offers.seats.moves import move, promote, settle, tell
from offers.seats.queries import LOCKED, LockedPool
from offers.seats.rows import Numbered
from offers.seats.rules import NOTHING_SAID, Shown, check_unmoved
from organizations.approval.queries import only_approved


class ChangedAlready(Refused):
    """This form has changed the time already, to another one than it says now. `path`: the booking with that."""

    def __init__(self, path: str) -> None:
        super().__init__(_("Du har nettopp byttet tid. Vil du bytte en gang til, velger du her."))
        self.path = path


async def change_time(
    booking_id: UUID,
    session: UUID,
    *,
    form_key: bytes,
    now: datetime,
    by: UUID | None = None,
    shown: Shown = NOTHING_SAID,
) -> Booked:
    """Move a booking to another session of its offer: a new booking takes its place, with its own link. The number that
    they know is the new one's now.

    The same form again gives the same new booking. Raises ChangedAlready when it has brought another time, Refused when
    the new time has no room, is closed, or is at another time or place than the form has said (`shown`): the old
    one is then as it was.
    """
    for _attempt in range(3):  # a reference that is taken already
        async with in_transaction():
            old, pools = await _lock_both(booking_id, session, now)
            if done := await _done(old, session, form_key):
                return done
            here, there = pools[old.pool_id], next(p for p in pools.values() if p.session_id == session)
            if here.pool_id == there.pool_id:
                raise Refused(_("Du har denne tiden allerede. Velg en annen."))
            rules.may_leave(old.state, here.pool, now)
            await only_approved(there.owner_id)
            rules.may_come(there.pool, old.seats, now, offer=there.offer_state, sensitive=there.sensitive)
            check_unmoved(shown, session, there.starts_at, there.sequence)
            made = await claim_instead(
                old, there, form_key, actor_of(old.participant_id, old.booked_by_id, by), now
            )
            if made is None:
                continue
            new = replace(old, id=made, link_version=1)
            await rows("UPDATE companion SET booking_id = $2 WHERE booking_id = $1", old.id, made)
            await rows("UPDATE booking_answer SET booking_id = $2 WHERE booking_id = $1", old.id, made)
            await record(Act.BOOKING_TIME_CHANGED, now=now, actor=by, object_id=made, organization=there.owner_id,
                         person=old.participant_id)  # fmt: skip
            await move(here, old, BookingState.CANCELLED, now, by=by, ended_by=EndedBy.TIME_CHANGED)
            await rows("UPDATE booking SET moved_to_id = $2 WHERE id = $1", old.id, made)
            await tell(mails.time_changed, new, "1", now)
            if old.confirmed and old.channel == "email":
                await tell(mails.old_time, old, "1", now)
            await promote(here, now)
            return Booked(made, 1, BookingState.CONFIRMED)
    raise Conflict(_("Det gikk ikke å bytte tid. Prøv en gang til."))


@dataclass(frozen=True, slots=True)
class Changing(Numbered):
    """A booking whose time is to change. `moved_to_id`: what took its place already."""

    pool_id: UUID
    moved_to_id: UUID | None


@dataclass(frozen=True, slots=True)
class Offering(LockedPool):
    """A time, and whether what it is of is still offered."""

    offer_state: str


class Done(NamedTuple):
    """What a form has made."""

    id: UUID
    link_version: int
    state: str
    session_id: UUID | None


async def _lock_both(booking_id: UUID, session: UUID, now: datetime) -> tuple[Changing, dict[UUID, Offering]]:
    """The booking and, by id, the pools of its own and of the new time; locked, then read afresh."""
    ids = await column(
        """SELECT p.id FROM booking b JOIN seat_pool p ON p.offer_id = b.offer_id AND (p.id = b.pool_id OR
            p.session_id = $2) WHERE b.id = $1 AND EXISTS (SELECT FROM seat_pool o WHERE o.id = b.pool_id
            AND o.session_id IS NOT NULL)""",
        booking_id, session,
    )  # fmt: skip
    await rows("SELECT id FROM seat_pool WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", ids)
    pools = await rows(
        Offering,
        f"""SELECT {LOCKED}, o.state AS offer_state
        FROM seat_pool p JOIN offer o ON o.id = p.offer_id WHERE p.id = ANY($1)""",
        ids,
    )
    for pool in pools:
        await settle(pool, now)
    old = await row(
        Changing,
        """SELECT b.id, b.pool_id, b.offer_id, b.reference, b.state, b.seats, b.participant_id, b.booked_by_id,
            b.lang, b.link_version, b.moved_to_id, c.channel, c.value AS address, c.person_id, c.refused_at
        FROM booking b LEFT JOIN contact_point c ON c.id = b.contact_id WHERE b.id = $1""",
        booking_id,
    )
    if old is None or not any(pool.session_id == session for pool in pools):
        raise NotFound
    return old, {pool.pool_id: pool for pool in pools}


async def _done(old: Changing, session: UUID, form_key: bytes) -> Booked | None:
    """What this form has done already: its answer was lost, or it was sent twice."""
    found = await row(
        Done,
        """SELECT b.id, b.link_version, b.state, p.session_id FROM booking b JOIN seat_pool p ON p.id = b.pool_id
        WHERE b.form_key = $1""",
        form_key,
    )
    if found is None:
        return None
    if found.id != old.moved_to_id:
        raise Conflict(_("Dette skjemaet er brukt før. Last siden på nytt og prøv igjen."))
    done = Booked(found.id, found.link_version, BookingState(found.state), again=True)
    if found.session_id != session:
        raise ChangedAlready(done.path)
    return done
