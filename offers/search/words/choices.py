"""Places, days and ages among what was typed: "yoga Hana lørdag" is yoga, near Hana, on a Saturday. No database.

A word is a choice only where it can hardly be anything else: the name of a day, somebody's age (ages.py), and the name
of a place that the catalogue knows, or that the post does and no offer speaks of. What stands in quotation marks, or
with a minus, is always a word, and so is what somebody has said that they meant as one (`plain`).
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

from offers.search.places.postcodes import folded
from offers.search.words.ages import SOMEBODY, age_at
from offers.search.words.equal import NOISE

LONGEST = 4
"""Words that a place, a day or an age is called by, at most."""
BEFORE = frozenset({
    "i", "pa", "ved", "nar", "rundt", "til", "hver", "hvert", "kvar", "kvart", "om", "neste", "forstkommende", "denne",
    "in", "on", "at", "near", "around", "every", "next", "this", "fra", "from",
})  # fmt: skip
"""What stands before a place or a day, and says nothing without it. Folded."""
WEEKDAYS = {
    "monday": "mandag mondag", "tuesday": "tirsdag tysdag", "wednesday": "onsdag", "thursday": "torsdag",
    "friday": "fredag", "saturday": "lordag laurdag", "sunday": "sondag sundag",
}  # fmt: skip
ENDINGS = ("", "en", "er", "ene", "ar", "ane", "s", "ens")
PARTS = {
    "morning": "morgen morgenen morgon morgonen tidlig morning formiddag formiddagen",
    "day": "dagtid ettermiddag ettermiddagen ettermiddagar afternoon",
    "evening": "kveld kvelden kvelder kveldar kveldstid evening evenings night",
}
DAYS = {
    "today": ("i dag", "idag", "today"),
    "tomorrow": ("i morgen", "imorgen", "i morgon", "imorgon", "tomorrow"),
    "weekend": ("denne helgen", "denne helga", "this weekend"),
    "this_week": ("denne uka", "denne uken", "denne veka", "this week"),
    "next_week": ("neste uke", "neste uka", "neste veke", "neste veka", "next week"),
}
"""Not "i helga": who says so means Fridays too, and any week's; the words find that (equal.py)."""
TONIGHT = ("i kveld", "ikveld", "tonight", "this evening")
NAMES: dict[str, tuple[tuple[str, str], ...]] = (
    {
        form: (("weekday", day),)
        for day, names in WEEKDAYS.items()
        for name in (*names.split(), day)
        for form in (name + ending for ending in ENDINGS)
    }
    | {phrase: (("day", day),) for day, phrases in DAYS.items() for phrase in phrases}
    | dict.fromkeys(TONIGHT, (("day", "today"), ("part", "evening")))
)
"""What days are called, folded, and the (name, value) of the filters that they are."""
PART_NAMES = {name: part for part, names in PARTS.items() for name in names.split()}
"""Parts of a day, which are read only after a day: by itself "kveld" is what somebody looks for."""


class Read(NamedTuple):
    """Some of the words that were typed, and the filters that they are: (name, value) as they stand in addresses. Of a
    place the value is its name."""

    typed: str
    filters: tuple[tuple[str, str], ...]


class Reading(NamedTuple):
    """What is left to search for as words, and what was read out of it."""

    words: str
    read: tuple[Read, ...] = ()


def reading(
    typed: str, is_place: Callable[[str], bool], *, may: Collection[str], plain: Collection[str] = ()
) -> Reading:
    """What somebody typed, with the first place, day and age taken out of it. `is_place`: is this the name of a
    place? `may`: the filters that may be chosen so. `plain`: what is a word after all."""
    if '"' in typed.translate(QUOTES):
        return Reading(typed)
    tokens = typed.split()
    kept, choices = [], list[Read]()
    meant = {folded(one.strip(SIGNS)) for one in plain}
    while tokens:
        if words := _meant(tokens, meant):
            kept += tokens[:words]
            tokens = tokens[words:]
            continue
        left = {*may} - {name for one in choices for name, _ in one.filters}
        taken = _age(tokens, kept, left) or _taken(tokens, is_place, left)
        if taken is None:
            kept.append(tokens.pop(0))
        else:
            choice, number = taken
            gone = BEFORE | WHOSE_AGE if choice.filters[0][0] == "age" else BEFORE
            while kept and folded(kept[-1]) in gone:
                kept.pop()
            choices.append(choice)
            tokens = tokens[number:]
    if choices and all(folded(one.strip(SIGNS)) in SAYS_NOTHING for one in kept):
        kept = []  # "noe for en på 9 år" looks for nothing but what is read out of it
    return Reading(" ".join(kept), tuple(choices)) if choices else Reading(typed)


DATES = {"day", "weekday"}
"""Of these only one is read: "lørdag i helgen" is one day, and of two days nothing begins on both."""
SIGNS = ".,;:!?"
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″", '"'))


WHOSE_AGE = SOMEBODY - {"barn", "barna", "ungar", "child", "children", "kid"} | {
    "min", "mi", "mitt", "mine", "var", "vart", "my", "our", "for", "the",
}  # fmt: skip
"""Who is so old, and whose they are: the age says more. Of children something may be said."""
SAYS_NOTHING = frozenset(map(folded, NOISE)) | BEFORE | {"skjer", "hender", "happening", "on"}


def _age(tokens: list[str], kept: list[str], may: Collection[str]) -> tuple[Read, int] | None:
    if "age" not in may:
        return None
    said = [one.strip(SIGNS).lower() for one in tokens[:5]]
    age = age_at(said, [folded(one.strip(SIGNS)) for one in kept[-2:]])
    return age and (Read(" ".join(tokens[: age.words]), (("age", str(age.years)),)), age.words)


def _meant(tokens: list[str], meant: Collection[str]) -> int:
    """With how many of these words begins something that is meant as words?"""
    lengths = range(min(LONGEST, len(tokens)), 0, -1)
    return next((number for number in lengths if folded(" ".join(tokens[:number]).strip(SIGNS)) in meant), 0)


def _taken(
    tokens: list[str], is_place: Callable[[str], bool], may: Collection[str]
) -> tuple[Read, int] | None:
    """The choice with which these words begin, and of how many words it is made."""
    for number in range(min(LONGEST, len(tokens)), 0, -1):
        typed = " ".join(tokens[:number])
        called = typed.strip(SIGNS)
        name = folded(called)
        if not name or typed.startswith("-"):
            continue
        filters = NAMES.get(name, ())
        if filters and {one for one, _value in filters} <= {*may} and DATES.issubset(may):
            part = PART_NAMES.get(folded(tokens[number].strip(SIGNS))) if number < len(tokens) else None
            if part and "part" in may and len(filters) == 1:
                return Read(f"{typed} {tokens[number]}", (*filters, ("part", part))), number + 1
            return Read(typed, filters), number
        if "near" in may and is_place(called):
            return Read(typed, (("near", called),)), number
    return None
