"""Which situation is like what somebody typed. No database, no clock.

Two sentences are alike when the words that say something are: bent, misspelled by a letter, in nynorsk or as they are
spoken, and without rings and dots they are the same; so is whose mother or grandfather it is, and what somebody who is
named has fallen ill with. Nobody is led anywhere by one word of many: "barnet vil ikke sove" is not "jeg får ikke
sove".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import OSA

from marketplace.base.i18n import SOURCE
from marketplace.base.text import without_marks
from offers.search.asked import Query
from offers.search.words.compounds import words
from offers.search.words.equal import NOISE
from offers.search.words.people import WHO

SAYS_LITTLE = frozenset(NOISE) | words("""
    er var blir bli blitt ble vært vere være det den de en et ei ein eit som men så seg oss vi han hun ho hva kva hvor
    kor har hadde hatt ikke ikkje aldri bare berre alt mye mykje veldig litt nettopp akkurat
    this that is am are was be been have has had not do does did so very just only from with in on at it and or me
    nobody anybody somebody about jeg eg mi fra frå når korleis hvordan der her hit inn vil skal må
    sitt sin sine hele heile tida mot etter before after
    noko nokon nokre æ e mæ dæ sæ hu ka korsn itj ittj ikkj no nå vere vera vart fått fekk fikk heilt meget alvorlig
    alvorleg vårt vår dykkar mora our
""")
"""Words that say little of how somebody is."""
ENDINGS = ("arane", "andre", "erne", "ene", "ane", "ers", "en", "et", "er", "ar", "a", "e", "s", "r")
STEM = 3
"""Letters that are left of a word when an ending is taken off."""
FORGIVEN_FROM = 6
"""Letters from which one wrong letter is forgiven."""
FOLDED = str.maketrans("æøåäö", "aoaao")
TELLING = 5
"""Letters from which other words than those shown are followed."""
BESIDE = 2
"""So many words that are not in the sentence may be typed beside it."""
ALIKE = 0.6
"""So much of all the words must be in both, where not all of the sentence was typed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A situation as it is stored."""

    id: UUID
    text: str
    text_nn: str
    text_en: str
    also: str
    words: str
    kinds: list[str]
    audiences: list[str]
    evening: bool
    drop_in: bool
    reviewed_at: datetime | None
    off_at: datetime | None

    def said(self, lang: str) -> str:
        """The sentence in the reader's language."""
        return {SOURCE: self.text, "nn": self.text_nn, "en": self.text_en}[lang]

    @property
    def ways(self) -> list[str]:
        """All ways in which it is said."""
        return [self.text, self.text_nn, self.text_en, *(one for one in self.also.split("\n") if one.strip())]

    @property
    def query(self) -> Query:
        """What it leads to, as it stands in the address of a list."""
        asked: Query = {"q": self.words, "kind": self.kinds, "audience": self.audiences}
        asked |= {"evening": "1" if self.evening else "", "drop_in": "1" if self.drop_in else ""}
        return {name: value for name, value in asked.items() if value}


ALSO = {
    "alein": "alen", "ensom": "alen", "ensomm": "alen", "einsam": "alen", "einsom": "alen", "eisam": "alen",
    "dodd": "dod", "doydd": "dod", "doy": "dod", "heim": "hjemm", "hjem": "hjemm",
    "sjuk": "syk", "sykt": "syk", "sjukt": "syk", "gaml": "gammel", "gammal": "gammel", "skul": "skol", "sakn": "savn",
    "rekning": "regning",
}  # fmt: skip
"""Stems of nynorsk, of dialects, and of what is felt alike."""
ILLNESS = words("""
    syk sykdom sjukdom demen dement alzheim kreft hjerneslag slag hjerteinfarkt infarkt kol parkinson schizofren
    schizofreni psykos psykotisk bipol epilepsi diabete anoreksi bulimi adhd autism autist dementi canc strok ill sick
""")
"""Stems of what somebody at home may have: of whom one loves all of it is being ill."""


NOBODY = re.compile(r"\b(?:ikke|ikkje|ikkj|ittj|itj|itte|not) (?:noen|nokon|nokre|any(?:body|one))\b")
"""Two words for the one, "ingen"."""


def stems(text: str) -> frozenset[str]:
    """The words of a sentence that say something, without their endings."""
    said = NOBODY.sub("ingen", text.lower())
    typed = [word for word in re.findall(r"[^\W\d_]+", said) if word not in SAYS_LITTLE]
    whose = {WHO[folded(word)] for word in typed if folded(word) in WHO}
    others = {_stem(word) for word in typed if folded(word) not in WHO}
    return frozenset(whose | {"syk" if whose and one in ILLNESS else one for one in others})


def _stem(word: str) -> str:
    bare = folded(word)
    ending = next((one for one in ENDINGS if bare.endswith(one) and len(bare) - len(one) >= STEM), "")
    stem = bare.removesuffix(ending)
    return ALSO.get(stem, stem)


@dataclass(frozen=True)
class Way:
    """A way to say a situation: its stems, all its words, and the situation."""

    stems: frozenset[str]
    words: frozenset[str]
    of: Listed


class Said:
    """The situations by the words that say them."""

    def __init__(self, situations: Sequence[Listed]) -> None:
        self.situations = situations
        self.by_stem: dict[str, list[Way]] = {}
        for one in situations:
            for said in one.ways:
                way = Way(stems(said), _words(said), one)
                for stem in way.stems:
                    self.by_stem.setdefault(stem, []).append(way)

    @cached_property
    def long(self) -> list[str]:
        """The stems of which one wrong letter is forgiven."""
        return [one for one in self.by_stem if len(one) >= FORGIVEN_FROM]

    def like(self, typed: str) -> Listed | None:
        """The situation that is most like what somebody typed, and of those alike the one with most of its words; None
        where none is."""
        asked, words = frozenset(map(self._known, stems(typed))), _words(typed)
        ways = {id(way): way for stem in asked for way in self.by_stem.get(stem, ())}
        best, found = (0.0, 0), None
        for way in ways.values():
            alike = (likeness(asked, way.stems), len(words & way.words))
            if alike[0] and alike > best:
                best, found = alike, way.of
        return found

    def beginning(self, typed: str, lang: str) -> list[Listed]:
        """Those that somebody may be about to say: the sentence that they would read has each typed word, the last one
        as a beginning; and then those said so in other words, from letters on by which one can tell."""
        asked = _folded(typed)
        if not asked:
            return []
        told = len("".join(asked)) >= TELLING
        shown = [one for one in self.situations if _begins(asked, _folded(one.said(lang)))]
        said = [one for one, ways in self.begun if told and any(_begins(asked, way) for way in ways)]
        return [*shown, *(one for one in said if one not in shown)]

    @cached_property
    def begun(self) -> list[tuple[Listed, list[list[str]]]]:
        """Of each, the words of each way without rings and dots."""
        return [(one, [_folded(way) for way in one.ways]) for one in self.situations]

    def _known(self, stem: str) -> str:
        if stem in self.by_stem or len(stem) < FORGIVEN_FROM:
            return stem
        near = process.extractOne(stem, self.long, scorer=OSA.distance, score_cutoff=1)
        return near[0] if near else stem


def likeness(typed: frozenset[str], sentence: frozenset[str]) -> float:
    """How much of both is in both, from 0, for what is not alike, to 1. Both are stems."""
    shared, beside = len(typed & sentence), len(typed - sentence)
    alike = shared / (len(sentence) + beside)
    if shared == len(sentence) and (not beside or (shared > 1 and beside <= BESIDE)):
        return alike
    return alike if shared > 1 and alike >= ALIKE else 0.0


def _folded(text: str) -> list[str]:
    return [folded(word) for word in re.findall(r"\w+", text.lower())]


def _begins(asked: list[str], way: list[str]) -> bool:
    *whole, last = asked
    return all(word in way for word in whole) and any(word.startswith(last) for word in way)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def folded(word: str) -> str:
    """A word in small letters as it is compared: without rings and dots, however they are typed."""
    bare = word.replace("aa", "a").replace("ae", "a").replace("oe", "o").translate(FOLDED)
    if bare.isascii():
        return bare
    return without_marks(bare)
