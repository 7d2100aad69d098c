"""The number of a booking opens it for whoever knows a name: those who lead offers read its beginning and no more."""

import pytest
from starlette.routing import Route

from marketplace.base.data.database import rows
from offers.seats.links import shown_reference
from offers.seats.models import Booking
from tests.house.town import Town, routes
from tests.visitor import Visitor

WORK = [
    route
    for route in routes("GET")
    if route.path.startswith(("/manage", "/approvals", "/dialogues", "/goals"))
]


@pytest.mark.parametrize("route", WORK, ids=lambda route: route.path)
async def test_no_page_of_those_who_work_here_tells_a_whole_number(
    town: Town, caller: Visitor, route: Route
) -> None:
    await caller.sign_in(town.people["everybody"])
    answer = (await caller.client.get(town.path(route))).text
    for booking in await Booking.all():
        assert booking.reference not in answer
        assert shown_reference(booking.reference) not in answer


async def test_the_lists_show_its_beginning(town: Town, caller: Visitor) -> None:
    await caller.sign_in(town.people["everybody"])
    listed = (await caller.client.get("/manage/offers/tur/bookings")).text
    found = await rows(
        """SELECT b.reference FROM booking b JOIN offer o ON o.id = b.offer_id JOIN seat_pool p ON p.id = b.pool_id
        WHERE o.slug = 'tur' AND b.state = 'confirmed'"""
    )
    assert any(f"{each['reference'][:3]}…" in listed for each in found)
