"""What a coordinator asks of organisations. One transaction each."""

from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from marketplace.today.acts import Act
from marketplace.today.queries import lacking
from marketplace.today.rules import AGAIN_AFTER
from offers.work import mails
from offers.work.actions import tell_members
from organizations.notices.models import Notice

REMIND = """INSERT INTO register_reminder AS x (id, organization_id, sent_at) VALUES ($1, $2, $3)
ON CONFLICT (organization_id) DO UPDATE SET sent_at = excluded.sent_at WHERE x.sent_at <= $4 RETURNING x.id"""
"""Under the row's lock: of two who remind at once one does, and not again for a while."""


async def remind(person: Any, *, now: datetime) -> int:
    """A friendly word to those who have registers to save and have not been reminded lately. Gives how many
    organisations were."""
    reminded = 0
    async with in_transaction():
        for one in await lacking(person, now):
            if one.to_remind and await rows(REMIND, uuid7(), one.id, now, now - AGAIN_AFTER):
                await tell_members(mails.registers, Notice.REGISTERS, one.id, f"{now:%Y-%m-%d}", now)
                await record(
                    Act.REGISTERS_REMINDED, now=now, actor=person.id, object_id=one.id, organization=one.id
                )
                reminded += 1
    return reminded
