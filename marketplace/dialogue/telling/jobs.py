"""What is done with a meeting on the pages of the offer that it is, where nobody knows of dialogues."""

from datetime import datetime

from marketplace.base.data import jobs
from marketplace.dialogue.telling import actions, queries


async def follow_meetings(now: datetime) -> None:
    """Tell the members of a dialogue that a meeting was moved or cancelled, whoever did it and where."""
    await jobs.each(await queries.changes(now), lambda change: actions.follow(change, now=now))
