"""Reads of the gaps that a dialogue is to talk about."""

from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.statistics.coverage_rules import gap_words
from offers.catalogue.models import Audience

NEXT_MEETING = """SELECT m.id, o.slug FROM dialogue_meeting m JOIN offer o ON o.id = m.offer_id
    JOIN session s ON s.offer_id = o.id AND s.status <> 'cancelled'
    WHERE m.dialogue_id = {dialogue} AND o.state = 'published' AND s.starts_at > {now}
    ORDER BY s.starts_at, s.id LIMIT 1"""
"""SQL: the dialogue's first meeting that has not begun and is not cancelled."""


async def items(dialogue: UUID, meeting: UUID | None) -> list[dict[str, Any]]:
    """id and words of the gaps that a meeting is to talk about; of those that wait for one where it is None."""
    found = await rows(
        """SELECT i.id, i.main_audience, i.kinds, d.name AS district, i.evening FROM dialogue_item i
        LEFT JOIN district d ON d.id = i.district_id
        WHERE i.dialogue_id = $1 AND i.meeting_id IS NOT DISTINCT FROM $2::uuid ORDER BY i.made_at, i.id""",
        dialogue, meeting,
    )  # fmt: skip
    return [
        {
            "id": one["id"],
            "words": gap_words(
                Audience(one["main_audience"]), one["kinds"], one["district"] or "", one["evening"]
            ),
        }
        for one in found
    ]
