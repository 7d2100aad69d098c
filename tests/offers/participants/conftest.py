"""A course, and those who wait for a seat at it."""

import pytest

from offers.catalogue.models import Joining, Offer, SeatPool
from offers.seats.models import Booking, BookingState
from tests import make


@pytest.fixture
async def offer(db: None) -> Offer:
    """A course with two seats: Ola has one, and the other is free."""
    made = await make.offer(joining=Joining.WHOLE, capacity=2)
    await make.booking(await SeatPool.get(offer=made), await make.person("Ola"))
    return made


@pytest.fixture
async def waiting(offer: Offer) -> dict[str, Booking]:
    """Nora, Per and Siri wait in this order."""
    pool = await SeatPool.get()
    await make.booking(pool, await make.person("Kari"))
    return {
        name: await make.booking(pool, await make.person(name), BookingState.WAITING)
        for name in ("Nora", "Per", "Siri")
    }
