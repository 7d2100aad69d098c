"""A clock that stands months after a worker was last alive: is it right?

By a clock a year ahead people would be forgotten, a year's key and its copies destroyed, and everybody written to of
what was long ago; nothing of that can be undone. So no job is run by it until it is put right, or the operator says
that the instance did stand still for so long: `jobs run alive`. The demo's clock is there to be moved.
"""

import time
from datetime import datetime, timedelta

import structlog

from marketplace.base.data.database import value
from marketplace.base.data.jobs import ALIVE_UNTIL
from marketplace.settings import settings

log = structlog.get_logger("schedule")

LONGEST = timedelta(days=60)
"""No backup is as old, so a restored database is none that has stood still for longer."""
STEP = timedelta(hours=1)
"""By so much the clock differs from what has passed before the database is asked anew."""


def leapt(alive: datetime | None, now: datetime) -> bool:
    """Has nobody been at work for longer than anybody stops for?"""
    return alive is not None and now - alive > LONGEST and not settings().demo


class Clock:
    """What one worker believes of its clock."""

    def __init__(self) -> None:
        self.seen: tuple[datetime, float] | None = None
        """When it was last believed: by the clock, and by what has passed since the machine's start."""
        self.told = False

    async def believed(self, now: datetime) -> bool:
        """May a job be run by it? The database is only asked at first, and where the clock was moved."""
        if self.seen:
            at, passed = self.seen
            if abs(now - at - timedelta(seconds=time.monotonic() - passed)) < STEP:
                return True
        alive: datetime | None = await value(ALIVE_UNTIL)
        if leapt(alive, now):
            if not self.told:
                log.error(
                    "no job is run: is the clock right? then: jobs run alive", alive=str(alive), now=str(now)
                )
            self.seen, self.told = None, True
            return False
        self.seen, self.told = (now, time.monotonic()), False
        return True
