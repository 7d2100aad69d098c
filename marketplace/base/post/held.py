"""Messages that wait for the operator's word. After a restore the outbox is that of an earlier moment: some of it has
gone out since, and some of it speaks of what did not stay so. So nothing of it goes before somebody has looked."""

from datetime import datetime

from marketplace.base.data.database import column, value

UNSENT = "sent_at IS NULL AND failed_at IS NULL"


async def hold(now: datetime) -> int:
    """Stop everything that has not gone out. Returns how many messages wait."""
    await column(
        f"UPDATE outbox_message SET held_at = $1 WHERE {UNSENT} AND held_at IS NULL RETURNING id", now
    )
    return await held()


async def held() -> int:
    """How many messages wait for the word."""
    return int(await value(f"SELECT count(*) FROM outbox_message WHERE {UNSENT} AND held_at IS NOT NULL"))


async def release(now: datetime, mail: str | None = None) -> int:
    """Let what is held go out now, or only messages of one kind. Each is written when it goes, of what is true then.
    Returns how many."""
    return len(
        await column(
            f"""UPDATE outbox_message SET held_at = NULL, due_at = $1
            WHERE {UNSENT} AND held_at IS NOT NULL AND ($2::text IS NULL OR mail = $2) RETURNING id""",
            now, mail,
        )
    )  # fmt: skip


async def drop(now: datetime, mail: str | None = None) -> int:
    """Let what is held never go out, or only messages of one kind. Returns how many."""
    return len(
        await column(
            f"""UPDATE outbox_message SET failed_at = $1, held_at = NULL, problem = 'dropped after a restore',
                facts = '{{}}'
            WHERE {UNSENT} AND held_at IS NOT NULL AND ($2::text IS NULL OR mail = $2) RETURNING id""",
            now, mail,
        )
    )  # fmt: skip
