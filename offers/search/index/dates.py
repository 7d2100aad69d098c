"""What is asked of one and the same session, and the masks of the offers that have such a one."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple, cast
from uuid import UUID

from marketplace.base.clock import oslo
from offers.catalogue.models import Joining
from offers.search.asked import Search
from offers.search.conditions import ACCESS
from offers.search.index.masks import Masks, slots
from offers.search.index.offered import Cell, Date, Offered, weekday
from offers.search.places.rules import Places

PARTS, EVENING = ("morning", "day", "day", "evening"), 2
"""What the pieces of a day are (offered.py:HOURS): queries.py:PART, and from which on it is evening for `evening`."""
EPOCH = date(1970, 1, 1).toordinal()


UNSAID: Mapping[str, Any] = MappingProxyType({})


class There(NamedTuple):
    """Where it shall be: one of these venues, or `on_web`, where what is everywhere is."""

    venues: frozenset[UUID]
    on_web: bool


class Dates(NamedTuple):
    """What is asked of one and the same session: these fields of a Search; `there` of its districts and `within`."""

    between: tuple[datetime, datetime] | None = None
    weekdays: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    evening: bool = False
    access: tuple[str, ...] = ()
    free: bool = False
    there: There | None = None

    @property
    def of_time(self) -> bool:
        """Can only a session answer?"""
        return bool(self.between or self.weekdays or self.parts or self.evening)

    @property
    def of_a_day(self) -> bool:
        """Is nothing asked but on which days it is?"""
        return not (self.weekdays or self.parts or self.evening or self.access or self.free)

    @property
    def days(self) -> range | None:
        """Days from 1970 of the period; None for all."""
        if self.between is None:
            return None
        first, last = map(day_of, self.between)
        return range(first, last)

    def fits(self, on: int, cell: Cell) -> bool:
        """Do sessions of a day of the week and of a cell of it answer, if the day does?"""
        return (
            (not self.weekdays or on in self.weekdays)
            and (not self.parts or PARTS[cell.piece] in self.parts)
            and (not self.evening or on > 5 or cell.piece >= EVENING)
            and (not self.access or _has(cell.access, self.access))
        )


ANY_DATE = Dates()


def dates_of(wanted: Search, known: Places) -> Dates:
    """What a search asks of one session. `known`: the places, where it asks for districts."""
    return Dates(wanted.between, wanted.weekdays, wanted.parts, wanted.evening, wanted.access, wanted.free,
                 there(wanted, known))  # fmt: skip


def there(wanted: Search, known: Places, instead: Mapping[str, Any] = UNSAID) -> There | None:
    """queries.py:_there: the venues in these districts, and near enough. `instead`: fields of the search that are
    otherwise."""
    districts = instead.get("districts", wanted.districts)
    municipalities = instead.get("municipalities", wanted.municipalities)
    venues = known.venues_in(districts, municipalities) if districts else None
    if wanted.near is not None and wanted.within is not None:
        close = frozenset(wanted.near.within(wanted.within))
        venues = close if venues is None else venues & close
    return None if venues is None else There(venues, on_web=not districts)


def day_of(moment: datetime) -> int:
    """Counted from 1970, by a Norwegian clock."""
    return oslo(moment).toordinal() - EPOCH


def _has(known: int, asked: tuple[str, ...]) -> bool:
    """Does a place have all of this, as far as one knows?"""
    return all(known >> ACCESS.index(one) & 1 for one in asked)


def answering(masks: Masks, dates: Dates) -> int:
    """The offers with a session that answers all of this, or without any where that answers too."""
    if dates == ANY_DATE:
        return -1
    found: int | None = masks.remembered.get(dates)
    if found is not None:
        return found
    found = _with_session(masks, dates)
    if not dates.of_time:
        undated = masks.any_of(
            "undated", [one for one in masks.masks["undated"] if _has(cast(int, one), dates.access)]
        )
        if dates.there:
            undated &= _at_home(masks, dates.there)
        found |= undated & ~masks.of("joining", Joining.PER_SESSION) if dates.free else undated
    if dates.free:
        found &= masks.of("is", "free")
    masks.remember(dates, found)
    return found


def _with_session(masks: Masks, dates: Dates) -> int:
    if dates.there:
        return _there(masks, _with_session(masks, dates._replace(there=None)), dates)
    known: int | None = masks.remembered.get(("session", dates))
    if known is not None:
        return known
    found = 0
    if dates.between is None:
        for on in range(1, 8):
            found |= _fitting(masks, masks.masks[("weekly", on)], on, dates)
    else:
        for day in days_of(masks, dates):
            found |= on_day(masks, day, dates)
        found &= _next_before(masks, cast(range, dates.days).stop)
    masks.remember(("session", dates), found)
    return found


def _next_before(masks: Masks, end: int) -> int:
    """Those whose next date is before this day. Next dates are stored, and a clock may be set back: then an offer that
    has a session of the period by now stands there when its next date says so."""
    return masks.any_of(
        "next", [day for day in masks.masks["next"] if day is not None and cast(int, day) < end]
    )


def days_of(masks: Masks, dates: Dates) -> list[int]:
    """Those of the period on which there are sessions."""
    days, period = masks.days(), dates.days
    if period is None:
        return days
    return days[bisect_left(days, period.start) : bisect_left(days, period.stop)]


def on_day(masks: Masks, day: int, dates: Dates) -> int:
    """The offers with a session on this day that answers."""
    if dates.there:
        return _there(masks, on_day(masks, day, dates._replace(there=None)), dates, day)
    if dates.of_a_day:
        return masks.of("day", day)
    return _fitting(masks, masks.masks[("on", day)], weekday(day), dates)


def _fitting(masks: Masks, cells: Mapping[Any, int], on: int, dates: Dates) -> int:
    """Those with a session in the cells that fit."""
    some = roomy = 0
    for cell, mask in cells.items():
        if dates.fits(on, cell):
            if cell.room:
                roomy |= mask
            else:
                some |= mask
    return roomy | some & ~masks.of("joining", Joining.PER_SESSION) if dates.free else some


def _there(masks: Masks, found: int, dates: Dates, day: int | None = None) -> int:
    """Those of the mask with such a session there; on this day, if one is given. Whose sessions are all at one place is
    a mask, and few have sessions elsewhere: they are asked one by one."""
    assert dates.there is not None
    apart = found & masks.of("is", "elsewhere")
    left = found & ~apart & _at_home(masks, dates.there)
    for slot in slots(apart):
        if any(sessions(masks, masks.offer(slot), dates, day)):
            left |= 1 << slot
    return left


def _at_home(masks: Masks, there: There) -> int:
    """Those whose own place is there."""
    home = masks.any_of("venue", there.venues)
    return home | masks.of("venue", None) & masks.of("is", "everywhere") if there.on_web else home


def sessions(masks: Masks, offer: Offered, dates: Dates, day: int | None = None) -> Iterable[Date]:
    """The offer's sessions that answer, in time."""
    period = dates.days if day is None else range(day, day + 1)
    return (
        one
        for one in offer.dates
        if (period is None or one.day in period) and answers(masks, offer, one, dates)
    )


def answers(masks: Masks, offer: Offered, date: Date, dates: Dates) -> bool:
    """Does the session, of a day that is asked for?"""
    if date.ends_at <= masks.now or not dates.fits(date.weekday, Cell(date.piece, date.access, False)):
        return False
    if dates.there and date.venue not in dates.there.venues:
        everywhere = masks.of("is", "everywhere") >> offer.slot & 1
        if not (dates.there.on_web and date.venue is None and everywhere):
            return False
    return not dates.free or offer.joining != Joining.PER_SESSION or offer.free(date.seats, masks.now)
