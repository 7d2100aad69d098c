"""Who has a certificate of a course: pure decisions. The organiser says how much of it one must have been at
(Offer.certificate_share)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.base.signing import steady

WAITED_FOR = timedelta(days=7)
"""A register that nobody has kept by then is not waited for: it may still be, and then it counts."""


@dataclass(frozen=True, slots=True)
class Attended:
    """What closed registers say of a booking of a whole course. `share`: per cent that the organiser asks for (None:
    there are no certificates); `met`: sessions that were held, and `held` those of them whose register is closed;
    `came`: those that they were at, and `minutes` of these; `begun`: those whose register is open, or may yet be kept,
    so that the answer may change; `ends_at`: of the course."""

    booking_id: UUID
    confirmed: bool
    share: int | None
    met: int
    held: int
    came: int
    minutes: int
    begun: int
    ends_at: datetime | None


def share_reached(came: int, held: int, share: int) -> bool:
    """Were they at so many per cent of what was held?"""
    return came > 0 and came * 100 >= share * held


def earned(one: Attended, now: datetime) -> bool:
    """Is there a certificate? Not before the course is over and what was begun of its registers is closed: until then
    each session may still change the share."""
    over = one.ends_at is not None and one.ends_at <= now
    return (
        one.confirmed
        and one.share is not None
        and over
        and not one.begun
        and share_reached(one.came, one.held, one.share)
    )


def promised(one: Attended, now: datetime) -> int | None:
    """The share to tell whoever is on a course that is not over yet. None: there is nothing to tell."""
    going = one.confirmed and one.ends_at is not None and one.ends_at > now
    return one.share if going else None


def number_of(booking: UUID) -> str:
    """By which the organiser finds a certificate that somebody shows: always the same for the same booking, and nothing
    that opens it."""
    signs = steady("certificate", str(booking)).hex()[:8].upper()
    return f"{signs[:4]}-{signs[4:]}"
