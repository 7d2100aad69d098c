"""Somebody gets a place while the session is moved: they are told too, because both take the pool's lock. And nobody
gets one while it is cancelled."""

import asyncio
import secrets
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from marketplace.base.data.database import credentials, value
from marketplace.base.errors import NotFound, Refused
from marketplace.base.models import Channel, OutboxMessage
from marketplace.settings import settings
from offers.bookings import actions as bookings_actions
from offers.catalogue.models import Joining, SeatPool, Session
from offers.catalogue.queries import VISITOR
from offers.seats.claims import Party
from offers.seats.models import Booking, BookingState
from offers.sessions import actions
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@pytest.mark.parametrize("joining", [Joining.PER_SESSION, Joining.WHOLE])
@pytest.mark.parametrize("act", ["session", "offer"])
async def test_nobody_books_what_was_cancelled_while_they_waited(
    db: None, joining: Joining, act: str
) -> None:
    """The booker's clock was read before the canceller's; the canceller's lock came first."""
    offer = await make.offer(joining=joining)
    session, kari = await Session.get().select_related("offer"), await make.person("Kari")
    later = NOW + timedelta(seconds=1)
    party = Party("Ola", channel=Channel.EMAIL, address="ola@example.no")

    def cancelling() -> Awaitable[Any]:
        if act == "session":
            return actions.cancel(session, sequence=0, note="", by=kari.id, now=later)
        return actions.cancel_offer(offer, note="", by=kari.id, now=later)

    _told, refused, waited = await overlapping(
        cancelling,
        lambda: bookings_actions.book(
            offer.slug, session.id if joining is Joining.PER_SESSION else None, party, viewer=VISITOR,
            form_key=secrets.token_bytes(16), lang="nb", now=NOW,
        ),
    )  # fmt: skip
    if act == "offer":  # it is not there any more, as for whoever comes a moment later
        assert isinstance(refused, NotFound)
    else:
        assert isinstance(refused, Refused)
        assert refused.message == "Påmeldingen er stengt."
    assert (await Booking.all().count(), waited) == (0, True)


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
            await other.execute(
                "UPDATE booking SET state = 'confirmed', seated_at = now() WHERE id = $1", booking.id
            )
        assert await moving == (1, 0)
    finally:
        await other.close()
    assert [message.address for message in await OutboxMessage.all()] == ["ola@example.no"]
    assert (await Session.get(offer=offer)).sequence == 1
