"""Whoever has booked for another reads on the booking's page what that one does, and is not spoken to as if it were
they."""

import re
from datetime import timedelta

import pytest

from marketplace.people.models import ActsFor, Person, Relation
from offers.catalogue.models import Joining, Promotion, SeatPool
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.check_in.wall import awaiting
from tests.visitor import Page, Visitor

AS_IF_THEY = re.compile(
    r"\bjeg\b|du ikke kommer|at du kommer|du ikke komme\b|din tur|plassen (er )?(fortsatt )?din\b|du er talt",
    re.I,
)
"""What is said to whoever comes."""


async def course(promotion: Promotion = Promotion.HELD) -> SeatPool:
    days = [NOW + timedelta(days=day) for day in (7, 14)]
    offer = await make.offer(joining=Joining.WHOLE, starts=days, capacity=1, promotion=promotion)
    return await SeatPool.get(offer=offer)


async def for_ada(pool: SeatPool, state: BookingState = BookingState.CONFIRMED) -> Booking:
    """Kari has booked for Ada."""
    kari, ada = await make.person("Kari"), await make.person("Ada")
    contact = await make.contact(kari, "kari@example.no")
    await ActsFor.create(
        actor=kari, person=ada, relation=Relation.NEXT_OF_KIN, created_at=NOW, accepted_at=NOW
    )
    return await make.booking(pool, ada, state, booked_by=kari, contact=contact)


def main(page: Page) -> str:
    assert page.soup.main is not None
    return " ".join(page.soup.main.get_text(" ").split())


@pytest.mark.parametrize("promotion", Promotion)
@pytest.mark.parametrize("state", BookingState)
async def test_no_page_of_the_booking_speaks_to_who_booked_as_if_they_came(
    visitor: Visitor, state: BookingState, promotion: Promotion
) -> None:
    booking = await for_ada(await course(promotion), state)
    page = await visitor.open(link_path(booking.id, 1))
    assert page.status == 200
    assert "Ada" in main(page)
    assert not AS_IF_THEY.search(main(page)), AS_IF_THEY.search(main(page))


async def test_word_that_they_do_not_come_and_come_all_the_same_is_theirs(visitor: Visitor) -> None:
    booking = await for_ada(await course())
    page = await visitor.open(link_path(booking.id, 1))
    assert "Si fra at Ada ikke kommer" in main(page)
    said = await visitor.follow(await visitor.submit(page, "/sent-word"))
    assert "Ada har fortsatt plassen de andre gangene." in main(said)
    assert "Det er sagt fra at Ada ikke kommer" in main(said)
    back = await visitor.follow(await visitor.submit(said, "/sent-word"))
    assert "Fint at Ada kommer likevel." in main(back)
    for seen in (said, back):
        assert not AS_IF_THEY.search(main(seen))


async def test_who_comes_with_somebody_says_that_they_are_here(visitor: Visitor) -> None:
    session, _host = await awaiting()
    booking = await for_ada(await SeatPool.get(offer_id=session.offer_id))
    page = await visitor.open(link_path(booking.id, 1))
    assert "Ada er her" in main(page)
    here = await visitor.follow(await visitor.submit(page, "/here"))
    assert "Takk, Ada er talt med. Velkommen!" in main(here)
    assert not AS_IF_THEY.search(main(here))


async def test_all_the_same_begins_a_form_for_the_same_one(visitor: Visitor) -> None:
    """Not for whoever reads it: they would be booked, and Ada would not."""
    booking = await for_ada(await course(), BookingState.CANCELLED)
    path = link_path(booking.id, 1)
    await visitor.sign_in(await Person.get(id=booking.booked_by_id))
    page = await visitor.open(path)
    (link,) = [
        one for one in page.soup.select("main a[href]") if "Ada vil være med likevel" in one.get_text()
    ]
    form = await visitor.open(str(link["href"]))
    assert form.fields("/bookings")["who"] == [str(booking.participant_id)]


async def test_whoever_only_has_the_link_learns_no_name_of_an_account_by_it(visitor: Visitor) -> None:
    booking = await for_ada(await course(), BookingState.CANCELLED)
    assert str(booking.participant_id) not in (await visitor.open(link_path(booking.id, 1))).html


async def test_whoever_comes_themselves_is_spoken_to(visitor: Visitor) -> None:
    """The search above finds what it looks for."""
    booking = await make.booking(await course())
    assert AS_IF_THEY.search(main(await visitor.open(link_path(booking.id, 1))))
