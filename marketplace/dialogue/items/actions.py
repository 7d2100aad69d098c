"""Gaps of the coverage map as items of a dialogue's meetings. One transaction each."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, row, rows
from marketplace.dialogue.acts import Act
from marketplace.dialogue.items.queries import NEXT_MEETING
from marketplace.dialogue.models import Dialogue
from offers.catalogue.kinds import Audience


class Raised(NamedTuple):
    """The item, and the slug of the meeting that it stands on, if one is called."""

    id: UUID
    meeting: str | None


async def raise_gap(
    dialogue: Dialogue,
    audience: Audience,
    sort: str,
    *,
    district: UUID | None,
    evening: bool | None,
    by: UUID,
    now: datetime,
) -> Raised:
    """Put a gap on the agenda of the next meeting, once. Where none is called yet, it waits for the next."""
    async with in_transaction():
        meeting = await row(
            f"SELECT m.id, m.slug FROM ({NEXT_MEETING.format(dialogue='$1', now='$2')}) m",
            dialogue.id, now,
        )  # fmt: skip
        made = await rows(
            """INSERT INTO dialogue_item
                (id, dialogue_id, meeting_id, main_audience, kinds, district_id, evening, made_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id""",
            uuid7(), dialogue.id, meeting["id"] if meeting else None, audience.value, sort, district, evening, now,
        )  # fmt: skip
        if made:
            await record(
                Act.DIALOGUE_GAP, now=now, actor=by, object_id=dialogue.id, organization=dialogue.coordinated_by.id,
                details={"audience": audience.value, "sort": sort},
            )  # fmt: skip
        else:
            made = await rows(
                """SELECT id FROM dialogue_item WHERE dialogue_id = $1 AND meeting_id IS NOT DISTINCT FROM $2::uuid
                AND main_audience = $3 AND kinds = $4 AND district_id IS NOT DISTINCT FROM $5::uuid
                AND evening IS NOT DISTINCT FROM $6::boolean""",
                dialogue.id, meeting["id"] if meeting else None, audience.value, sort, district, evening,
            )  # fmt: skip
    return Raised(made[0]["id"], meeting["slug"] if meeting else None)


async def drop(dialogue: Dialogue, item: UUID, *, by: UUID, now: datetime) -> str | None:
    """Take an item off. Gives the slug of the meeting that it stood on, if it did."""
    async with in_transaction():
        gone = await row(
            """DELETE FROM dialogue_item i WHERE i.id = $1 AND i.dialogue_id = $2 RETURNING i.id,
            (SELECT o.slug FROM dialogue_meeting m JOIN offer o ON o.id = m.offer_id
                WHERE m.id = i.meeting_id) AS slug""",
            item, dialogue.id,
        )  # fmt: skip
        if gone is None:
            return None
        await record(
            Act.DIALOGUE_GAP_DROPPED,
            now=now,
            actor=by,
            object_id=dialogue.id,
            organization=dialogue.coordinated_by.id,
        )
    meeting: str | None = gone["slug"]
    return meeting


async def say_what_came(
    dialogue: Dialogue, item: UUID, offer: UUID | None, *, by: UUID, now: datetime
) -> None:
    """This offer came of the item; None: nothing that is known. From idea to first session is counted from it."""
    async with in_transaction():
        await rows(
            "UPDATE dialogue_item SET offer_id = $3 WHERE id = $1 AND dialogue_id = $2",
            item,
            dialogue.id,
            offer,
        )
        await record(
            Act.DIALOGUE_GAP_MET, now=now, actor=by, object_id=offer or dialogue.id,
            organization=dialogue.coordinated_by.id,
        )  # fmt: skip


async def take_up(dialogue: UUID, meeting: UUID) -> None:
    """A meeting has been called: what waits comes on its agenda."""
    await rows(
        "UPDATE dialogue_item SET meeting_id = $2 WHERE dialogue_id = $1 AND meeting_id IS NULL",
        dialogue,
        meeting,
    )


async def put_off(dialogue: UUID, meeting: UUID, now: datetime) -> None:
    """A meeting is cancelled: its items go on to the next one, or wait. What stands there already does not come
    twice."""
    following = f"(SELECT m.id FROM ({NEXT_MEETING.format(dialogue='$1', now='$3')}) m)"
    await rows(
        f"""UPDATE dialogue_item i SET meeting_id = {following} WHERE i.meeting_id = $2 AND NOT EXISTS (
            SELECT FROM dialogue_item x WHERE x.dialogue_id = $1 AND x.meeting_id IS NOT DISTINCT FROM {following}
            AND (x.main_audience, x.kinds) = (i.main_audience, i.kinds)
            AND x.district_id IS NOT DISTINCT FROM i.district_id AND x.evening IS NOT DISTINCT FROM i.evening)""",
        dialogue, meeting, now,
    )  # fmt: skip
    await rows(
        f"""UPDATE need n SET item_id = x.id FROM dialogue_item i, dialogue_item x WHERE n.item_id = i.id
            AND i.meeting_id = $2 AND x.dialogue_id = $1 AND x.meeting_id IS NOT DISTINCT FROM {following}
            AND (x.main_audience, x.kinds) = (i.main_audience, i.kinds)
            AND x.district_id IS NOT DISTINCT FROM i.district_id AND x.evening IS NOT DISTINCT FROM i.evening""",
        dialogue, meeting, now,
    )  # fmt: skip
    await rows("DELETE FROM dialogue_item WHERE meeting_id = $1", meeting)
