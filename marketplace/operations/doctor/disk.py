"""Is there room left to write."""

import shutil
from collections.abc import AsyncIterator
from contextlib import suppress

from marketplace.operations.disks import nearest
from marketplace.operations.doctor.findings import Found, Kind, Looking
from marketplace.settings import settings

ROOM = 500 * 1024 * 1024
"""Bytes that a folder's disk should have left."""


async def disk(at: Looking) -> AsyncIterator[Found]:
    """Of the folders that we write in; the database's own disk shows in /health/ready."""
    for folder in dict.fromkeys((settings().data_dir, settings().keys)):
        with suppress(OSError):
            there = nearest(folder)
            left = shutil.disk_usage(there).free
            words = f"{left // 1024**2} MB are free at {there}"
            yield (Kind.WELL if left >= ROOM else Kind.AWAY), words
