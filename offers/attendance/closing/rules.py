"""When a register is closed, and until when it may be corrected: no database, no clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from marketplace.base.clock import at_oslo, month_start, oslo, today
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _

CLOSES = time(12)
"""In Norway, the day after: what was marked and never finished counts as it stands."""


STILL_AT_IT = timedelta(hours=1)
"""Nobody is interrupted: who marks somebody so shortly before, or later, has until twelve the day after that."""


def noon_after(moment: datetime) -> datetime:
    """Twelve the day after."""
    return at_oslo(today(moment) + timedelta(days=1), CLOSES)


def closes_at(starts_at: datetime, ends_at: datetime, saved_at: datetime | None) -> datetime:
    """When a register with marks closes by itself. `saved_at`: when something was last marked. What is marked on the
    last day counts as well: then it closes when its year is settled."""
    noon = noon_after(ends_at)
    closes = noon if saved_at is None or saved_at < noon - STILL_AT_IT else noon_after(saved_at)
    return min(closes, settled_at(oslo(starts_at).year))


def ended_before(now: datetime) -> datetime:
    """What ended before this moment has had its twelve o'clock the day after."""
    closed_today = oslo(now).time() >= CLOSES
    return at_oslo(today(now) - timedelta(days=0 if closed_today else 1), time())


def settled_at(year: int) -> datetime:
    """When a year is counted for the last time, and none of its registers is changed any more: a month after it."""
    return month_start(date(year + 1, 2, 1))


def open_since(now: datetime) -> datetime:
    """The registers of sessions from this moment on may still be changed."""
    year = today(now).year
    return at_oslo(date(year if now >= settled_at(year - 1) else year - 1, 1, 1), time())


def open_years(now: datetime) -> list[int]:
    """The years whose registers may still be changed."""
    return list(range(oslo(open_since(now)).year, today(now).year + 1))


def last_day(starts_at: datetime) -> date:
    """The last day on which the register of a session may be corrected."""
    return today(settled_at(oslo(starts_at).year)) - timedelta(days=1)


def may_finish(starts_at: datetime, now: datetime) -> None:
    """Nobody is absent from what has not begun. Raises Refused."""
    if now < starts_at:
        raise Refused(_("Samlingen har ikke begynt ennå. Det du har merket, er lagret."))


def may_reopen(closed_at: datetime, now: datetime) -> None:
    """Until twelve the day after it was closed; later a register is corrected and not reopened. Raises Refused."""
    if now >= noon_after(closed_at):
        raise Refused(_("Oppmøtet er ferdig ført. Rett det rett i lista hvis noe er feil."))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a register is: what its page offers, and until when. `settled`: it is read only."""

    starts_at: datetime
    ends_at: datetime
    saved_at: datetime | None
    closed_at: datetime | None
    by_clock: bool
    settled: bool
    now: datetime

    @property
    def over(self) -> bool:
        """Has the session been?"""
        return self.now >= self.ends_at

    @property
    def to_finish(self) -> bool:
        return not self.settled and self.closed_at is None and self.now >= self.starts_at

    @property
    def to_reopen(self) -> bool:
        return not self.settled and self.closed_at is not None and self.now < noon_after(self.closed_at)

    @property
    def correctable(self) -> bool:
        """Does it count, and may it still be put right?"""
        return not self.settled and self.closed_at is not None

    @property
    def closes_at(self) -> datetime:
        return closes_at(self.starts_at, self.ends_at, self.saved_at or self.now)

    @property
    def last_day(self) -> date:
        return last_day(self.starts_at)
