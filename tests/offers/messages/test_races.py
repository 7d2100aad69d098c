"""Somebody gets a place while the session is moved: they are told too, because both take the pool's lock."""

import asyncio

import asyncpg

from marketplace.base.database import credentials, value
from marketplace.base.models import OutboxMessage
from marketplace.settings import settings
from offers.bookings.models import BookingState
from offers.catalogue.models import SeatPool, Session
from offers.messages import actions
from tests import make
from tests.conftest import NOW

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


async def test_who_gets_a_place_while_the_session_is_moved_is_told(db: None) -> None:
    offer = await make.offer()
    pool, session = await SeatPool.get(), await Session.get().select_related("offer")
    ola = await make.person("Ola")
    contact = await make.contact(ola, "ola@example.no", verified=False)
    booking = await make.booking(pool, ola, BookingState.WAITING, contact=contact)
    other = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        async with other.transaction():
            await other.execute("SELECT id FROM seat_pool WHERE id = $1 FOR NO KEY UPDATE", pool.id)
            moving = asyncio.create_task(
                actions.move(
                    session, sequence=0, starts_at=session.starts_at, ends_at=session.ends_at,
                    venue_id=(await make.venue()).id, by=ola.id, now=NOW,
                )
            )  # fmt: skip
            for _attempt in range(200):
                if moving.done() or await value(WAITING):
                    break
                await asyncio.sleep(0.01)
            assert not moving.done()
            await other.execute("UPDATE booking SET state = 'confirmed' WHERE id = $1", booking.id)
        assert await moving == (1, 0)
    finally:
        await other.close()
    assert [message.address for message in await OutboxMessage.all()] == ["ola@example.no"]
    assert (await Session.get(offer=offer)).sequence == 1
