"""Messages that wait for the operator's word. After a restore the outbox is that of an earlier moment: some of it has
gone out since, and some of it speaks of what did not stay so. So nothing of it goes before somebody has looked."""

from datetime import datetime

from marketplace.base.data.database import column, value

UNSENT = "sent_at IS NULL AND failed_at IS NULL"
HELD = f"{UNSENT} AND waits_for = 'word'"
GOING = f"{UNSENT} AND waits_for IS DISTINCT FROM 'word'"
"""What workers send. Only of this can any be late."""


async def hold() -> int:
    """Stop everything that has not gone out. Returns how many messages wait."""
    await column(
        f"""UPDATE outbox_message SET waits_for = 'word' WHERE {UNSENT} AND waits_for IS DISTINCT FROM 'word'
        RETURNING id"""
    )
    return int(await value(f"SELECT count(*) FROM outbox_message WHERE {HELD}"))


async def release(now: datetime, mail: str | None = None) -> int:
    """Let what is held go out now, or only messages of one kind. Each is written when it goes, of what is true then.
    All their tries are before them again. Returns how many."""
    released = await column(
        f"""UPDATE outbox_message SET waits_for = NULL, due_at = $1, attempts = 0, problem = NULL
        WHERE {HELD} AND ($2::text IS NULL OR mail = $2) RETURNING id""",
        now, mail,
    )  # fmt: skip
    return len(released)


async def drop(now: datetime, mail: str | None = None) -> int:
    """Let what is held never go out, or only messages of one kind. Returns how many."""
    dropped = await column(
        f"""UPDATE outbox_message SET failed_at = $1, waits_for = NULL, problem = 'dropped', facts = '{{}}'
        WHERE {HELD} AND ($2::text IS NULL OR mail = $2) RETURNING id""",
        now, mail,
    )  # fmt: skip
    return len(dropped)
