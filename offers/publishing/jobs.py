"""Every minute: offers whose next session is over show the one after it."""

from datetime import datetime

from offers.publishing.actions import move_on


async def next_sessions(now: datetime) -> None:
    await move_on(now)
