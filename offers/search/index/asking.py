"""What the masks answer: which offers match, in their order, and how many each choice would leave."""

from collections.abc import Callable
from dataclasses import fields
from datetime import time
from functools import reduce
from itertools import islice
from operator import and_
from typing import Any, cast

from marketplace.base.clock import oslo, today
from offers.catalogue.kinds import audiences_of
from offers.catalogue.models import Joining
from offers.catalogue.queries import Viewer
from offers.search.asked import Search
from offers.search.counts import FILTERS, Counts, Fields, Filter, of_places
from offers.search.index.dates import ANY_DATE, Dates, answering, dates_of, there
from offers.search.index.hits import Hits
from offers.search.index.masks import Masks
from offers.search.index.order import Hit, Ranked, by_both, by_date, by_fit, by_nearness, by_rank
from offers.search.places.rules import NOWHERE, Places

MIDNIGHT = time()


def find(
    masks: Masks, wanted: Search, viewer: Viewer, hits: Hits | None = None, known: Places = NOWHERE
) -> tuple[int, list[Hit]]:
    """How many match (at most `counted` + 1), and those of the page with one more, if there are more. `hits`: of the
    words, and `known`: the places, where they are asked for."""
    dates, after = dates_of(wanted, known), wanted.after
    found = reduce(and_, _held(masks, wanted, viewer, hits, dates).values())
    ranked = _ranked(masks, found, wanted, dates, hits) if wanted.ranked else None
    listed = (
        by_date(masks, found, dates, after) if ranked is None else by_rank(masks, found, dates, ranked, after)
    )
    page = [*islice(listed, wanted.page + 1)]
    if wanted.near and dates == ANY_DATE:  # then it is where the next session is
        page = [hit._replace(venue=hit.offer.next_venue(masks.now)) for hit in page]
    return min(found.bit_count(), wanted.counted + 1), page


def _ranked(masks: Masks, found: int, wanted: Search, dates: Dates, hits: Hits | None) -> Ranked:
    """What goes first: queries.py:_search."""
    words = hits.ranked(len(masks.slots)) if hits else [(0, found)]
    if wanted.near is None:
        return by_fit(found, words, *_fit(masks, wanted)) if wanted.fitting else words
    if hits is None or wanted.nearest_first:
        return by_nearness(masks, found, dates, wanted.near)
    return by_both(masks, found, dates, words, wanted.near)


def _fit(masks: Masks, wanted: Search) -> tuple[int, int]:
    """(those that fit best, those that fit): queries.py:_fit."""
    best = masks.any_of("main", wanted.whom)
    if wanted.age is not None:
        best |= _of_said_age(masks)
    return best, masks.any_of("audience", wanted.whom)


def count(
    masks: Masks, wanted: Search, viewer: Viewer, hits: Hits | None = None, known: Places = NOWHERE
) -> Counts:
    """What each choice would leave: counts.py:count."""
    dates = dates_of(wanted, known)
    held = _held(masks, wanted, viewer, hits, dates)
    counted = {}
    for one, choices in _choices(masks):
        placed = of_places(one, wanted, known)
        gone = {*one.unset, "dates"} if placed is not None or one.unset.keys() & _OF_DATES else {*one.unset}
        others = reduce(and_, (mask for name, mask in held.items() if name not in gone))
        if placed is not None:
            for value, chosen in placed.items():
                where = there(wanted, known, {**one.unset, **chosen})
                left = _of_offers(masks, others, chosen) & answering(masks, dates._replace(there=where))
                counted[one.name, value] = left.bit_count()
        else:
            without = dates._replace(**one.unset) if "dates" in gone else None
            for choice, mask in _masks_of(masks, one.name, choices, without):
                counted[choice] = (others & mask).bit_count()
    return {choice: number for choice, number in counted.items() if number}


def _masks_of(
    masks: Masks, name: str, choices: list[tuple[str, Fields]], without: Dates | None
) -> list[tuple[tuple[str, str], int]]:
    """The offers of each choice of a filter, put together until something changes; of one that asks for a date, beside
    what else is asked of it (`without` this filter)."""
    key = ("choices", name, without and (today(masks.now), without))
    made: list[tuple[tuple[str, str], int]] | None = masks.remembered.get(key)
    if made is None:
        made = [
            ((name, value), _of_offers(masks, -1, chosen) if without is None
             else answering(masks, without._replace(**chosen)))
            for value, chosen in choices
        ]  # fmt: skip
        masks.remember(key, made)
    return made


def _of_offers(masks: Masks, found: int, chosen: Fields) -> int:
    """Those of a mask that answer these fields, which no date is asked for."""
    for name, asked in chosen.items():
        if name in FIELDS:
            found &= FIELDS[name](masks, asked)
    return found


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


def _held(masks: Masks, wanted: Search, viewer: Viewer, hits: Hits | None, dates: Dates) -> dict[str, int]:
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
    if hits is not None:
        held["words"] = hits.mask
    if dates != ANY_DATE:
        held["dates"] = answering(masks, dates)
    return held


def _place(masks: Masks, place: str) -> int:
    """offers/search/conditions.py:_place"""
    if place.isdigit():
        named = [name for name in masks.masks["postcode"] if cast(str, name).startswith(place)]
        return masks.any_of("postcode", named)
    typed = f" {' '.join(place.lower().split())}"
    return masks.any_of("place", [name for name in masks.masks["place"] if typed in cast(str, name)])


def _drop_in(masks: Masks, asked: bool) -> int:
    drop_in = masks.of("joining", Joining.DROP_IN)
    return drop_in if asked else ~drop_in


def _of_said_age(masks: Masks) -> int:
    """Those that say from or until what age one may be."""
    return masks.any_of("age from", masks.masks["age from"]) | masks.any_of("age to", masks.masks["age to"])


def _of_age(masks: Masks, age: int) -> int:
    """Those without a limit against it; and where no age is said, those that are for somebody of this age."""
    said = _of_said_age(masks)
    suits = masks.any_of("audience", audiences_of(age))
    from_later = masks.any_of("age from", [one for one in masks.masks["age from"] if cast(int, one) > age])
    to_earlier = masks.any_of("age to", [one for one in masks.masks["age to"] if cast(int, one) < age])
    return ~(from_later | to_earlier) & (said | suits)


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


_OF_DATES = {*Dates._fields}
KNOWN = {
    *FIELDS, *_OF_DATES - {"there"}, "words", "near", "within", "districts", "after", "page", "counted",
    "by_date", "nearest_first", "fitting", "any_word", "all_words",
}  # fmt: skip
"""The fields of a Search that are answered here. Whoever asks for another asks the database."""
UNSET = {one.name: one.default for one in fields(Search)}
_UNKNOWN = UNSET.keys() - KNOWN


def knows(wanted: Search) -> bool:
    """Is all that is asked for known here? Periods from midnight to midnight are."""
    if any(getattr(wanted, name) != UNSET[name] for name in _UNKNOWN):
        return False
    return wanted.between is None or all(oslo(moment).time() == MIDNIGHT for moment in wanted.between)
