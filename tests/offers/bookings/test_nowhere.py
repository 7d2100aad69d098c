"""Where there is nothing to book, or no booking behind a link, the page says why and leads on."""

import pytest

from offers.catalogue.models import Joining, SeatPool
from offers.catalogue.states import OfferState
from offers.seats.links import link_path
from offers.seats.models import Booking
from tests import make
from tests.visitor import Visitor


@pytest.mark.parametrize(
    ("joining", "state"),
    [
        (Joining.WHOLE, OfferState.CANCELLED),
        (Joining.PER_SESSION, OfferState.PUBLISHED),
        (Joining.DROP_IN, OfferState.PUBLISHED),
        (Joining.EXTERNAL, OfferState.PUBLISHED),
    ],
)
async def test_what_cannot_be_booked_leads_to_the_offer(
    visitor: Visitor, joining: Joining, state: OfferState
) -> None:
    offer = await make.offer("På tur", joining=joining, state=state, online_url="https://example.no/")
    page = await visitor.open(f"/en/offers/{offer.slug}/bookings/new")
    assert (page.status, page.response.headers["location"]) == (303, f"/en/offers/{offer.slug}")
    assert (await visitor.follow(page)).heading == "På tur"


async def test_an_offer_that_one_may_not_see_is_still_nowhere(visitor: Visitor) -> None:
    draft = await make.offer(state=OfferState.DRAFT)
    for slug in (draft.slug, "finnes-ikke"):
        assert (await visitor.open(f"/offers/{slug}/bookings/new")).status == 404


async def test_a_link_that_opens_no_booking_says_how_to_find_it(visitor: Visitor) -> None:
    booking = await make.booking(await SeatPool.get(offer=await make.offer(joining=Joining.WHOLE)))
    mine = link_path(booking.id, booking.link_version)
    revoked = link_path(booking.id, booking.link_version + 1)
    nobody = link_path((await make.person()).id, 1)
    for path in (revoked, mine[:-4], nobody, "/bookings/x", f"{revoked}/cancel", f"{revoked}/calendar.ics"):
        page = await visitor.open(path)
        assert (page.status, page.heading) == (404, "Lenken til påmeldingen virker ikke"), path
        assert [link["href"] for link in page.soup.select("main a[href^='/']")] == [
            "/bookings", "/bookings#address",
        ]  # fmt: skip
        assert "51 00 00 00" in page.text
    assert (await visitor.open(mine)).status == 200
    assert await Booking.all().count() == 1
