"""What the page of a booking says when the organiser has cancelled: that, why, and what to do instead."""

from datetime import timedelta

from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, Session
from offers.participants import actions as participants_actions
from offers.seats.models import BookingState
from offers.sessions.actions import cancel, cancel_offer
from tests import make
from tests.conftest import NOW
from tests.offers.bookings.test_views import book
from tests.visitor import Page, Visitor

WEEK = timedelta(weeks=1)
NEW_LINK = "Har andre fått lenken hit? Lag en ny"
THANKS = "Takk for at du sa fra"


async def called_off(session: Session, note: str = "") -> None:
    """The organiser cancels one session."""
    kari = await Person.create(name="Kari", created_at=NOW)
    await session.fetch_related("offer")
    await cancel(session, sequence=session.sequence, note=note, by=kari.id, now=NOW)


def ways_on(page: Page) -> list[str]:
    """The links of the page, but for the helpline's."""
    return [link.text for link in page.soup.select("main a") if not link["href"].startswith("tel:")]


async def test_a_cancelled_session_says_so_with_the_note_and_thanks_for_nothing(visitor: Visitor) -> None:
    offer = await make.offer(starts=[NOW + WEEK, NOW + 2 * WEEK], phone="51 00 00 15")
    first, _second = await Session.filter(offer=offer).order_by("starts_at")
    page = await book(visitor, offer.slug, first.id)
    await called_off(first, "Kurslederen er syk.")
    page = await visitor.open(page.url)
    assert (page.heading, "Kurslederen er syk." in page.text, THANKS in page.text) == ("Avlyst", True, False)
    assert "tirsdag 20. oktober 2026 kl. 12–14" in page.text
    assert "Lurer du på noe? Ring 51 00 00 15 ." in page.text
    assert ways_on(page) == [NEW_LINK, "Se andre dager", "Finn noe annet å være med på"]
    visitor.wait(2 * WEEK)
    assert (await visitor.open(page.url)).heading == "Avlyst"


async def test_a_cancelled_offer_says_so_to_all_who_had_not_been(visitor: Visitor) -> None:
    kari = await make.person("Kari")
    whole = await make.offer(joining=Joining.WHOLE)
    undated = await make.offer(joining=Joining.REQUEST, starts=[])
    pages = [await book(visitor, offer.slug) for offer in (whole, undated)]
    for offer, note in ((whole, "Vi har mistet lokalet."), (undated, "")):
        await cancel_offer(await Offer.get(id=offer.id), note=note, by=kari.id, now=NOW)
    first, second = [await visitor.open(page.url) for page in pages]
    assert (first.heading, "Vi har mistet lokalet." in first.text) == ("Avlyst", True)
    assert (second.heading, THANKS in second.text) == ("Avlyst", False)
    assert ways_on(second) == [NEW_LINK, "Finn noe annet å være med på"]


async def test_what_has_been_is_not_cancelled_with_the_offer(visitor: Visitor) -> None:
    kari = await make.person("Kari")
    offer = await make.offer(starts=[NOW + timedelta(hours=1), NOW + WEEK])
    first, _second = await Session.filter(offer=offer).order_by("starts_at")
    page = await book(visitor, offer.slug, first.id)
    visitor.wait(timedelta(days=1))
    await cancel_offer(offer, note="", by=kari.id, now=visitor.now)
    assert (await visitor.open(page.url)).heading == "Dette er over"


async def test_a_course_that_goes_on_tells_which_session_is_cancelled(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[NOW + WEEK, NOW + 2 * WEEK])
    first, second = await Session.filter(offer=offer).order_by("starts_at")
    page = await book(visitor, offer.slug)
    await called_off(first, "Kurslederen er syk.")
    page = await visitor.open(page.url)
    assert page.heading == "Du er påmeldt"
    (alert,) = page.soup.select(".ds-alert")
    words = " ".join(alert.get_text(" ").replace("\u2060", "").split())
    assert words == "Avlyst tirsdag 20. oktober kl. 12–14 Kurslederen er syk."
    await called_off(second)
    page = await visitor.open(page.url)
    assert (page.heading, "Meld av" in ways_on(page)) == ("Avlyst", False)


async def test_who_cancelled_is_thanked_as_long_as_it_goes_on(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[NOW + WEEK, NOW + 2 * WEEK], capacity=1)
    first, _second = await Session.filter(offer=offer).order_by("starts_at")
    page = await book(visitor, offer.slug)
    await visitor.submit(await visitor.open(f"{page.url}/cancel"))
    await called_off(first)
    page = await visitor.open(page.url)
    assert (page.heading, THANKS in page.text) == ("Du er meldt av", True)


async def test_who_was_declined_hears_that_whatever_happens_later(visitor: Visitor) -> None:
    kari = await make.person("Kari")
    offer = await make.offer(joining=Joining.REQUEST)
    page = await book(visitor, offer.slug)
    (asked,) = await offer.bookings.all()  # type: ignore[attr-defined]
    assert (
        await participants_actions.answer_request(asked.id, False, now=NOW, by=kari.id)
        is BookingState.DECLINED
    )
    await called_off(await Session.get())
    assert (await visitor.open(page.url)).heading == "Det ble ikke plass denne gangen"
