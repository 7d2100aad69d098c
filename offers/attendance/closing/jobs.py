"""The worker closes what was left open."""

from datetime import datetime

from offers.attendance.closing.actions import close_by_the_clock


async def close_registers(now: datetime) -> None:
    """Close the registers of yesterday that were begun and not finished."""
    await close_by_the_clock(now)
