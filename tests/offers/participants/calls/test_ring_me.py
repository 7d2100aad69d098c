"""Ring meg: whoever has only a telephone is rung. Nothing is sent, and nothing is promised that nobody can keep."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import About, Recipient, post
from marketplace.people.models import ContactPoint, Person
from offers.catalogue.models import Joining, Offer, Session
from offers.messages.follow_up.actions import follow_up
from offers.messages.reminders.actions import remind
from offers.seats.models import Booking
from offers.telling.addressees import where_its_messages_go
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.guide.test_guide import booked as booked_by_guide
from tests.marketplace.guide.test_guide import guide
from tests.offers.bookings.test_views import book
from tests.visitor import Page, Visitor

LANDLINE, STORED = "51 00 00 77", "+4751000077"


async def led(**other: Any) -> tuple[Offer, Person]:
    """An offer and who leads its organisation."""
    owner = await make.organization("Frivilligsentralen", phone="51 00 00 15")
    kari = await make.member(owner, Role.MANAGER, email="kari@example.no")
    return await make.offer(**{"owner": owner} | other), kari


def error_of(page: Page, field: str) -> str:
    found = page.soup.find(id=f"{field}-error")
    return found.get_text() if found else ""


async def test_a_landline_is_rung_and_shown_as_a_link_to_those_who_lead(visitor: Visitor) -> None:
    offer, kari = await led(joining=Joining.WHOLE)
    page = await book(visitor, offer.slug, contact="call", number=LANDLINE)
    assert page.heading == "Du er påmeldt"
    assert "Frivilligsentralen ringer 51 00 00 77 hvis noe endrer seg." in page.text
    assert "Ta vare på nummeret" in page.text
    assert "Vi har sendt" not in page.text
    kept = await ContactPoint.get(channel=Channel.CALL)
    assert (kept.channel, kept.value, kept.verified_at) == (Channel.CALL, STORED, None)
    assert await OutboxMessage.all().count() == 0
    await visitor.sign_in(kari)
    listed = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    link = listed.soup.select_one(f'a[href="tel:{STORED}"]')
    assert link is not None
    assert link.get_text() == "51 00 00 77"
    assert "Ingen kontakt" not in listed.text


async def test_what_cannot_take_an_sms_is_refused_as_one_and_ring_meg_is_offered(visitor: Visitor) -> None:
    offer, _kari = await led(joining=Joining.WHOLE)
    page = await book(visitor, offer.slug, contact="sms", phone=LANDLINE)
    assert page.status == 422
    words = "Dette nummeret kan ikke ta imot SMS. Skriv et mobilnummer, eller velg «Ring meg»."
    assert error_of(page, "phone") == words
    assert page.fields("/bookings")["phone"] == [LANDLINE]
    assert await Booking.all().count() == 0


@pytest.mark.parametrize("path", ["/sign-in", "/bookings/links", "notice"])
async def test_where_a_message_must_come_a_landline_is_refused_in_words(visitor: Visitor, path: str) -> None:
    """Nobody can be rung there: a code, a link, a word when booking opens."""
    offer = await make.offer(joining=Joining.WHOLE, opens_at=NOW + timedelta(days=1))
    await rows("UPDATE seat_pool SET opens_at = $1", NOW + timedelta(days=1))
    if path == "notice":
        page, action = await visitor.open(f"/offers/{offer.slug}/bookings/new"), "/bookings/notice"
    else:
        page, action = await visitor.open("/sign-in" if path == "/sign-in" else "/bookings"), path
    sent = await visitor.submit(page, action, address=LANDLINE)
    assert sent.status == 422
    assert "Dette nummeret kan ikke ta imot SMS." in sent.text
    assert await OutboxMessage.all().count() == 0


@pytest.mark.parametrize("typed", ["", "1234", "kari@example.no", "+47 12"])
async def test_what_is_no_number_is_said_at_the_field(visitor: Visitor, typed: str) -> None:
    offer, _kari = await led(joining=Joining.WHOLE)
    page = await book(visitor, offer.slug, contact="call", number=typed)
    assert page.status == 422
    assert error_of(page, "number").startswith(
        "Skriv telefonnummeret" if not typed else "Se over telefonnummeret."
    )


async def test_nothing_is_ever_posted_to_a_number_to_ring(visitor: Visitor) -> None:
    """One place decides for acts; and the database refuses what SQL of its own would post."""
    await post("receipt", channel=Channel.CALL, address=STORED, lang="nb", key="receipt:1", now=NOW)
    assert await OutboxMessage.all().count() == 0
    offer, _kari = await led(starts=[NOW + timedelta(hours=20)])
    session = await Session.get(offer=offer)
    await book(visitor, offer.slug, session.id, contact="call", number=LANDLINE)
    visitor.wait(timedelta(hours=19))
    await remind(visitor.now)
    await rows(
        """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at)
        SELECT gen_random_uuid(), $1, id, 'absent', 0, NULL, $2 FROM booking""",
        session.id, NOW,
    )  # fmt: skip
    await rows(
        """INSERT INTO register (id, session_id, saved_at, closed_at, closed_by)
        VALUES (gen_random_uuid(), $1, $2, $2, 'host')""",
        session.id,
        NOW,
    )
    await follow_up(NOW + timedelta(days=2))
    assert await OutboxMessage.all().count() == 0


async def test_several_dates_can_be_rung_about_too(visitor: Visitor) -> None:
    offer, _kari = await led(starts=[NOW + timedelta(days=7), NOW + timedelta(days=14)])
    dates = [str(one.id) for one in await Session.filter(offer=offer)]
    page = await visitor.open(f"/offers/{offer.slug}/bookings/several")
    sent = await visitor.submit(page, "/several", dates=dates, name="Ola", contact="call", number=LANDLINE)
    assert sent.status == 303
    assert await value("SELECT count(DISTINCT contact_id) FROM booking") == 1
    assert await OutboxMessage.all().count() == 0


async def test_those_who_lead_add_somebody_to_ring(visitor: Visitor) -> None:
    offer, kari = await led(joining=Joining.WHOLE)
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}/add")
    refused = await visitor.submit(page, "/add", name="Olaug", contact="sms", phone=LANDLINE)
    assert "velg «Ring meg»" in error_of(refused, "phone")
    done = await visitor.submit(page, "/add", name="Olaug", contact="call", number=LANDLINE)
    assert done.status == 303
    assert (await ContactPoint.get(value=STORED)).channel == Channel.CALL


async def test_a_hidden_number_shows_to_the_guide_alone(visitor: Visitor) -> None:
    await guide(visitor)
    offer, kari = await led(joining=Joining.WHOLE)
    sent = await booked_by_guide(visitor, offer, contact="call", number=LANDLINE, alias="true")
    receipt = await visitor.follow(sent)
    assert "arrangøren ser ikke nummeret 51 00 00 77" in receipt.text
    await visitor.sign_in(kari)
    listed = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert STORED not in listed.response.text
    assert "51 00 00 77" not in listed.text
    assert "Ingen kontakt" not in listed.text


async def test_a_shielded_person_who_books_alone_is_promised_no_call(visitor: Visitor) -> None:
    offer, _kari = await led(joining=Joining.REQUEST)
    ola = await make.person("Ola", "ola@example.no", shielded=True)
    await visitor.sign_in(ola)
    page = await book(visitor, offer.slug, contact="call", number=LANDLINE)
    assert "ringer" not in page.text
    assert "Ring 51 00 00 15 om et par dager og hør svaret." in page.text


@pytest.mark.parametrize(
    ("typed", "promised"),
    [
        ({"email": "ola@example.no"}, "Frivilligsentralen tar kontakt."),
        ({"contact": "call", "number": LANDLINE}, "Frivilligsentralen ringer 51 00 00 77."),
        ({"contact": "none"}, "Ring 51 00 00 15 om et par dager og hør svaret. Si nummeret under."),
    ],
)
async def test_whoever_asks_for_a_place_reads_how_the_answer_comes(
    visitor: Visitor, typed: dict[str, str], promised: str
) -> None:
    offer, _kari = await led(joining=Joining.REQUEST)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert "tar kontakt" not in page.text
    assert promised in (await book(visitor, offer.slug, **typed)).text


async def test_whoever_nobody_can_reach_is_told_so_and_the_lists_say_it(visitor: Visitor) -> None:
    offer, kari = await led(joining=Joining.WHOLE, capacity=1)
    await book(visitor, offer.slug, name="Per", contact="none")
    waits = await book(visitor, offer.slug, name="Nora", contact="none")
    assert "sier fra" not in waits.text.partition("Ta vare på nummeret")[0]
    assert "Ingen kan si fra til deg hvis noe endrer seg." in waits.text
    await visitor.sign_in(kari)
    listed = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert "Ring disse" not in listed.soup.select_one("table").get_text(), (
        "a list that says whom one cannot ring"
    )
    assert [cell.get_text() for cell in listed.soup.select('td[data-label="Kontakt"]')] == [
        "Ingen kontakt"
    ] * 2


async def test_an_address_can_become_a_number_to_ring_and_the_link_is_new(visitor: Visitor) -> None:
    offer, _kari = await led(joining=Joining.WHOLE)
    old = await book(visitor, offer.slug)
    page = await visitor.open(f"{old.url}/address")
    refused = await visitor.submit(page, "/address", contact="sms", phone=LANDLINE)
    assert "velg «Ring meg»" in error_of(refused, "phone")
    done = await visitor.follow(await visitor.submit(page, "/address", contact="call", number=LANDLINE))
    assert "Frivilligsentralen ringer 51 00 00 77 hvis noe endrer seg." in done.text
    assert (await visitor.open(old.url)).status == 404
    # The receipt that waits was for the old address, and there is nobody to send it to now.
    waiting = await OutboxMessage.get()
    assert (
        await where_its_messages_go(Recipient(Channel.EMAIL, "ola@example.no", About(waiting.booking_id)))
        is None
    )
