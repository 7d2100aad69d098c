"""What demand there is for an offer is told in numbers: who waits, who got a seat from the queue, who gave up."""

from datetime import timedelta

from marketplace.base.data.database import rows
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.participants.demand.queries import Demand, demand
from offers.seats.models import Booking, BookingState
from offers.sessions.actions import cancel as cancel_session
from tests import make
from tests.conftest import NOW
from tests.offers.participants.test_own_seats import host
from tests.visitor import Visitor


async def test_the_queue_is_told_in_numbers(
    visitor: Visitor, offer: Offer, waiting: dict[str, Booking]
) -> None:
    await rows("UPDATE booking SET waited_at = $1 WHERE state = 'waiting'", NOW - timedelta(days=4))
    await actions.cancel(waiting["Per"].id, now=NOW)
    await actions.cancel((await Booking.get(participant__name="Ola")).id, now=NOW)
    page = await visitor.open(f"{await host(visitor, offer)}/demand")
    words = [f"{dt.get_text()}: {dt.find_next('dd').get_text()}" for dt in page.soup.select("main dt")]
    assert words == ["Venter nå: 1", "Fikk plass fra ventelista: 1", "Så lenge ventet de: 4 dager",
                     "Gikk ut av køen før de fikk plass: 1"]  # fmt: skip


async def test_whose_course_is_cancelled_has_not_given_up_waiting(db: None) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=1)
    pool = await SeatPool.get(offer=offer)
    await make.booking(pool)
    for _ in range(3):
        await make.booking(pool, state=BookingState.WAITING, waited_at=NOW)
    await actions.cancel((await Booking.filter(offer=offer).order_by("id"))[1].id, now=NOW)
    session = await Session.get(offer=offer).select_related("offer")
    later = NOW + timedelta(days=1)
    await cancel_session(session, sequence=0, note="", by=(await make.person("Kari")).id, now=later)
    assert await demand(offer.id, later) == Demand(waiting=0, placed=0, left=1, days=None)
