"""What whoever missed a time can still answer, and until when: pure decisions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

LASTS = timedelta(days=14)
"""After a time that no other follows, there is still somebody to talk to for so long."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A time that a booking missed. `absent`: so says its closed register; `next_…`: the time of the same booking that
    follows and is not cancelled; `coming`: they have said that they come then; `asked_at`: they have asked to be rung
    on `number`, and `called_at`: somebody has. `heard`: is there anybody whom we tell of such a wish? Else nobody would
    ring."""

    session_id: UUID
    ends_at: datetime
    confirmed: bool
    absent: bool
    next_id: UUID | None
    next_starts: datetime | None
    next_ends: datetime | None
    coming: bool
    asked_at: datetime | None
    called_at: datetime | None
    number: str | None
    heard: bool


def stands(one: Missed, now: datetime) -> bool:
    """Is there anything to answer? They still have the place, the register still says that they were away, and the time
    that follows is not over."""
    until = one.next_ends or one.ends_at + LASTS
    return one.confirmed and one.absent and now < until


def can_come(one: Missed, now: datetime) -> bool:
    """Is there a time to come to?"""
    return stands(one, now) and one.next_id is not None
