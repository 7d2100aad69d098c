"""Writes of the words that mean the same: always one version more, in one transaction, and in the audit log."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import row
from marketplace.base.web.seen import one_at_a_time
from offers.search.equal.acts import Act
from offers.search.equal.models import EqualWords


async def write(group: UUID | None, words: list[str], *, by: UUID, now: datetime) -> None:
    """These are its words from now on; none: it is taken away. None: a new group. The same again changes nothing."""
    key = group or uuid7()
    async with one_at_a_time(key):
        newest = await row(
            "SELECT number, words FROM equal_words WHERE group_id = $1 ORDER BY number DESC LIMIT 1", key
        )
        if newest and newest["words"] == words:
            return
        await EqualWords.create(
            group_id=key, number=newest["number"] + 1 if newest else 1, words=words, written_at=now
        )
        await record(Act.EQUAL_WORDS_WRITTEN, now=now, actor=by, object_id=key)
