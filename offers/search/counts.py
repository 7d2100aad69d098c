"""How many offers each choice of a filter would leave, beside all else that is chosen: by the database.

That is the oracle of the index's counts (index/masks.py) and answers while there is no index. A filter's counts leave
out what is chosen in the same filter: who looks for courses sees how many groups there are as well. What a viewer may
not see is in no count, and seats of sensitive offers count nothing (queries.py:FREE). What would find nothing is left
out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from marketplace.base.data.database import rows
from marketplace.base.data.statement import Statement
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import Cost
from offers.catalogue.queries import Viewer, published
from offers.catalogue.rules import When, period
from offers.catalogue.spoken import SPOKEN
from offers.search.asked import Search
from offers.search.choices import Access, Part, Weekday, column
from offers.search.conditions import EVERYWHERE, MUNICIPALITIES, beginning, conditions, dates_asked, matching
from offers.search.forms import ALL
from offers.search.places.rules import NOWHERE, Places

Counts = dict[tuple[str, str], int]
"""By (name in the address, value in the address): ("kind", "course"), ("free", "on"), ("day", "today") …"""
Fields = Mapping[str, Any]
"""Of a Search: what a choice sets."""

ON = "on"


@dataclass(frozen=True)
class Filter:
    """`unset`: the fields of a Search as they are when nothing is chosen; `choices`: what each value sets, at a moment.
    `grouped`: SQL that gives the values of one offer o, where one look can count them all; `each`: the field of a
    Search that takes any of these, where the values are the catalogue's own and not ours."""

    name: str
    unset: Fields
    choices: Callable[[datetime], Mapping[str, Fields]]
    grouped: str = ""
    each: str = ""


def _switch(name: str) -> Filter:
    """What is on or not asked for."""
    return Filter(name, {name: Search.__dataclass_fields__[name].default}, lambda now: {ON: {name: True}})


FILTERS = (
    Filter(
        "kind", {"kinds": ()}, lambda now: {one.value: {"kinds": (one.value,)} for one in Kind}, "SELECT o.kind"
    ),
    Filter(
        "audience", {"audiences": ()}, lambda now: {one.value: {"audiences": (one.value,)} for one in Audience},
        "SELECT DISTINCT unnest(o.audiences)",
    ),
    Filter("day", {"between": None}, lambda now: {one.value: {"between": period(one, now)} for one in When}),
    Filter(
        "weekday", {"weekdays": ()},
        lambda now: {one.value: {"weekdays": (number,)} for number, one in enumerate(Weekday, 1)},
    ),
    Filter("part", {"parts": ()}, lambda now: {one.value: {"parts": (one.value,)} for one in Part}),
    Filter("spoken", {"spoken": ()}, lambda now: {one: {"spoken": (one,)} for one in SPOKEN},
           "SELECT unnest(o.spoken)"),
    Filter("cost", {"costs": ()}, lambda now: {one.value: {"costs": (one.value,)} for one in Cost},
           "SELECT o.cost WHERE o.cost IS NOT NULL"),
    Filter("access", {"access": ()}, lambda now: {one.value: {"access": (column(one),)} for one in Access}),
    Filter(
        "organization", {"organizers": ()}, lambda now: {},
        """SELECT w.slug UNION SELECT c.slug FROM offer_organizer g JOIN organization c ON c.id = g.organization_id
            WHERE g.offer_id = o.id AND c.state = 'approved'""",
        "organizers",
    ),
    Filter("district", {"districts": ()}, lambda now: {}),
    _switch("no_booking"),
    _switch("online"),
    _switch("drop_in"),
    _switch("free"),
    _switch("evening"),
    Filter(
        "municipality", {"municipalities": ()}, lambda now: {ALL: {}},
        f"""SELECT '{ALL}' UNION ALL SELECT m.slug FROM municipality m
            WHERE m.id IN {MUNICIPALITIES} OR {EVERYWHERE}""",
        "municipalities",
    ),
)  # fmt: skip
"""All that have counts; a new filter is a line here, and in index/masks.py where the index shall answer for it."""


def of_places(one: Filter, wanted: Search, known: Places) -> dict[str, Fields] | None:
    """What the values of a filter set that go by the districts; None of all others. A district is chosen in the
    municipalities that are: who chooses another municipality looks in that one's district of the same name."""
    if one.name == "district":
        return {slug: {"districts": (slug,)} for slug in known.district_names(wanted.municipalities)}
    if one.name == "municipality" and wanted.districts:
        there = {each.municipality for slug in wanted.districts for each in known.district(slug)}
        return {ALL: {}} | {slug: {"municipalities": (slug,)} for slug in sorted(there)}
    return None


class _Number(NamedTuple):
    name: str
    value: str
    number: int


async def count(wanted: Search, *, viewer: Viewer, now: datetime, known: Places = NOWHERE) -> Counts:
    """What each choice would leave, in one statement. `known`: the places, for their districts."""
    asked = Statement(now)
    seen = published(viewer).within(asked)
    hits, found = matching(Search(words=wanted.words, any_word=wanted.any_word, by_date=True), asked.value)
    looks = []
    for one in FILTERS:
        without = replace(wanted, **one.unset, words="", after=None)
        placed = of_places(one, wanted, known)
        grouped = one.grouped if placed is None else ""
        for value, fields in {"": {}}.items() if grouped else (placed or one.choices(now)).items():
            search = replace(without, **fields)
            _, matches = conditions(search, seen, dates_asked(search, asked.value), asked.value)
            values = grouped or f"SELECT {asked.value(value)}::text"
            looks.append(
                f"""SELECT '{one.name}' AS name, v.value, count(*) AS number
                FROM offer o JOIN organization w ON w.id = o.owner_id, LATERAL ({values}) v(value)
                WHERE {" AND ".join([matches, *found])} GROUP BY v.value"""
            )
    numbers = await rows(_Number, f"{beginning(hits)} {' UNION ALL '.join(looks)}", *asked.values)
    return {(each.name, each.value): each.number for each in numbers}
