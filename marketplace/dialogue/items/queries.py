"""Reads of the gaps that a dialogue is to talk about."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, rows
from marketplace.base.errors import NotFound
from marketplace.base.text import name_order
from marketplace.statistics.coverage.rules import gap_words
from offers.catalogue.kinds import Audience

NEXT_MEETING = """SELECT m.id, o.slug FROM dialogue_meeting m JOIN offer o ON o.id = m.offer_id
    JOIN session s ON s.offer_id = o.id AND s.status <> 'cancelled'
    WHERE m.dialogue_id = {dialogue} AND o.state = 'published' AND s.starts_at > {now}
    ORDER BY s.starts_at, s.id LIMIT 1"""
"""SQL: the dialogue's first meeting that has not begun and is not cancelled."""


@dataclass(frozen=True)
class Item:
    """A gap that a dialogue is to talk about, in words, and the offer that came of it."""

    id: UUID
    words: str
    made_at: datetime
    offer_id: UUID | None
    meeting: str | None
    """Slug of the meeting that it stands on."""
    title: str | None
    """Of the offer, in the language that it was written in."""
    needs: list[str]
    """What residents have said, that it came of."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An item as it is stored."""

    id: UUID
    main_audience: str
    kinds: str
    district: str | None
    evening: bool | None
    made_at: datetime
    offer_id: UUID | None
    meeting: str | None
    title: str | None
    needs: list[str]


ITEMS = """SELECT i.id, i.main_audience, i.kinds, d.name AS district, i.evening, i.made_at, i.offer_id,
    m.slug AS meeting, t.title,
    ARRAY(SELECT n.text FROM need n WHERE n.item_id = i.id ORDER BY n.id LIMIT 20) AS needs
FROM dialogue_item i LEFT JOIN district d ON d.id = i.district_id
LEFT JOIN (dialogue_meeting x JOIN offer m ON m.id = x.offer_id) ON x.id = i.meeting_id
LEFT JOIN (offer o JOIN offer_text t ON t.offer_id = o.id AND t.lang = o.source_lang)
    ON o.id = i.offer_id AND o.visibility = 'public'"""


async def items(dialogue: UUID, meeting: UUID | None) -> list[Item]:
    """The gaps that a meeting is to talk about; those that wait for one where it is None."""
    found = await rows(
        Stored,
        f"""{ITEMS} WHERE i.dialogue_id = $1 AND i.meeting_id IS NOT DISTINCT FROM $2::uuid
        ORDER BY i.made_at, i.id""",
        dialogue, meeting,
    )  # fmt: skip
    return [_item(one) for one in found]


async def item_of(dialogue: UUID, item: UUID) -> Item:
    """One of them. Raises NotFound."""
    found = await row(Stored, f"{ITEMS} WHERE i.dialogue_id = $1 AND i.id = $2", dialogue, item)
    if found is None:
        raise NotFound
    return _item(found)


def _item(found: Stored) -> Item:
    words = gap_words(Audience(found.main_audience), found.kinds, found.district or "", found.evening)
    return Item(found.id, words, found.made_at, found.offer_id, found.meeting, found.title, found.needs)


async def could_have_come(municipality: UUID, item: Item) -> dict[UUID, str]:
    """Title and organiser, by id, of the offers that may have come of an item: public, of the municipality, and
    published after it stood on the agenda. What an item says came of it already is among them."""
    found = await rows(
        f"""SELECT o.id, t.title || ' (' || w.name || ')' AS words FROM offer o
            JOIN organization w ON w.id = o.owner_id
            JOIN offer_text t ON t.offer_id = o.id AND t.lang = o.source_lang
        WHERE o.municipality_id = $1 AND o.visibility = 'public' AND o.state = 'published' AND o.published_at >= $2
            OR o.id = $3
        ORDER BY {name_order("t.title")}, o.id LIMIT 500""",
        municipality, item.made_at, item.offer_id,
    )  # fmt: skip
    return {one["id"]: one["words"] for one in found}
