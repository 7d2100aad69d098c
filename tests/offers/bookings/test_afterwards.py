"""What is over or cancelled keeps showing its people to those who lead it, until their data goes."""

from datetime import timedelta

from marketplace.base.data.database import rows
from marketplace.base.models import OutboxMessage
from marketplace.base.post.mail import MAILS
from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.messages.follow_up.actions import stop_news
from offers.messages.follow_up.rules import address_hash
from offers.seats.models import BookingState
from offers.sessions.actions import cancel_offer
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

WEEK = timedelta(days=7)


async def course() -> tuple[Offer, Person]:
    """A course in a week: Ola and Nora come by e-mail, Olaug without, Per waits, and Eva has left."""
    owner = await make.organization("Frivilligsentralen")
    kari = await make.member(owner, Role.MANAGER, email="kari@example.no")
    offer = await make.offer("Kurs", owner=owner, joining=Joining.WHOLE, starts=[NOW + WEEK], capacity=3)
    pool = await SeatPool.get(offer=offer)
    for name, state in (("Ola", "confirmed"), ("Nora", "confirmed"), ("Olaug", "confirmed"), ("Per", "waiting"),
                        ("Eva", "cancelled")):  # fmt: skip
        somebody = await make.person(name)
        contact = await make.contact(somebody, f"{name.lower()}@example.no") if name != "Olaug" else None
        other = (
            {"ended_by": "self"} if state == "cancelled" else {"waited_at": NOW} if state == "waiting" else {}
        )
        await make.booking(pool, somebody, BookingState(state), contact=contact, **other)
    return offer, kari


def names(page: Page) -> set[str]:
    return {cell.get_text().strip() for cell in page.soup.select("section[aria-labelledby=before] tbody th")}


async def test_what_is_over_shows_who_had_a_place(visitor: Visitor) -> None:
    offer, kari = await course()
    visitor.wait(2 * WEEK)
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert names(page) == {"Ola", "Nora", "Olaug"}
    assert "ingen plasser å melde seg på" not in page.text
    await rows("UPDATE person SET name = NULL WHERE name = 'Ola'")  # as when its data goes
    assert names(await visitor.open(f"/manage/offers/{offer.slug}/bookings")) == {"Nora", "Olaug"}


async def test_what_is_cancelled_shows_whom_it_was_cancelled_for_and_whom_to_ring(visitor: Visitor) -> None:
    offer, kari = await course()
    await cancel_offer(offer, note="", by=kari.id, now=NOW)
    await visitor.sign_in(kari)
    for _week in range(2):
        page = await visitor.open(f"/manage/offers/{offer.slug}")
        assert page.soup.find("a", href=f"/manage/offers/{offer.slug}/call-list")
        listed = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
        assert names(listed) == {"Ola", "Nora", "Olaug"}, "Per only waited"
        assert "Ring disse (1)" in listed.text
        visitor.wait(2 * WEEK)


async def test_those_who_had_a_place_are_invited_to_the_next_if_they_want_to_hear(visitor: Visitor) -> None:
    offer, kari = await course()
    await stop_news(address_hash("email", "nora@example.no"), now=NOW)
    visitor.wait(2 * WEEK)
    await visitor.sign_in(kari)
    listed = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    link = listed.soup.find("a", href=f"/manage/offers/{offer.slug}/write?to=before")
    assert link is not None
    page = await visitor.open(str(link["href"]))
    assert page.fields("/write")["to"] == ["before"]
    look = await visitor.submit(page, "/write", text="Ny runde til våren!", step="look")
    assert "Én får meldingen." in look.text
    assert (await visitor.submit(look, "/write", step="send")).status == 303
    message = await OutboxMessage.get()
    assert message.address == "ola@example.no"
    content = await MAILS["host_message"](message.channel, "nb", **message.facts)
    assert content is not None
    assert "List-Unsubscribe" in content.headers
    assert "Ny runde til våren!" in content.text
    await stop_news(address_hash("email", "ola@example.no"), now=visitor.now)
    assert await MAILS["host_message"](message.channel, "nb", **message.facts) is None, "it had not left yet"
    assert "Ring disse (" not in (await visitor.open(f"/manage/offers/{offer.slug}/bookings")).text
