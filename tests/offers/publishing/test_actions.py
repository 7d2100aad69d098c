"""The copies of sessions on offers and pools follow every change."""

from datetime import timedelta

from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.catalogue.states import SessionStatus
from offers.publishing.actions import refresh
from offers.seats.jobs import next_sessions
from tests import make
from tests.conftest import NOW

DAY = timedelta(days=1)
HOURS = timedelta(minutes=120)


async def copies(offer: Offer) -> tuple[object, ...]:
    found = await Offer.get(id=offer.id)
    return found.session_count, found.next_session_at, found.next_session_ends, found.last_session_ends


async def test_refresh_counts_what_is_not_cancelled(db: None) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[NOW - DAY, NOW + DAY, NOW + 2 * DAY])
    last = (await Session.filter(offer=offer).order_by("-starts_at"))[0]
    await Session.filter(id=last.id).update(status=SessionStatus.CANCELLED)
    await refresh(offer.id, NOW)
    assert await copies(offer) == (2, NOW + DAY, NOW + DAY + HOURS, NOW + DAY + HOURS)
    pool = await SeatPool.get()
    assert (pool.starts_at, pool.ends_at) == (NOW - DAY, NOW + DAY + HOURS)
    await Session.filter(offer=offer).update(status=SessionStatus.CANCELLED)
    await refresh(offer.id, NOW)
    assert await copies(offer) == (0, None, None, NOW + 2 * DAY + HOURS)


async def test_a_session_is_next_until_it_is_over(db: None) -> None:
    offer = await make.offer(starts=[NOW + DAY, NOW + 2 * DAY])
    other = await make.offer(starts=[NOW + 3 * DAY])
    await next_sessions(NOW + DAY + HOURS - timedelta(seconds=1))
    assert (await copies(offer))[1] == NOW + DAY
    await next_sessions(NOW + DAY + HOURS)
    assert await copies(offer) == (2, NOW + 2 * DAY, NOW + 2 * DAY + HOURS, NOW + 2 * DAY + HOURS)
    await next_sessions(NOW + 2 * DAY + HOURS)
    assert (await copies(offer))[1:3] == (None, None)
    assert (await copies(other))[1] == NOW + 3 * DAY
