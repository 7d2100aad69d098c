"""The parts of compounds are made when something has been written, by a process that lives for a moment."""

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from marketplace.base.data.database import rows
from marketplace.base.data.jobs import of_all
from marketplace.base.i18n import OURS
from marketplace.base.log import kind_of
from offers.search.words.compounds import GLUES, foldings

log = structlog.get_logger("words")

AT_ONCE = 500
"""Texts that one process divides the words of."""
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Unsplit:
    """A text of an offer whose parts nobody has made yet, from what counts most to what counts least."""

    id: UUID
    lang: str
    title: str
    head: str
    body: str


HEAD = "concat_ws(' ', summary, keywords, found_by)"
TO_DO = f"""SELECT id, lang, title, {HEAD} AS head, body FROM offer_text
WHERE parts IS NULL AND id > $1 ORDER BY id LIMIT {AT_ONCE}"""
STEMMING = f"""CASE x.lang {" ".join(f"WHEN '{lang}' THEN '{one.stemming}'" for lang, one in OURS.items())}
    ELSE 'simple' END::regconfig"""
WRITE = f"""UPDATE offer_text t SET parts = setweight(to_tsvector({STEMMING}, x.of_title), 'B')
    || setweight(to_tsvector({STEMMING}, x.of_head), 'C') || setweight(to_tsvector({STEMMING}, x.of_body), 'D')
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    x(id, lang, title, head, body, of_title, of_head, of_body)
WHERE t.id = x.id AND (t.title, {HEAD}, t.body) = (x.title, x.head, x.body)"""
"""What has been written again meanwhile is left for the next run."""


async def make_parts(now: datetime) -> int:
    """Make the parts of the texts that lack them, each looked at once: what cannot be written keeps no other from its
    turn. Gives how many texts were looked at."""
    looked_at, last = 0, UUID(int=0)
    wrong: Exception | None = None
    while found := await rows(Unsplit, TO_DO, last):
        try:
            await _write(found)
        except Exception as fault:
            if of_all(fault):
                raise
            wrong = wrong or fault
        looked_at, last = looked_at + len(found), found[-1].id
        if len(found) < AT_ONCE:
            break
    if wrong:
        raise wrong
    return looked_at


async def _write(found: list[Unsplit]) -> None:
    norwegian = {
        word for one in found if one.lang in GLUES for word in _words(f"{one.title} {one.head} {one.body}")
    }
    parts = await divided(norwegian) if norwegian else {}
    columns = [[getattr(one, name) for one in found] for name in ("id", "lang", "title", "head", "body")]
    await rows(WRITE, *columns, *([_beside(text, parts) for text in texts] for texts in columns[2:]))


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.lower()))


def _beside(text: str, parts: dict[str, list[str]]) -> str:
    """The parts of a text's words, and words and parts as they are typed without æ, ø and å."""
    words = _words(text)
    made = {part for word in words for part in parts.get(word, ())}
    folded = {way for word in words | made for way in foldings(word)}
    return " ".join(sorted(made | folded))


async def divided(words: set[str]) -> dict[str, list[str]]:
    """The parts of each compound among these words. Raises RuntimeError when the process fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "offers.search.words",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, wrong = await process.communicate("\n".join(sorted(words)).encode())
    if process.returncode:
        log.error("words not divided", problem=kind_of(wrong))
        raise RuntimeError("the process that divides words has failed")
    found: dict[str, list[str]] = json.loads(said)
    return found
