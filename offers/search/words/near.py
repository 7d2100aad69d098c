"""A word that the catalogue does not have, and that of its words from which it is a slip of the finger. Words are
compared without accents, rings and dots, however they are typed: who types cafe means café, and has made no slip.

"Mente du …" can hurt: sorg is not torg. So it is only asked when next to nothing was found, never searched for by
itself, and the words of sensitive offers are never proposed (queries.spelled_right leaves them out).
"""

import re
from collections.abc import Collection, Iterable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from marketplace.base.text import without_marks
from offers.search.words.equal import ENDINGS, STEM

FEWER_THAN = 3
"""Hits from which nothing is proposed."""
SHORTEST = 4
LONG = 8
"""Letters from which two slips are forgiven, and not only one."""
ASKING = frozenset(
    ["where", "what", "when", "which", "there", "hvor", "hvem", "hvorfor", "kvar", "kven", "korleis"]
)
"""What is asked with and for in a sentence: "here can I learn Norwegian?" is nobody's meaning."""
WORD = re.compile(r"\w+")


def plain(word: str) -> str:
    """A word in lower case as it is compared."""
    bare = word.replace("æ", "a").replace("ø", "o").replace("aa", "a").replace("ae", "a").replace("oe", "o")
    return bare if bare.isascii() else without_marks(bare)


def by_plain(words: Iterable[str]) -> dict[str, str]:
    """Words in lower case by how they are compared; of those alike the one whose letters come last, with its marks."""
    return {plain(word): word for word in sorted(words)}


def meant(typed: str, known: Mapping[str, str]) -> str | None:
    """What was typed with the words of the catalogue in place of those that it does not know; None where nothing is
    near, or all is known. `known`: its words `by_plain`."""
    changed = False

    def nearest(found: re.Match[str]) -> str:
        nonlocal changed
        word = plain(found[0].lower())
        if len(word) < SHORTEST or word in ASKING or _is_a_form_of(word, known):
            return found[0]
        most = 2 if len(word) >= LONG else 1
        near = [
            (distance, other)
            for other, distance, _key in process.extract(
                word, known.keys(), scorer=OSA.distance, score_cutoff=most, limit=None
            )
            if len(other) >= SHORTEST
        ]
        if not near:
            return found[0]
        changed = True
        return known[min(near)[1]]

    proposed = WORD.sub(nearest, typed)
    return proposed if changed else None


def _is_a_form_of(word: str, known: Collection[str]) -> bool:
    """Is it one of these words, with the same or another ending? Who types kvelden has made no slip where the catalogue
    has kvelder."""
    stems = {word.removesuffix(ending) for ending in ENDINGS}
    return any(stem + ending in known for stem in stems if len(stem) >= STEM for ending in ENDINGS)
