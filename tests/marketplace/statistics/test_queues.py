"""Waiting lists in numbers for the coordinator: sums of closed months, none that tells of few."""

from datetime import date, timedelta

import pytest

from marketplace.statistics.rules import Queues, queues
from offers.bookings.models import BookingState
from offers.catalogue.models import Joining, SeatPool
from offers.messages.actions import cancel_offer
from organizations.directory.models import OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import SEPTEMBER, elsewhere
from tests.visitor import Visitor

AUGUST, LATER = date(2026, 8, 1), date(2026, 9, 1)


@pytest.mark.parametrize(("months", "shown"), [
    ([], Queues(None)),
    ([(AUGUST, 4, 0, 0)], Queues(None)),
    ([(AUGUST, 12, 6, 6)], Queues(12)),
    ([(AUGUST, 40, 20, 10)], Queues(40, 20, 10, 4)),
    ([(AUGUST, 40, 38, 1)], Queues(40)),
    ([(AUGUST, 40, 30, 8)], Queues(40, 30, None, 4)),
    ([(AUGUST, 40, 20, 10), (LATER, 42, 21, 11)], Queues(40, 20, 10, 4)),
    ([(AUGUST, 40, 20, 10), (LATER, 60, 30, 15)], Queues(60, 30, 15, 4)),
])  # fmt: skip
def test_no_number_and_no_difference_tells_of_fewer_than_five(
    months: list[tuple[date, int, int, int]], shown: Queues
) -> None:
    assert queues(months, 3.6) == shown


async def test_the_coordinator_sees_how_many_waited_in_months_that_are_over(visitor: Visitor) -> None:
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL)
    offer = await make.offer(joining=Joining.WHOLE, capacity=100, sensitive=True)
    pool = await SeatPool.get(offer=offer)
    far = await make.offer(
        owner=await make.organization(municipality=await elsewhere()), joining=Joining.WHOLE
    )
    for number in range(30):
        state = (
            BookingState.CONFIRMED if number < 12
            else BookingState.CANCELLED if number < 20 else BookingState.WAITING
        )  # fmt: skip
        await make.booking(
            pool, state=state, queue_no=number + 1, waited_at=SEPTEMBER,
            placed_at=SEPTEMBER + timedelta(days=3) if number < 12 else None, changed_at=SEPTEMBER + timedelta(days=5),
        )  # fmt: skip
    for _ in range(9):  # October is not over, and elsewhere is elsewhere
        await make.booking(pool, state=BookingState.WAITING, waited_at=NOW)
        await make.booking(await SeatPool.get(offer=far), state=BookingState.WAITING, waited_at=SEPTEMBER)
    await visitor.sign_in(await make.member(unit, Role.COORDINATOR, "Nora"))
    page = await visitor.open("/statistics")
    said = {dt.get_text(): dt.find_next("dd").get_text() for dt in page.soup.select("main dt")}  # type: ignore[union-attr]
    assert said == {
        "Sto på venteliste": "30", "Fikk plass": "12", "Gikk ut av køen før de fikk plass": "8",
        "Så lenge ventet de": "3 dager",
    }  # fmt: skip
    # Whoever cancels today changes nothing of what is over: the difference would be those who waited for that.
    await cancel_offer(offer, note="", by=(await make.person("Kari")).id, now=NOW)
    page = await visitor.open("/statistics")
    assert said == {dt.get_text(): dt.find_next("dd").get_text() for dt in page.soup.select("main dt")}  # type: ignore[union-attr]
