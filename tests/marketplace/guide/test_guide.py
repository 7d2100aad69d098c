"""The guide's desk: search, choose, name, how to reach them or not, done."""

from datetime import timedelta
from typing import Any

from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.seats.links import link_path
from offers.seats.models import Booking
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

CALL = "/desk/0123456789abcdef"


async def guide(visitor: Visitor, name: str = "Guri") -> Person:
    """A guide at the desk."""
    found = await make.member(await make.organization(), Role.GUIDE, name, email=f"{name.lower()}@example.no")
    await visitor.sign_in(found)
    return found


async def search(visitor: Visitor, words: str = "", call: str = CALL, **filters: Any) -> Page:
    """What the desk shows of what whoever rings says."""
    sent = await visitor.submit(await visitor.open(call), call, q=words, **filters)
    return await visitor.follow(sent) if sent.status == 303 else sent


async def tour(**other: Any) -> Offer:
    return await make.offer("Gå på tur", starts=[NOW + timedelta(days=7), NOW + timedelta(days=14)], **other)


async def booked(visitor: Visitor, offer: Offer, **typed: Any) -> Page:
    page = await visitor.open(f"{CALL}/offers/{offer.slug}")
    given = {"participant_name": "Olaug", "contact": "none"} | typed
    return await visitor.submit(page, f"{CALL}/offers/{offer.slug}", **given)


async def test_from_search_to_receipt_with_two_things_typed(visitor: Visitor) -> None:
    me = await guide(visitor)
    offer = await tour(capacity=1)
    first, second = await Session.filter(offer=offer).order_by("starts_at")
    await make.booking(await SeatPool.get(session=first))
    page = await search(visitor, "tur")
    assert page.soup.find("a", href=f"{CALL}/offers/{offer.slug}")
    form = await visitor.open(f"{CALL}/offers/{offer.slug}")
    # The first date with room is chosen already.
    assert form.fields(f"/{offer.slug}")["session"] == [str(second.id)]
    sent = await booked(visitor, offer)
    assert sent.response.headers["location"].startswith("/desk/0123456789abcdef/receipts/")
    shown = await visitor.follow(sent)
    made = await Booking.exclude(pool__session_id=first.id).get().select_related("participant")
    assert (made.participant.name, made.booked_by_id) == ("Olaug", me.id)
    assert shown.heading == "Olaug er påmeldt"
    assert f"{made.reference[:3]}-{made.reference[3:]}" in shown.text
    assert "De får ingen melding." in shown.text


async def test_the_same_form_twice_books_once(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    page = await visitor.open(f"{CALL}/offers/{offer.slug}")
    action = f"{CALL}/offers/{offer.slug}"
    one = await visitor.submit(page, action, participant_name="Olaug", contact="none")
    two = await visitor.submit(page, action, participant_name="Olaug", contact="none")
    assert one.response.headers["location"] == two.response.headers["location"]
    assert await Booking.all().count() == 1


async def test_what_is_wrong_stands_at_the_field(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    wrong = await booked(visitor, offer, participant_name="", contact="sms", phone="12")
    assert wrong.status == 422
    assert [link["href"] for link in wrong.soup.select(".ds-error-summary a")] == [
        "#participant_name",
        "#phone",
    ]
    closed = await tour(capacity=1)
    page = await visitor.open(f"{CALL}/offers/{closed.slug}")
    await SeatPool.filter(offer=closed).update(closes_at=NOW - timedelta(hours=1))
    late = await visitor.submit(page, f"/{closed.slug}", participant_name="Olaug", contact="none")
    assert late.status == 303 or "Påmeldingen er stengt." in late.text
    assert await Booking.all().count() == 0


async def test_a_course_has_no_date_to_choose(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour(joining=Joining.WHOLE)
    page = await visitor.open(f"{CALL}/offers/{offer.slug}")
    assert page.soup.find("select", id="session") is None
    shown = await visitor.follow(await booked(visitor, offer, contact="email", email="olaug@example.no"))
    assert "Vi har sendt det samme til olaug@example.no." in shown.text


async def test_what_needs_no_booking_is_shown_on_its_page(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour(joining=Joining.DROP_IN)
    page = await visitor.open(f"{CALL}/offers/{offer.slug}")
    assert page.response.headers["location"] == f"/offers/{offer.slug}?call=0123456789abcdef"


async def test_the_list_has_open_bookings_and_only_ones_own(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    await booked(visitor, offer)
    gone = await visitor.follow(await booked(visitor, offer, participant_name="Tove"))
    token = gone.url.rpartition("/")[2]
    await visitor.submit(await visitor.open(f"/bookings/{token}/cancel"))
    listed = (await visitor.open("/desk")).text
    assert ("Olaug" in listed, "Tove" in listed) == (True, False)
    mine = await visitor.open("/my-page")
    assert mine.soup.find("a", href="/desk")
    assert "Olaug" not in mine.text
    await guide(visitor, "Solveig")
    assert "Olaug" not in (await visitor.open("/desk")).text
    visitor.wait(timedelta(days=30))


async def test_a_receipt_of_another_guide_is_nowhere(visitor: Visitor) -> None:
    await guide(visitor)
    receipt = (await visitor.follow(await booked(visitor, await tour()))).url
    assert (await visitor.open(receipt)).status == 200
    await guide(visitor, "Solveig")
    assert (await visitor.open(receipt)).status == 404
    ola = await make.person("Ola", "ola@example.no")
    own = await make.booking(await SeatPool.filter().first(), ola)  # type: ignore[arg-type]
    assert (await visitor.open(f"{CALL}/receipts/{link_path(own.id, 1).rpartition('/')[2]}")).status == 404


async def test_the_desk_is_for_guides(visitor: Visitor) -> None:
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    assert (await visitor.open("/desk")).status == 403


async def test_a_party_that_does_not_fit_may_wait_together(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await make.offer(joining=Joining.WHOLE, capacity=3, max_party=4)
    await make.booking(await SeatPool.get(offer=offer))
    assert "vente til det er plass" not in (await booked(visitor, offer, seats=4)).text, "four never fit"
    page = await booked(visitor, offer, seats=3)
    assert page.status == 422
    assert page.soup.find(id="seats-error")
    assert "De vil heller vente til det er plass til alle sammen" in page.text
    sent = await visitor.submit(page, f"{CALL}/offers/{offer.slug}", waiting_ok="true")
    assert (await visitor.follow(sent)).heading == "Olaug står på venteliste"
    assert (await Booking.get(state="waiting")).seats == 3


async def test_a_request_and_a_queue_are_called_what_they_are(visitor: Visitor) -> None:
    await guide(visitor)
    owner = await make.organization("Frivilligsentralen")
    asks = await make.offer(joining=Joining.REQUEST, owner=owner)
    page = await visitor.open(f"{CALL}/offers/{asks.slug}")
    assert page.heading == "Spør om plass"
    assert "Frivilligsentralen får forespørselen, og svarer slik dere velger lenger ned." in page.text
    assert page.soup.find("button", string="Send forespørsel")
    shown = await visitor.follow(await booked(visitor, asks))
    assert shown.heading == "Forespørselen er sendt"
    assert "hourglass" in str(shown.soup.h1)
    assert "Trekk forespørselen" in shown.text
    assert "Trekk forespørselen" in (await visitor.open("/desk")).text
    full = await make.offer(joining=Joining.WHOLE, capacity=1)
    await make.booking(await SeatPool.get(offer=full))
    page = await visitor.open(f"{CALL}/offers/{full.slug}")
    assert page.heading == "Stå på venteliste"
    assert page.soup.find("button", string="Sett på venteliste")


def bookings_of_residents(page: Page) -> list[str]:
    """Links to where residents book, on which nobody knows of a call."""
    links = [str(link["href"]) for link in page.soup.select("main a[href]")]
    return [link for link in links if "/bookings/new" in link or "/bookings/several" in link]


async def test_no_link_leads_a_guide_away_from_the_call(visitor: Visitor) -> None:
    offer = await tour()
    page = await visitor.open(f"/offers/{offer.slug}")
    assert f"/offers/{offer.slug}/bookings/several" in bookings_of_residents(page), (
        "residents book several days"
    )
    await guide(visitor)
    assert (
        bookings_of_residents(await visitor.open(f"/offers/{offer.slug}?call={CALL.rpartition('/')[2]}"))
        == []
    )
    receipt = await visitor.follow(await booked(visitor, offer))
    another = receipt.soup.find("a", string="Meld på en dag til")
    assert another is not None
    assert another["href"] == f"{CALL}/offers/{offer.slug}"
    form = await visitor.open(str(another["href"]))
    assert form.fields(f"/{offer.slug}")["participant_name"] == ["Olaug"], "it is for the same caller"
    made = await Booking.get()
    shown = await visitor.open(link_path(made.id, made.link_version))
    assert bookings_of_residents(shown) == []
    once_more = shown.soup.find("a", string="Meld på en til")
    assert once_more is not None
    assert str(once_more["href"]).startswith(f"/desk/offers/{offer.slug}?session=")
    session = await Session.filter(offer=offer).first()
    assert session is not None
    for path in (f"new?session={session.id}", "several"):
        resident = await visitor.open(f"/offers/{offer.slug}/bookings/{path}")
        back = resident.soup.find("a", string="Meld på fra samtalen")
        assert back is not None, "whoever came by an address is told"
        assert str(back["href"]).startswith(f"/desk/offers/{offer.slug}")


async def test_a_course_has_no_other_day(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour(joining=Joining.WHOLE)
    receipt = await visitor.follow(await booked(visitor, offer))
    assert receipt.soup.find("a", string="Meld på en dag til") is None
