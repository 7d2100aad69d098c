"""What the masks answer: which offers match, in their order, and how many each choice would leave."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime, time
from functools import reduce
from itertools import islice
from operator import and_
from typing import Any, NamedTuple, cast
from uuid import UUID

from marketplace.base.clock import oslo, today
from offers.catalogue.models import Joining
from offers.catalogue.queries import Viewer
from offers.search.counts import FILTERS, Counts, Fields, Filter
from offers.search.index.masks import NEVER, Masks, slots
from offers.search.index.offered import Cell, Date, Offered, weekday
from offers.search.queries import ACCESS, Position, Search

MIDNIGHT = time()
PARTS, EVENING = ("morning", "day", "day", "evening"), 2
"""What the pieces of a day are (offered.py:HOURS): queries.py:PART, and from which on it is evening for `evening`."""
EPOCH = date(1970, 1, 1).toordinal()
DIRECT = 20
"""So few offers are sorted; of more, the days are walked through until the page is full, and each as it stands."""


class Hit(NamedTuple):
    """An offer and what is shown of it: from, to and where."""

    starts_at: datetime | None
    ends_at: datetime | None
    venue: UUID | None
    offer: Offered


class Dates(NamedTuple):
    """What is asked of one and the same session: these fields of a Search."""

    between: tuple[datetime, datetime] | None = None
    weekdays: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    evening: bool = False
    access: tuple[str, ...] = ()
    free: bool = False

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
        first, last = map(_day, self.between)
        return range(first, last)

    def fits(self, on: int, cell: Cell) -> bool:
        """Do sessions of a day of the week and of a cell of it answer, if the day does?"""
        return (
            (not self.weekdays or on in self.weekdays)
            and (not self.parts or PARTS[cell.piece] in self.parts)
            and (not self.evening or on > 5 or cell.piece >= EVENING)
            and (not self.access or _has(cell.access, self.access))
        )


def _has(known: int, asked: tuple[str, ...]) -> bool:
    """Does a place have all of this, as far as one knows?"""
    return all(known >> ACCESS.index(one) & 1 for one in asked)


ANY_DATE = Dates()


def find(masks: Masks, wanted: Search, viewer: Viewer) -> tuple[int, list[Hit]]:
    """How many match (at most `counted` + 1), and those of the page with one more, if there are more."""
    found = reduce(and_, _held(masks, wanted, viewer).values())
    total, dates, after = found.bit_count(), _dates(wanted), wanted.after
    if total <= DIRECT:
        hits: Iterable[Hit] = sorted(_directly(masks, found, dates), key=_standing)
    elif dates == ANY_DATE:
        hits = _by_next_date(masks, found, after)
    else:
        hits = _by_session(masks, found, dates, after)
    if after:
        place = (after.starts_at or NEVER, after.id)
        hits = (hit for hit in hits if _standing(hit) > place)
    return min(total, wanted.counted + 1), list(islice(hits, wanted.page + 1))


def count(masks: Masks, wanted: Search, viewer: Viewer, among: Iterable[UUID] | None = None) -> Counts:
    """What each choice would leave: counts.py:count. `among`: of these offers, where words were asked for."""
    held = _held(masks, wanted, viewer)
    if among is not None:
        held["words"] = masks.these(among)
    counted = {}
    for one, choices in _choices(masks):
        others = reduce(and_, (mask for name, mask in held.items() if name not in one.unset))
        if one.unset.keys() & _OF_DATES:
            others = reduce(and_, (mask for name, mask in held.items() if name != "dates"))
            dates = _dates(wanted)._replace(**one.unset)
            for value, chosen in choices:
                counted[one.name, value] = (others & _answering(masks, dates._replace(**chosen))).bit_count()
            continue
        for value, chosen in choices:
            there = others
            for name, asked in chosen.items():
                there &= FIELDS[name](masks, asked)
            counted[one.name, value] = there.bit_count()
    return {choice: number for choice, number in counted.items() if number}


def _choices(masks: Masks) -> list[tuple[Filter, list[tuple[str, Fields]]]]:
    """Each filter with what each of its values sets: made once a day, and when there is another place."""
    day = today(masks.now)
    made: list[tuple[Filter, list[tuple[str, Fields]]]] | None = masks.remembered.get(("choices", day))
    if made is None:
        made = []
        for one in FILTERS:
            choices = list(one.choices(masks.now).items())
            if one.each:
                choices += [(str(name), {one.each: (name,)}) for name in masks.masks[one.name]]
            made.append((one, choices))
        masks.remember(("choices", day), made)
    return made


def _held(masks: Masks, wanted: Search, viewer: Viewer) -> dict[str, int]:
    """The mask of each field that is asked for; those of dates together."""
    seen = masks.of("is", "public")
    if viewer.staff:
        seen |= masks.of("is", "staff")
    seen |= masks.any_of("members", viewer.organizations)
    held = {"seen": seen & masks.of("is", "current")}
    for name, mask in FIELDS.items():
        asked = getattr(wanted, name)
        if asked != UNSET[name]:
            held[name] = mask(masks, asked)
    dates = _dates(wanted)
    if dates != ANY_DATE:
        held["dates"] = _answering(masks, dates)
    return held


def _place(masks: Masks, place: str) -> int:
    """offers/search/queries.py:_place"""
    if place.isdigit():
        named = [name for name in masks.masks["postcode"] if cast(str, name).startswith(place)]
        return masks.any_of("postcode", named)
    typed = f" {' '.join(place.lower().split())}"
    return masks.any_of("place", [name for name in masks.masks["place"] if typed in cast(str, name)])


def _drop_in(masks: Masks, asked: bool) -> int:
    drop_in = masks.of("joining", Joining.DROP_IN)
    return drop_in if asked else ~drop_in


def _of_age(masks: Masks, age: int) -> int:
    """Those without a limit against it."""
    from_later = masks.any_of("age from", [one for one in masks.masks["age from"] if cast(int, one) > age])
    to_earlier = masks.any_of("age to", [one for one in masks.masks["age to"] if cast(int, one) < age])
    return ~(from_later | to_earlier)


FIELDS: dict[str, Callable[[Masks, Any], int]] = {
    "kinds": lambda masks, asked: masks.any_of("kind", asked),
    "audiences": lambda masks, asked: masks.any_of("audience", asked),
    "municipalities": lambda masks, asked: masks.any_of("municipality", asked) | masks.of("is", "everywhere"),
    "organization": lambda masks, asked: masks.of("part", asked),
    "organizers": lambda masks, asked: masks.any_of("part", asked),
    "age": _of_age,
    "spoken": lambda masks, asked: masks.any_of("spoken", asked),
    "costs": lambda masks, asked: masks.any_of("cost", asked),
    "online": lambda masks, asked: masks.of("is", "everywhere"),
    "no_booking": lambda masks, asked: masks.any_of("joining", (Joining.DROP_IN, Joining.NONE)),
    "place": _place,
    "drop_in": _drop_in,
    "not_begun": lambda masks, asked: ~masks.of("is", "begun"),
}
"""The mask of each field that is no question of a date, as it is asked for."""


def _dates(wanted: Search) -> Dates:
    return Dates(wanted.between, wanted.weekdays, wanted.parts, wanted.evening, wanted.access, wanted.free)


def _answering(masks: Masks, dates: Dates) -> int:
    """The offers with a session that answers all of this, or without any where that answers too."""
    if dates == ANY_DATE:
        return -1
    found: int | None = masks.remembered.get(dates)
    if found is not None:
        return found
    found = 0
    if dates.between is None:
        for on in range(1, 8):
            found |= _fitting(masks, masks.masks[("weekly", on)], on, dates)
    else:
        for day in _days(masks, dates):
            found |= _on_day(masks, day, dates)
        found &= _next_before(masks, cast(range, dates.days).stop)
    if not dates.of_time:
        undated = masks.any_of(
            "undated", [one for one in masks.masks["undated"] if _has(cast(int, one), dates.access)]
        )
        found |= undated & ~masks.of("joining", Joining.PER_SESSION) if dates.free else undated
    if dates.free:
        found &= masks.of("is", "free")
    masks.remember(dates, found)
    return found


def _next_before(masks: Masks, end: int) -> int:
    """Those whose next date is before this day. Next dates are stored, and a clock may be set back: then an offer that
    has a session of the period by now stands there when its next date says so."""
    return masks.any_of(
        "next", [day for day in masks.masks["next"] if day is not None and cast(int, day) < end]
    )


def _days(masks: Masks, dates: Dates) -> list[int]:
    """Those of the period on which there are sessions."""
    days, period = masks.days(), dates.days
    if period is None:
        return days
    return days[bisect_left(days, period.start) : bisect_left(days, period.stop)]


def _on_day(masks: Masks, day: int, dates: Dates) -> int:
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


def _standing(hit: Hit) -> tuple[datetime, UUID]:
    """Its place in the list."""
    return hit.starts_at or NEVER, hit.offer.id


def _directly(masks: Masks, found: int, dates: Dates, day: int | None = None) -> Iterator[Hit]:
    """The offers of a mask, each with the first session that answers; of this day, if one is given."""
    period = dates.days if day is None else range(day, day + 1)
    for slot in slots(found):
        offer = masks.offer(slot)
        if dates == ANY_DATE:
            yield Hit(offer.next_at, offer.next_ends, offer.venue, offer)
            continue
        fitting = (one for one in offer.dates if (period is None or one.day in period)
                   and _answers(offer, one, dates, masks.now))  # fmt: skip
        first = next(fitting, None)
        if first:
            yield Hit(first.starts_at, first.ends_at, first.venue, offer)
        else:
            yield Hit(None, None, offer.venue, offer)


def _answers(offer: Offered, date: Date, dates: Dates, now: datetime) -> bool:
    """Does the session, of a day that is asked for?"""
    if date.ends_at <= now or not dates.fits(date.weekday, Cell(date.piece, date.access, False)):
        return False
    return not dates.free or offer.joining != Joining.PER_SESSION or offer.free(date.seats, now)


def _by_next_date(masks: Masks, found: int, after: Position | None) -> Iterator[Hit]:
    """The offers of a mask as the list goes, without those of days before `after`."""
    first = _day(after.starts_at) if after and after.starts_at else None
    for day in masks.next_days():
        if after and day is not None and (after.starts_at is None or day < cast(int, first)):
            continue
        among = found & masks.of("next", day)
        if not among:
            continue
        if among.bit_count() <= DIRECT:
            yield from sorted(_directly(masks, among, ANY_DATE), key=_standing)
            continue
        bits = _bits(masks, among)
        for _, _, slot in masks.standing(day):
            if bits[slot >> 3] >> (slot & 7) & 1:
                offer = masks.offer(slot)
                yield Hit(offer.next_at, offer.next_ends, offer.venue, offer)


def _by_session(masks: Masks, found: int, dates: Dates, after: Position | None) -> Iterator[Hit]:
    """Each offer by the first session that answers, in time; then those that answer without one."""
    first = _day(after.starts_at) if after and after.starts_at else None
    for day in _days(masks, dates):
        among = found & _on_day(masks, day, dates)
        if not among:
            continue
        found &= ~among
        if after and (after.starts_at is None or day < cast(int, first)):
            continue
        if among.bit_count() <= DIRECT:
            yield from sorted(_directly(masks, among, dates, day), key=_standing)
            if not found:
                return
            continue
        bits = bytearray(_bits(masks, among))
        for starts, _, slot, session in masks.sessions(day):
            if bits[slot >> 3] >> (slot & 7) & 1:
                offer = masks.offer(slot)
                if _answers(offer, session, dates, masks.now):
                    bits[slot >> 3] &= ~(1 << (slot & 7))
                    yield Hit(starts, session.ends_at, session.venue, offer)
        if not found:
            return
    for offer in sorted((masks.offer(slot) for slot in slots(found)), key=lambda one: one.id):
        yield Hit(None, None, offer.venue, offer)


def _bits(masks: Masks, found: int) -> bytes:
    return found.to_bytes(len(masks.slots) // 8 + 1, "little")


def _day(moment: datetime) -> int:
    """Counted from 1970, by a Norwegian clock."""
    return oslo(moment).toordinal() - EPOCH


_OF_DATES = set(Dates._fields)
KNOWN = {*FIELDS, *_OF_DATES, "after", "page", "counted", "by_date", "nearest_first", "any_word", "all_words"}
"""The fields of a Search that are answered here. Whoever asks for another asks the database."""
UNSET = {one.name: one.default for one in fields(Search)}
_UNKNOWN = UNSET.keys() - KNOWN


def knows(wanted: Search) -> bool:
    """Is all that is asked for known here? Periods from midnight to midnight are."""
    if any(getattr(wanted, name) != UNSET[name] for name in _UNKNOWN):
        return False
    return wanted.between is None or all(oslo(moment).time() == MIDNIGHT for moment in wanted.between)
