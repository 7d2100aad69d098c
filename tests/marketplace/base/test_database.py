"""A request that waits too long for somebody else's lock is asked to come again: nothing here is broken."""

import asyncio

import asyncpg
import pytest

from marketplace.base.database import credentials, rows, value
from marketplace.settings import settings
from offers.bookings.models import Booking
from offers.catalogue.models import Joining, SeatPool
from tests import make
from tests.visitor import Visitor

BLOCKED = """FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"""


@pytest.mark.parametrize("stopped", ["lock_timeout", "cancelled"])
async def test_who_waits_too_long_for_a_lock_is_asked_to_come_again(visitor: Visitor, stopped: str) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    other = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        async with other.transaction():
            await other.execute("SELECT id FROM seat_pool FOR NO KEY UPDATE")
            booking = asyncio.create_task(
                visitor.submit(page, "/bookings", name="Ola", contact="email", email="ola@example.no")
            )
            while stopped == "cancelled" and not booking.done():
                if await value(f"SELECT count(*) {BLOCKED}"):
                    await rows(f"SELECT pg_cancel_backend(pid) {BLOCKED}")
                await asyncio.sleep(0.02)
            answer = await booking
    finally:
        await other.close()
    assert answer.status == 503
    assert (await Booking.all().count(), (await SeatPool.get()).taken) == (0, 0)
    assert (
        await visitor.submit(page, "/bookings", name="Ola", contact="email", email="ola@example.no")
    ).status == 303
