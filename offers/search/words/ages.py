"""How old somebody is, as people say it: "en på 9 år", "9-åring", "min sønn på ni". No database.

A number is an age only where it can hardly be anything else: not how long something lasts or has lasted ("i 9 år", "for
to år siden"), and no span ("9 til 12 år", "over 65 år"), which says no age of anybody.
"""

import re
from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

from offers.search.words.compounds import foldings, words
from offers.search.words.people import WHO

OLDEST = 120
UNITS = ["en", "to", "tre", "fire", "fem", "seks", "sju", "åtte", "ni"]
TEENS = ["ti", "elleve", "tolv", "tretten", "fjorten", "femten", "seksten", "sytten", "atten", "nitten"]
TENS = ["tjue", "tretti", "førti", "femti", "seksti", "sytti", "åtti", "nitti"]
SPELLED = (
    {name: number for number, name in enumerate([*UNITS, *TEENS], 1)}
    | {ten: 10 * number for number, ten in enumerate(TENS, 2)}
    | {f"{ten}{unit}": 10 * tens + units
       for (tens, ten), (units, unit) in product(enumerate(TENS, 2), enumerate(UNITS, 1))}
    | {"ett": 1, "eitt": 1, "syv": 7, "tyve": 20, "tredve": 30}
)  # fmt: skip
NORWEGIAN = {
    way: number for name, number in SPELLED.items() for way in (name, *foldings(name)) if name != "en"
}
"""Not "en", which is said of everything."""
ENGLISH = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
OLD = re.compile(r"(?:(.+?)-?a?[åa]r(?:ing|ig)|(.+)-years?-old)(?:en|er|ar|ane|ene|e|s)?")
"""One word: niåring, 9-åringar, 9-year-old. (A tenåring is not ten.)"""
ENGLISH_YEARS = words("year years yr yrs")
YEARS = words("år aar ar års åra") | ENGLISH_YEARS
GROWN = words("gammel gammal gamle gammalt gammelt old olds")
LASTING = words(
    "i etter siste over under fra frå opp minst innen gjennom om hvert kvart in after for last since"
)
"""Before years: how long something was, or where a span begins or ends. In Norwegian "for 67 år" is for whom."""
AGO = words("siden sidan sia eldre yngre ago older")
"""After years: when something was, or that a span has no end."""
BETWEEN = words("til to eller or - –")
MEASURES = words(
    "uker veker uke veke måneder månader mnd dager dagar timer timar minutter prosent personer stk plasser"
)
SOMEBODY = frozenset(WHO) | words("""
    en ein ei et eit person gutt gutten gut guten jente jenta jenten gutter gutar jenter jentene dame dama damen kvinne
    barn barna unge ungen ungar nevo niese boy girl kid child children man woman somebody someone noen nokon han hun ho
    jeg eg a i she he
""")
"""Who may be so old, right before it; folded."""
TOLD = words("er e blir vart fylt fyller am is")
CALLED = words("aged age alder")
AT = words("på paa pa")


class Age(NamedTuple):
    """An age, and of how many words it was made."""

    years: int
    words: int


def age_at(tokens: list[str], before: list[str]) -> Age | None:
    """The age with which these words begin. `before`: the words before them. All in small letters and without signs
    around them; `before` folded."""
    if found := OLD.fullmatch(tokens[0]):
        return _made(_number(found[1], NORWEGIAN) if found[1] else _number(found[2]), 1)
    told = tokens[0] if tokens[0] in TOLD | CALLED | AT and len(tokens) > 1 else ""
    number, rest = _number(tokens[bool(told)]), tokens[bool(told) + 1 :]
    if number is None or _is_span(before[-2:]) or _is_span(rest[1::-1]):
        return None
    at = bool(told) + 2
    if rest and OLD.fullmatch(f"1{rest[0]}"):
        return _made(number, at)
    if rest and rest[0] in YEARS:
        open_end = AGO.intersection(rest[1:2]) or (rest[1:2] == ["og"] and AGO.intersection(rest[2:3]))
        lasting = LASTING if rest[0] in ENGLISH_YEARS else LASTING - {"for"}
        if open_end or (not told and lasting.intersection(before[-1:])):
            return None
        return _made(number, at + bool(GROWN.intersection(rest[1:2])))
    known = told in CALLED or (told and SOMEBODY.intersection(before[-1:]))
    more = MEASURES.intersection(rest[:1]) or (told in TOLD and rest and rest[0] not in CLAUSES)
    return _made(number, at - 1) if known and not more else None


CLAUSES = words("og men som and but who")


def _is_span(tokens: list[str]) -> bool:
    """9 til …, or the same backwards: … til 12."""
    return len(tokens) == 2 and tokens[1] in BETWEEN and _number(tokens[0]) is not None


def _made(years: int | None, of: int) -> Age | None:
    return Age(years, of) if years is not None and years <= OLDEST else None


def _number(typed: str, names: Mapping[str, int] = ENGLISH | NORWEGIAN) -> int | None:
    if typed.isascii() and typed.isdigit():
        return int(typed) if len(typed) <= len(str(OLDEST)) else None
    return names.get(typed)
