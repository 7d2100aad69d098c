"""When the operator is written to of what is wrong: soon, seldom, and once more when it is over."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

STANDS = timedelta(minutes=4)
"""What is wrong at one look and well at the next is told to nobody."""
AGAIN = timedelta(days=1)
"""What lasts is told again after so long."""
SELDOM = timedelta(hours=1)
"""No more than one mail in so long, whatever goes wrong and right again meanwhile."""


@dataclass(frozen=True)
class Standing:
    """Something that is wrong since a while. `told_at`: when the operator was written to of it last."""

    since: datetime
    told_at: datetime | None = None


@dataclass(frozen=True)
class Known:
    """What this worker knows between two looks."""

    standing: Mapping[str, Standing]
    mailed_at: datetime | None = None


@dataclass(frozen=True)
class Due:
    """What a mail is to say now."""

    wrong: list[str]
    over: list[str]

    def __bool__(self) -> bool:
        return bool(self.wrong or self.over)


def seen(known: Known, wrong: set[str], unknown: set[str], now: datetime) -> Known:
    """After a look. What could not be looked at stays as it was; what was told is kept until its end is told too."""
    kept = {
        name: one for name, one in known.standing.items() if name in wrong or name in unknown or one.told_at
    }
    began = {name: Standing(now) for name in wrong if name not in kept}
    return replace(known, standing=kept | began)


def due(known: Known, wrong: set[str], unknown: set[str], now: datetime) -> Due:
    """All that is wrong, as soon as one of it is to be told; and what is over."""
    if known.mailed_at and not passed(known.mailed_at, SELDOM, now):
        return Due([], [])
    ripe = {name for name in wrong if passed(known.standing[name].since, STANDS, now)}
    new = {name for name in ripe if not (told := known.standing[name].told_at) or passed(told, AGAIN, now)}
    over = sorted({name for name, one in known.standing.items() if one.told_at} - wrong - unknown)
    return Due(sorted(ripe) if new or over else [], over)


def told(known: Known, said: Due, now: datetime) -> Known:
    """After a mail."""
    standing = {
        name: replace(one, told_at=now) if name in said.wrong else one
        for name, one in known.standing.items()
        if name not in said.over
    }
    return Known(standing, now)


def told_since(known: Known, noted: Known, now: datetime) -> bool:
    """Is a later mail noted than the last that is known of?"""
    return noted.mailed_at is not None and (
        known.mailed_at is None or known.mailed_at < noted.mailed_at <= now
    )


def passed(at: datetime, long: timedelta, now: datetime) -> bool:
    """Is it so long ago? What is yet to come is of a clock that ran ahead."""
    return not timedelta(0) <= now - at < long
