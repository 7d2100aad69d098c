"""Nobody applies in vain: who may answer is told as soon as they can be, and once more when nobody has answered."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data import jobs
from marketplace.base.data.database import rows
from organizations.approval.actions import tell_who_answers
from organizations.approval.queries import LAST, THEIR_TURN

LOOKS_BACK = timedelta(days=28)
"""Messages are known for a little longer: none is sent twice."""
WAITING = f"""SELECT o.id, o.municipality_id, o.created_at FROM organization o {LAST}
WHERE o.state = 'applied' AND ({THEIR_TURN}) IS NOT TRUE AND o.created_at > $1 ORDER BY o.created_at, o.id"""
"""Not those that were asked for more."""


class Waits(NamedTuple):
    """An application that waits for the municipality's answer; `created_at`: when it was last sent."""

    id: UUID
    municipality_id: UUID
    created_at: datetime


async def tell_of_applications(now: datetime) -> None:
    """Tell the coordinators of what still waits."""
    await jobs.each(
        await rows(Waits, WAITING, now - LOOKS_BACK),
        lambda one: tell_who_answers(one.id, one.municipality_id, one.created_at, now),
    )
