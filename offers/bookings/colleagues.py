"""A booking that another guide of the unit has made: helped with, and not with whom one may reach where, but for who is
to be rung in the place of a colleague who has left."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import rows, value
from offers.bookings.acts import Act
from offers.bookings.mine import AT_DESK
from offers.bookings.rows import OwnBooking
from organizations.members.models import Role


async def told_of_colleagues(found: OwnBooking, person: Any, roles: Collection[str], now: datetime) -> bool:
    """Has another guide of the person's unit made this booking? Then its page tells no address, whosever it is and
    whether or not they are shielded, for a page that tells of some only would say who is. That it was read is noted."""
    if person is None or Role.GUIDE not in roles or person.id in (found.booked_by_id, found.participant_id):
        return False
    owner = await value(
        f"SELECT o.owner_id FROM booking b JOIN offer o ON o.id = b.offer_id WHERE b.id = $2 AND {AT_DESK}",
        person.id, found.id,
    )  # fmt: skip
    if owner is None:
        return False
    await record(
        Act.COLLEAGUES_BOOKING_READ, now=now, actor=person.id, object_id=found.id, person=found.participant_id,
        organization=owner,
    )  # fmt: skip
    return True


class _Left(NamedTuple):
    id: UUID
    participant_id: UUID
    owner_id: UUID


async def note_left(bookings: Sequence[UUID], guide: UUID, now: datetime) -> None:
    """The guide reads whom to ring of these; of those that somebody else has booked that is noted."""
    left = await rows(
        _Left,
        """SELECT b.id, b.participant_id, o.owner_id FROM booking b JOIN offer o ON o.id = b.offer_id
        WHERE b.id = ANY($1) AND b.booked_by_id <> $2 ORDER BY b.id""",
        list(bookings), guide,
    ) if bookings else []  # fmt: skip
    for one in left:
        await record(
            Act.COLLEAGUES_BOOKING_READ, now=now, actor=guide, object_id=one.id, person=one.participant_id,
            organization=one.owner_id,
        )  # fmt: skip
