"""What was open when somebody began to fill in the form may be gone when they send it: they read that they are not
booked, or that it became a place in the queue."""

import pytest

from marketplace.base.data.database import rows
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.catalogue.states import OfferState
from offers.seats.models import Booking
from organizations.directory.models import Organization, OrganizationState
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

OLA = {"name": "Ola", "contact": "email", "email": "ola@example.no"}
FILLED = "Den siste plassen ble tatt rett før skjemaet ditt kom fram"


async def form_of(visitor: Visitor, offer: Offer, several: bool) -> tuple[Page, dict[str, object]]:
    """The form, and what is typed in it."""
    if not several:
        return await visitor.open(f"/offers/{offer.slug}/bookings/new"), {**OLA}
    dates = [str(one.id) for one in await Session.filter(offer=offer)]
    return await visitor.open(f"/offers/{offer.slug}/bookings/several"), OLA | {"dates": dates}


async def some_offer(several: bool) -> Offer:
    if several:
        days = [NOW.replace(day=day) for day in (20, 27)]
        return await make.offer(joining=Joining.PER_SESSION, starts=days)
    return await make.offer(joining=Joining.WHOLE)


@pytest.mark.parametrize("several", [False, True])
async def test_what_is_cancelled_meanwhile_leads_to_its_page_which_says_so(
    visitor: Visitor, several: bool
) -> None:
    offer = await some_offer(several)
    form, typed = await form_of(visitor, offer, several)
    await Offer.filter(id=offer.id).update(state=OfferState.CANCELLED)
    page = await visitor.follow(await visitor.submit(form, **typed))
    assert (page.status, page.url) == (200, f"/offers/{offer.slug}?saved=not-booked")
    assert "Du er ikke meldt på. Noe ble endret mens du fylte ut skjemaet, og slik er det nå." in page.text
    assert "Dette tilbudet er avlyst" in page.text
    assert await Booking.all().count() == 0


@pytest.mark.parametrize("several", [False, True])
async def test_of_an_organiser_who_is_closed_meanwhile_nothing_is_told_but_that_nobody_is_booked(
    visitor: Visitor, several: bool
) -> None:
    offer = await some_offer(several)
    form, typed = await form_of(visitor, offer, several)
    await Organization.filter(id=offer.owner_id).update(state=OrganizationState.SUSPENDED)
    page = await visitor.submit(form, **typed)
    assert (page.status, page.heading) == (404, "Dette er ikke her lenger")
    assert "Ingenting er lagret." in page.text
    assert "Du er ikke påmeldt." in page.text
    opened = await visitor.open(f"/offers/{offer.slug}")
    assert (opened.status, opened.heading) == (404, "Her fant vi ingenting")


async def test_who_had_a_place_before_them_is_said_to_have_had_it(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=1)
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    await make.booking(await SeatPool.get(offer=offer))
    page = await visitor.follow(await visitor.submit(form, **OLA))
    assert page.heading == "Du står på venteliste"
    assert FILLED in page.text


async def test_who_has_asked_for_a_place_in_the_queue_is_not_told_that_it_is_one(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=1)
    await make.booking(await SeatPool.get(offer=offer))
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    page = await visitor.follow(await visitor.submit(form, **OLA))
    assert (page.heading, FILLED in page.text) == ("Du står på venteliste", False)
    await rows("UPDATE seat_pool SET capacity = 9")
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    page = await visitor.follow(
        await visitor.submit(form, **OLA | {"name": "Liv", "email": "liv@example.no"})
    )
    assert (page.heading, FILLED in page.text) == ("Du er påmeldt", False)
