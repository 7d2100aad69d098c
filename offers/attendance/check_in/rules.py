"""Decisions about self check-in: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.signing import each_signed, steady
from offers.attendance.check_in.models import CountedAs

MOST_HEADS = 500
"""By code, of one session: what is above it counts nobody, and the host sees that it is not so."""


@dataclass(frozen=True, slots=True)
class Own:
    """A booking of this session that whoever checks in may speak for. `theirs`: it is they who come."""

    booking_id: UUID
    seats: int
    theirs: bool


@dataclass(frozen=True, slots=True)
class Here:
    """A booking of which so many came."""

    booking_id: UUID
    came: int
    seats: int


def who_came(own: Sequence[Own], said: int) -> list[Here]:
    """Which bookings somebody's check-in marks, who says that they are so many.

    All that they may speak for when they are as many as all of them; else their own, or the only one that they made for
    somebody. Otherwise it is not known who came, and nothing is guessed: they are a head.
    """
    theirs = [each for each in own if each.theirs]
    if said >= sum(each.seats for each in own):
        marked = list(own)
    elif theirs:
        marked = theirs[:1]
    else:
        marked = list(own) if len(own) == 1 else []
    return [Here(each.booking_id, min(said, each.seats), each.seats) for each in marked]


def counted_before(stood: Sequence[str]) -> bool:
    """Has one of these browsers, which are one, been counted at this session?"""
    return bool(stood)


def heads_to_take_back(stood: Sequence[str]) -> bool:
    """Were they a head that no host has accepted, and turn out to be booked?"""
    return CountedAs.HEAD in stood


def tap_id(
    session: UUID, ended_at: datetime | None, booking: UUID, field: str, said: str, after: UUID | None
) -> UUID:
    """The id of a check-in's tap: who checks in again, from whatever browser, has tapped already, and no host's mark is
    undone by it. `after`: the one before it of this field, which said otherwise. When the register has begun anew
    (`ended_at`: the session was moved since) it is another."""
    parts = (str(session), str(ended_at), str(booking), field, said, *([str(after)] if after else []))
    return UUID(bytes=steady("check-in tap", *parts)[:16], version=4)


def browsers(session: UUID, binding: str) -> list[bytes]:
    """What is kept of a browser, and after it what may have been kept before the secret was changed: nobody finds the
    cookie by it, nor the same browser at another session."""
    return [each[:16] for each in each_signed("check-in browser", str(session), binding)]
