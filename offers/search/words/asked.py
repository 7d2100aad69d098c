"""What somebody typed, as questions for PostgreSQL's text search. No database, no dictionary.

Each word is asked for as it is (the last one also as a beginning), as the words that mean the same (equal.py), and as
two words that it may be glued of: "turgruppe" also asks for tur and gruppe in one text, and for tur alone, which is
what it is about. A division into what is no word finds nothing, so the catalogue itself tells which are right.
"""

import re
from dataclasses import dataclass
from itertools import product

from offers.search.places.postcodes import folded
from offers.search.words.compounds import DOMAIN, LINKS, LONGEST, SHORT, SHORTEST, within_one
from offers.search.words.equal import BEGUN, NOISE, Equals
from offers.search.words.people import named_only

STEMMINGS = ("norwegian", "english", "simple")
"""Texts are stemmed in their own language, so a question is asked in each."""
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″", '"'))
"""What telephones and word processors make of "."""
TOKEN = re.compile(r'(?<!\w)-?"[^"]+"|(?<!\w)-\w+|\w+')
"""A hyphen inside a word is no minus: who types NAV-kontoret wants both."""
MOST_WORDS = 12
"""More words than this say no more of what is looked for."""
FRAMES = frozenset({
    "kurs", "kurset", "gruppe", "gruppa", "grupper", "verksted", "treff", "møte", "samling", "klubb", "lag", "foredrag",
    "aktivitet", "aktiviteter", "tilbud", "tjeneste", "senter", "opplegg", "time", "course", "group", "class",
    "meeting",
})  # fmt: skip
"""What something is, and not what it is about: who types trommekurs is not answered by what is only a course."""
GLUED_FROM = 7
"""Letters from which a typed word may be glued of two."""


@dataclass(frozen=True)
class Asked:
    """Questions in to_tsquery's language; empty where there is nothing to look for.

    `exact`: one of the typed words, `all_exact`: each. `near`: one of them, of the words that mean the same, or of
    those that they are glued of as far as we know them. `all_words`: each of them or what may mean the same.
    `without`: one of what must not stand there, in any stemming, so it is a question of its
    own: "tur" and not "grupper" in one stemming would be true of what has "grupp" in another.
    """

    exact: str
    all_exact: str
    near: str
    all_words: str
    without: str


def questions(typed: str, equal: Equals = BEGUN) -> Asked:
    """The questions. "…" asks for the words beside each other, -word for offers without it."""
    tokens = _as_said(TOKEN.findall(typed.lower().translate(QUOTES))[:MOST_WORDS], equal)
    spoken = [folded(one) for one in tokens]
    saying = [one for at, one in enumerate(tokens) if one not in NOISE and not named_only(spoken, at)]
    exact, near, all_of, without = [], [], [], []
    for token in saying or tokens:
        words = re.findall(r"\w+", token)
        plain = (" & " if token in equal.phrases else " <-> ").join(words)
        if not words:
            continue
        if token.startswith("-"):
            without.append(f"({plain})")
        else:
            exact.append(f"({plain})")
            same, parts = ([], []) if '"' in token else (_same(token, equal), _glued_of(token, equal))
            beginning = (
                [f"{token}:*"] if token == tokens[-1] and len(token) >= SHORTEST and token.isalnum() else []
            )
            glued = [f"{_or(first)} & {_or(rest)}" for first, rest in parts]
            topics = [_or(first) for first, _rest in parts if _is_ours(first)]
            if token not in FRAMES or len(saying) < 2:
                near += [plain, *same]
            near += [
                _or(part)
                for pair in parts
                if any(map(_is_ours, pair))
                for part in pair
                if part[0] not in FRAMES
            ]
            all_of.append(_or([plain, *beginning, *same, *glued, *topics]))
    if not all_of:
        return Asked("", "", "", "", "")
    return Asked(
        _or(exact),
        " & ".join(exact),
        _or(near or exact),
        " & ".join(all_of),
        " | ".join(without),
    )


def only_without(typed: str) -> bool:
    """Is all that was typed words that must not stand there? Then nothing is looked for."""
    tokens = TOKEN.findall(typed.lower().translate(QUOTES))
    return bool(tokens) and all(token.startswith("-") for token in tokens)


def _as_said(tokens: list[str], equal: Equals) -> list[str]:
    """Words that mean something together as one: who types sosial angst does not look for what is social."""
    said: list[str] = []
    while tokens:
        long = next((n for n in (3, 2) if " ".join(tokens[:n]) in equal.phrases), 1)
        said.append(" ".join(tokens[:long]))
        tokens = tokens[long:]
    return said


def sql(question: str) -> str:
    """The question whose placeholder this is, in every stemming."""
    return "(" + " || ".join(f"to_tsquery('{stemming}', {question})" for stemming in STEMMINGS) + ")"


def _or(choices: list[str]) -> str:
    return "(" + " | ".join(f"({one})" for one in choices) + ")"


def _same(word: str, equal: Equals) -> list[str]:
    """What means the same; of a phrase all its words, in any order."""
    same = equal.to(word) | ({word.replace("aa", "å")} - {word})
    return [" & ".join(re.findall(r"\w+", one)) for one in sorted(same)]


def _is_ours(part: list[str]) -> bool:
    """Is a part, with what means the same, a word for sure?"""
    return len(part) > 1 or part[0] in SHORT or part[0] in DOMAIN


def _glued_of(word: str, equal: Equals) -> list[tuple[list[str], list[str]]]:
    """The ways in which a typed word could be two, each part with what means the same: only its letters are looked
    at."""
    if not GLUED_FROM <= len(word) <= LONGEST or not word.isalpha():
        return []
    found = []
    for end, link in product(range(SHORTEST, len(word) - SHORTEST + 1), LINKS):
        first, rest = word[:end], word[end + len(link) :]
        short = any(len(part) <= SHORTEST and part not in SHORT for part in (first, rest))
        if (
            word[end : end + len(link)] == link
            and len(rest) >= SHORTEST
            and not short
            and not within_one(word, end)
        ):
            found.append(([first, *_same(first, equal)], [rest, *_same(rest, equal)]))
    return found
