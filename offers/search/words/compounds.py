"""Norwegian glues words together: who types "gruppe" must find "turgruppe", and "tur" must not find "kultur".

A word is divided into words that are known: to a dictionary (simplemma, MIT), or to the lists here. No database, and
no dictionary either: whoever asks brings one, because only the worker's helper (__main__.py) may load 60 MB of it.
"""

from collections.abc import Callable, Iterator
from itertools import product

from marketplace.base.i18n import OURS

GLUES = tuple(lang for lang, one in OURS.items() if one.stemming == "norwegian")
"""The languages of ours that glue words together, as simplemma calls them too."""
SHORTEST = 3
"""Letters of a part. Dictionaries know every short string as some word, so one of up to three must be in SHORT."""
LONGEST = 40
"""Letters of a word that is looked at; nothing that people write is longer."""
MOST = 3
"""Parts that a word is divided into."""


def words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


SHORT = words("""
    bad barn bil bok bål båt bær by dag dans dyr eld fag far fest film fisk fri gym hage hav hus hval jul jord
    kino kor kos kort kurs lag land leir lek liv lys mat mor nav ord rad rom rus råd ski sol sorg spa språk stol
    sykkel søvn tid ting tog tur ull uke ute vann vår ved vin øl øre
""")
"""Words of few letters that compounds of ours are made of."""
DOMAIN = words("""
    treff treffet kafé kafe kafeen kafeer sirkel sirkelen sentral sentralen hjelp hjelpen vakt vakta prat praten
    pårørende recovery friskliv mestring erfarings selvhjelp lavterskel pusterom suppa suppe bordet laget stua
""")
"""Words of the domain that dictionaries do not have, or not in this form."""
WHOLE = (
    "kultur", "natur", "struktur", "litteratur", "temperatur", "formiddag", "ettermiddag", "forening", "foreldre",
    "forelder", "foredrag", "fordel", "forrige", "oppvekst", "oppmøte", "oppgave", "undervis", "undersøk", "overgang",
    "overgrep", "innhold", "innbygger", "innvandr", "innsats", "utstyr", "utstilling", "utsikt", "utvikling", "avtale",
    "aktivitet", "universitet", "interesse", "samtale", "sammen", "samling", "samfunn", "restaurant", "instrument",
    "medlem", "tilbud", "tilbod", "veileder", "rettleiar", "personlig", "mulighet", "vanskelig", "sjelden", "egentlig",
    "hverdag", "kvardag", "helsetjen", "enkelt", "menneske", "bakgrunn", "erfaring", "telefon", "sertifi", "statist",
    "kommune", "trening", "frivillig", "egenskap",
    "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "laurdag", "søndag", "sundag",
)  # fmt: skip
"""Beginnings that mean one thing: none of these is divided within itself, though each holds known words."""
LINKS = ("", "s", "e")
"""What stands between two parts: turgruppe, søndagstur, barnehage."""


def divisions(word: str, known: Callable[[str], bool]) -> set[str]:
    """The parts of all divisions of a word into as few known parts as can be; nothing when it is no compound.

    `known`: is this a word, in any form? Parts come without what links them: søndag and tur of søndagstur.
    """
    word = word.lower()
    if not word.isalpha() or not 2 * SHORTEST <= len(word) <= LONGEST:
        return set()
    fewest = next(
        (found for count in range(2, MOST + 1) if (found := set(_divided(word, count, known)))), set()
    )
    return {part for division in fewest for part in division}


def _divided(word: str, count: int, known: Callable[[str], bool]) -> Iterator[tuple[str, ...]]:
    if count == 1:
        if _is_part(word, known):
            yield (word,)
        return
    for end, link in product(range(SHORTEST, len(word) - SHORTEST + 1), LINKS):
        first, rest = word[:end], word[end + len(link) :]
        if word[end : end + len(link)] != link or len(rest) < SHORTEST or within_one(word, end):
            continue
        if _is_part(first, known) and (not link or len(first) > SHORTEST or first in SHORT):
            for others in _divided(rest, count - 1, known):
                yield (first, *others)


def _is_part(part: str, known: Callable[[str], bool]) -> bool:
    return part in SHORT or part in DOMAIN or (len(part) > SHORTEST and known(part) and part not in NO_PART)


def within_one(word: str, end: int) -> bool:
    """Would a division here cut through a word that means one thing?"""
    return any(word.startswith(whole) and end < len(whole) for whole in WHOLE)


NO_PART = words("""
    under over etter mellom uten foran inne oppe nede alle andre være noen ikke eller også heite heter skal
    skulle lige ling ring inger ende eren erne arar elig heten heta dels helt tene tenet sens sene ning nings
    ting skap villig svenn svenner stur sturen sturer pill skor skoret slaget etur eturen strening
""")
"""Known words that only look like parts: endings, and small words that divide others by accident."""


def foldings(word: str) -> frozenset[str]:
    """How somebody types a word whose keyboard has no æ, ø and å: as ae o a, as a o a, and as ae oe aa."""
    ways = (
        {"æ": "ae", "ø": "o", "å": "a"},
        {"æ": "a", "ø": "o", "å": "a"},
        {"æ": "ae", "ø": "oe", "å": "aa"},
    )
    plain = word.translate(str.maketrans("éèêëäöüáàóòíìąćęłńśźż", "eeeeaouaaooiiacelnszz"))
    made = {plain.translate({ord(letter): typed for letter, typed in way.items()}) for way in ways}
    return frozenset(made - {word})
