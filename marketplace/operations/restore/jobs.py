"""Lists of bookings that differ are done with after two weeks: they hold names."""

import asyncio
from datetime import datetime

from marketplace.operations.restore import differing
from marketplace.settings import settings


async def clear_lists(now: datetime) -> None:
    await asyncio.to_thread(differing.clear, settings().data_dir, now)
