"""That a phone takes a register along is written down: in the log, and so that its host is asked when nothing comes."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from offers.attendance.acts import Act
from offers.rights.queries import Led

TAKEN = """INSERT INTO register_taken AS t (id, person_id, session_id, taken_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id, session_id) DO UPDATE SET taken_at = greatest(t.taken_at, excluded.taken_at)"""


async def take(session: Led, *, by: UUID, now: datetime) -> None:
    """This person's phone keeps the register from now on."""
    async with in_transaction():
        await rows(TAKEN, uuid7(), by, session.id, now)
        await record(
            Act.REGISTER_DOWNLOADED,
            now=now,
            actor=by,
            object_id=session.id,
            organization=session.offer.owner_id,
        )
