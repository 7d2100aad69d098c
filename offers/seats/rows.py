"""Bookings as those read them who change them under their pool's lock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.models import WRITTEN
from marketplace.base.post.mail import About
from offers.seats.models import Claimed


@dataclass(frozen=True, slots=True)
class Movable(Claimed):
    """A booking of a locked pool, as far as a move to another state needs it."""

    id: UUID
    state: str
    seats: int
    participant_id: UUID


@dataclass(frozen=True, slots=True)
class Tellable(Movable):
    """And where its messages go, and what they remember. `person_id`: whose the address is; `refused_at`: since when it
    takes no mail."""

    offer_id: UUID
    lang: str
    link_version: int
    channel: str | None
    address: str | None
    person_id: UUID | None
    refused_at: datetime | None

    @property
    def about(self) -> About:
        return About(self.id, self.offer_id, self.person_id, self.link_version)

    @property
    def unreached(self) -> bool:
        """Does no message reach it?"""
        return self.channel not in WRITTEN or self.refused_at is not None


@dataclass(frozen=True, slots=True)
class LockedBooking(Tellable):
    """The booking of a change (moves.change). `booked_by_id`: who made it."""

    booked_by_id: UUID


@dataclass(frozen=True, slots=True)
class Numbered(LockedBooking):
    """And the number that people know it by."""

    reference: str
