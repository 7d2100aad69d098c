"""What the worker does about goals."""

from datetime import datetime

from marketplace.base import jobs
from marketplace.goals import actions
from marketplace.goals.queries import lacking


async def close_months(now: datetime) -> None:
    """Write the figure of every goal for each of its months that is over in Norway. A slot is a goal and the newest
    of them, so that workers do not do the same twice and a killed one's is done again."""
    for goal, months in await lacking(now):
        slot = f"{goal}:{months[-1]:%Y-%m}"
        if await jobs.lease(actions.JOB, slot, now=now):
            await actions.close(goal, months, slot, now=now)
