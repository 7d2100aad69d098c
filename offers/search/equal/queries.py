"""Reads of the words that mean the same, and of what a change of them would find."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.data.revision import catalogue
from marketplace.base.data.statement import Statement
from marketplace.base.data.texts import said
from marketplace.base.errors import NotFound
from marketplace.base.quick.revised import Newest
from offers.catalogue.queries import CURRENT, VISITOR, published
from offers.search.equal.acts import Act
from offers.search.words.asked import questions, sql
from offers.search.words.equal import BEGUN, FIRST, Equals
from organizations.members.models import Role
from organizations.members.queries import COORDINATED

SHOWN = 40
"""Offers that a change would win or lose, of which it is told."""


@dataclass(frozen=True, slots=True)
class Version:
    """A group as it was from `written_at` on; None: this system came with it. Without words it is taken away.
    `written_by`: who wrote it, where that is somebody of a municipality of the reader's; of others only `written_in`,
    their municipality, is told."""

    group_id: UUID
    number: int
    words: list[str]
    written_at: datetime | None
    written_by: str | None
    written_in: str | None


@dataclass(frozen=True, slots=True)
class Changed:
    """An offer that one of the words would find now and did not before, or the other way round."""

    word: str
    slug: str
    title: str
    lang: str
    won: bool


class Words(NamedTuple):
    """Those of a group."""

    group_id: UUID
    words: list[str]


class _Table:
    """The words of this process: those of the file until they have been read, then those that were read last. Making
    them ready takes longer than reading them, so that is done only when they are others."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = FIRST
        self.equal = BEGUN

    def read(self, groups: list[list[str]]) -> Equals:
        if groups != self.groups:
            self.groups, self.equal = groups, Equals.of(groups)
        return self.equal


_table = _Table()
_newest = Newest[Equals](catalogue, f"{__name__}.read_equal")


async def read_equal() -> Equals:
    """The words that mean the same now. They are kept until the catalogue, which they are part of, changes."""
    return await _newest.get((), _read)


def equal_now() -> Equals:
    """Those that were read last. Whoever asks the catalogue for words reads them first."""
    return _table.equal


CURRENT_GROUPS = """SELECT DISTINCT ON (group_id) group_id, number, words, written_at FROM equal_words
    ORDER BY group_id, number DESC"""
WORDS = f"SELECT group_id, words FROM ({CURRENT_GROUPS}) e"
VERSION = f"""{COORDINATED} SELECT e.group_id, e.number, e.words, e.written_at,
    CASE WHEN t.own THEN t.name END AS written_by, CASE WHEN NOT t.own THEN t.place END AS written_in"""
"""What $1, who has one of the roles $2, may know of a version: words are everybody's here, names are not."""
WRITTEN = f"""LEFT JOIN LATERAL (
    SELECT p.name, k.name AS place, k.id IN (SELECT id FROM mine) AS own
    FROM audit_entry a JOIN person p ON p.id = a.actor_id JOIN membership m ON m.person_id = p.id
        JOIN organization w ON w.id = m.organization_id JOIN municipality k ON k.id = w.municipality_id
    WHERE a.object_id = e.group_id AND a.at = e.written_at AND a.action = '{Act.EQUAL_WORDS_WRITTEN}'
        AND m.role = ANY($2)
    ORDER BY own DESC, m.ended_at IS NULL DESC, m.id LIMIT 1) t ON true"""


async def _read() -> Equals:
    found = await rows(Words, f"{WORDS} ORDER BY group_id")
    # Not one row: a database that somebody has emptied. What is taken away has a row that says so.
    return _table.read([one.words for one in found if one.words] if found else FIRST)


async def groups(reader: UUID) -> list[Version]:
    """All of them as `reader` may see them, by their first word; those that were taken away last."""
    return await rows(
        Version,
        f"{VERSION} FROM ({CURRENT_GROUPS}) e {WRITTEN} ORDER BY e.words = '{{}}', e.words[1], e.group_id",
        reader,
        [Role.COORDINATOR],
    )


async def versions(group: UUID, reader: UUID) -> list[Version]:
    """All versions of a group as `reader` may see them, the newest first. Raises NotFound."""
    found = await rows(
        Version,
        f"{VERSION} FROM equal_words e {WRITTEN} WHERE e.group_id = $3 ORDER BY e.number DESC",
        reader,
        [Role.COORDINATOR],
        group,
    )
    if not found:
        raise NotFound
    return found


async def with_words(group: UUID | None, words: Sequence[str]) -> Equals:
    """The table as it would be if this group had these words; None: a new one."""
    others = [one.words for one in await rows(Words, WORDS) if one.group_id != group and one.words]
    return Equals.of([*others, list(words)])


async def would_change(
    before: Equals, after: Equals, words: Sequence[str], lang: str, now: datetime
) -> list[Changed]:
    """The offers, of those that everybody may see, that one of the words would win or lose. In one statement."""
    asked = Statement(now)
    seen = published(VISITOR).within(asked)
    each = [(word, questions(word, before).all_words, questions(word, after).all_words) for word in words]
    each = [one for one in each if one[1] != one[2] and one[1] and one[2]]
    if not each:
        return []
    typed, old, new = (asked.value([one[place] for one in each]) for place in range(3))
    reader = asked.value(lang)
    return await rows(
        Changed,
        f"""WITH q AS MATERIALIZED (SELECT n.word, n.place, {sql("n.old")} AS old, {sql("n.new")} AS new
                FROM unnest({typed}::text[], {old}::text[], {new}::text[]) WITH ORDINALITY n(word, old, new, place)),
            hits AS (SELECT q.word, q.place, x.offer_id, bool_or(x.search @@ q.new) AS won
                FROM q JOIN offer_text x ON x.search @@ q.old OR x.search @@ q.new
                GROUP BY q.word, q.place, x.offer_id
                HAVING bool_or(x.search @@ q.new) <> bool_or(x.search @@ q.old))
        SELECT h.word, o.slug, {said("title")} AS title, {said("lang")} AS lang, h.won
        FROM hits h JOIN offer o ON o.id = h.offer_id JOIN organization w ON w.id = o.owner_id
        LEFT JOIN offer_text t ON t.offer_id = o.id AND t.lang = {reader}
        LEFT JOIN offer_text f ON f.offer_id = o.id AND f.lang = o.source_lang AND t.id IS NULL
        WHERE {seen} AND {CURRENT.format(now="$1")}
        ORDER BY h.won DESC, h.place, o.next_session_at, o.id LIMIT {SHOWN + 1}""",
        *asked.values,
    )
