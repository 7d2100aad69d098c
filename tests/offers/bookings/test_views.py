"""Booking over HTTP, with the forms that the pages really hold."""

from datetime import timedelta

from marketplace.base.data.database import rows, value
from marketplace.base.models import OutboxMessage
from marketplace.base.post.mail import MAILS
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.seats.models import Booking, BookingState
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor


async def book(visitor: Visitor, slug: str, session: object = None, **typed: object) -> Page:
    """Fill in the booking form of an offer and follow to the receipt, or to the form with its errors."""
    page = await visitor.open(f"/offers/{slug}/bookings/new" + (f"?session={session}" if session else ""))
    assert page.status == 200, page.text
    given = {"name": "Ola", "contact": "email", "email": "ola@example.no"} | typed
    return await visitor.follow(await visitor.submit(page, **given))


async def test_a_visitor_books_a_place_and_gets_a_receipt(visitor: Visitor) -> None:
    offer = await make.offer("Generasjonslekene", capacity=10)
    session = await Session.get(offer=offer)
    page = await book(visitor, offer.slug, session.id, seats=2)
    assert page.heading == "Du er påmeldt"
    assert "Ola og én til" in page.text
    assert "tirsdag 20. oktober 2026 kl. 12–14" in page.text
    pool = await SeatPool.get(offer=offer)
    assert (pool.taken, pool.waiting) == (2, 0)
    message = await OutboxMessage.get()
    assert (message.channel, message.address, message.mail) == ("email", "ola@example.no", "receipt")
    content = await MAILS["receipt"](message.channel, "nb", **message.facts)
    assert content is not None
    assert content.subject == "Påmeldingen er i orden"
    assert "Generasjonslekene" in content.text
    assert content.method == "REQUEST"
    assert content.calendar is not None
    assert b"METHOD:REQUEST" in content.calendar


async def test_a_full_offer_leads_to_the_waiting_list_with_the_place_in_it(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=1)
    await make.booking(await SeatPool.get(offer=offer))
    first = await book(visitor, offer.slug, name="Nora", email="nora@example.no")
    second = await book(visitor, offer.slug, name="Per", contact="sms", phone="91 00 00 99")
    assert first.heading == second.heading == "Du står på venteliste"
    assert "Nummer 1 i køen" in first.text
    assert "Nummer 2 i køen" in second.text
    assert [row["mail"] for row in await rows("SELECT mail FROM outbox_message ORDER BY id")] == [
        "waiting",
        "waiting",
    ]
    assert await value("SELECT value FROM contact_point WHERE channel = 'sms'") == "+4791000099"


async def test_cancelling_by_the_link_asks_first_and_gives_the_seat_to_the_next(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=1)
    mine = await book(visitor, offer.slug)
    other = await book(visitor, offer.slug, name="Nora", email="nora@example.no")
    asked = await visitor.open(f"{mine.url}/cancel")
    assert asked.heading == "Melde av?"
    assert await Booking.filter(state=BookingState.CONFIRMED).count() == 1
    done = await visitor.follow(await visitor.submit(asked))
    assert done.heading == "Du er meldt av"
    assert (await visitor.open(other.url)).heading == "Du er påmeldt"
    pool = await SeatPool.get(offer=offer)
    assert (pool.taken, pool.waiting) == (1, 0)
    sent = [row["mail"] for row in await rows("SELECT mail FROM outbox_message ORDER BY id")]
    assert sent == ["receipt", "waiting", "cancelled", "promoted"]


async def test_the_question_before_cancelling_names_what_is_left_of_a_course(visitor: Visitor) -> None:
    starts = [NOW + timedelta(hours=1), NOW + timedelta(days=7), NOW + timedelta(days=14)]
    offer = await make.offer(joining=Joining.WHOLE, starts=starts)
    page = await book(visitor, offer.slug)
    visitor.wait(timedelta(hours=4))
    assert "2 samlinger" in (await visitor.open(f"{page.url}/cancel")).text
    await Session.filter(starts_at=starts[1]).update(status="cancelled")
    assert "tirsdag 27. oktober kl. 11–13" in (await visitor.open(f"{page.url}/cancel")).text


async def test_whoever_has_a_place_online_gets_the_link_and_nobody_else(visitor: Visitor) -> None:
    offer = await make.offer(
        joining=Joining.WHOLE, capacity=1, online_url="https://meet.example.no/rom?p=1&q=2"
    )
    mine = await book(visitor, offer.slug)
    (link,) = mine.soup.select("main a[href^='https://meet']")
    assert (link["href"], link["rel"]) == ("https://meet.example.no/rom?p=1&q=2", ["noreferrer"])
    waiting = await book(visitor, offer.slug, name="Nora", email="nora@example.no")
    assert "meet.example.no" not in waiting.text
    await Offer.all().update(online_url="javascript:alert(1)")
    mine = await visitor.open(mine.url)
    assert (mine.heading, "javascript:" in mine.response.text) == ("Du er påmeldt", False)


async def test_a_booking_without_dates_can_be_cancelled_and_has_no_calendar(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[])
    page = await book(visitor, offer.slug)
    links = [link.text for link in page.soup.select("main a")]
    assert "Legg i kalenderen" not in links
    assert "Meld av" in links
    done = await visitor.follow(await visitor.submit(await visitor.open(f"{page.url}/cancel")))
    assert done.heading == "Du er meldt av"
    over = await make.offer(joining=Joining.WHOLE, starts=[NOW + timedelta(hours=1)])
    page = await book(visitor, over.slug)
    visitor.wait(timedelta(hours=4))
    page = await visitor.open(page.url)
    assert "Meld av" not in [link.text for link in page.soup.select("main a")]


async def test_who_comes_is_called_what_the_signed_in_booker_typed(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    offer = await make.offer(joining=Joining.WHOLE, capacity=10)
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    page = await visitor.follow(await visitor.submit(form, name="Olav Berg"))
    assert page.heading == "Olav Berg er påmeldt"
    again = await visitor.follow(await visitor.submit(form, name="Olav Berg"))
    assert again.url == page.url
    booking = await Booking.get().prefetch_related("participant", "booked_by")
    assert (booking.participant.name, booking.booked_by.name) == ("Olav Berg", "Ola")
    mine = await visitor.open("/my-page")
    assert mine.heading == "Hei, Ola"
    assert [each.text for each in mine.soup.select("h2")][:2] == ["Dette er du med på", "For Olav Berg"]


async def test_the_accounts_own_name_in_other_letters_books_the_account_itself(visitor: Visitor) -> None:
    ola = await make.person("Ola Berg", "ola@example.no")
    await visitor.sign_in(ola)
    offer = await make.offer(joining=Joining.WHOLE, capacity=10)
    assert (await book(visitor, offer.slug, name="ola  BERG")).heading == "Du er påmeldt"
    assert (await Booking.get()).participant_id == ola.id
    assert await value("SELECT count(*) FROM person") == 1


async def test_an_account_without_a_name_is_called_what_its_first_booking_says(visitor: Visitor) -> None:
    somebody = await make.person("", "ola@example.no")
    await rows("UPDATE person SET name = NULL")
    await visitor.sign_in(somebody)
    offer = await make.offer(joining=Joining.WHOLE, capacity=10)
    assert (await book(visitor, offer.slug, name="Ola")).heading == "Du er påmeldt"
    assert (await visitor.open("/my-page")).heading == "Hei, Ola"


async def test_the_same_form_sent_twice_books_once(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=10)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    one = await visitor.submit(page, name="Ola", email="ola@example.no")
    two = await visitor.submit(page, name=" Ola ", email="Ola@Example.no")
    assert one.response.headers["location"] == two.response.headers["location"]
    assert await Booking.all().count() == 1


async def test_errors_stand_at_the_fields_and_what_was_typed_stays(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=10)
    page = await book(visitor, offer.slug, name="", email="kari@", seats="mange", who="other")
    assert page.status == 422
    assert [link["href"] for link in page.soup.select(".ds-error-summary a")] == [
        "#participant_name",
        "#name",
        "#seats",
        "#email",
    ]
    assert page.soup.find(id="email")["value"] == "kari@"
    assert page.soup.find(id="seats")["value"] == "mange"
    assert await Booking.all().count() == 0


async def test_a_party_that_does_not_fit_may_wait_together(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=3)
    await make.booking(await SeatPool.get(offer=offer), seats=2)
    page = await book(visitor, offer.slug, seats=2)
    assert page.status == 422
    assert "Det er 1 ledig plass. Velg færre, eller kryss av for venteliste." in page.text
    page = await visitor.follow(await visitor.submit(page, waiting_ok="true"))
    assert page.heading == "Du står på venteliste"
    single = await book(visitor, offer.slug, name="Nora", email="nora@example.no")
    assert single.heading == "Du er påmeldt"


async def test_somebody_without_mail_or_phone_gets_a_reference_that_needs_the_name_too(
    visitor: Visitor,
) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=3)
    page = await book(visitor, offer.slug, contact="none", who="other", participant_name="Ingrid")
    assert page.heading == "Ingrid er påmeldt"
    booking = await Booking.get().prefetch_related("participant", "booked_by")
    assert (booking.participant.name, booking.booked_by.name, booking.contact_id) == ("Ingrid", "Ola", None)
    typed = f"{booking.reference[:3]}-{booking.reference[3:]}".lower()
    find = await visitor.open("/bookings")
    assert (await visitor.submit(find, "/bookings", reference=typed, word="Kari")).status == 422
    found = await visitor.follow(await visitor.submit(find, "/bookings", reference=typed, word="ingrid"))
    assert found.heading == "Ingrid er påmeldt"
    assert await OutboxMessage.all().count() == 0


async def test_past_cancelled_and_unpublished_say_so(visitor: Visitor) -> None:
    offer = await make.offer(starts=[NOW - timedelta(hours=1), NOW + timedelta(days=1)])
    past, coming = await Session.filter(offer=offer).order_by("starts_at")
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new?session={past.id}")
    assert (page.status, page.heading) == (410, "Du kan ikke melde deg på nå")
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new?session={coming.id}")
    await rows(
        "UPDATE session SET status = 'cancelled', note = 'Vi er tilbake neste uke' WHERE id = $1", coming.id
    )
    page = await visitor.submit(form, name="Ola", email="ola@example.no", session=past.id)
    assert page.status == 409
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new?session={coming.id}")
    assert "Denne samlingen er avlyst." in page.text
    await rows("UPDATE offer SET state = 'draft'")
    assert (await visitor.submit(form, name="Ola", email="ola@example.no")).status == 404
    assert await Booking.all().count() == 0


async def test_a_changed_link_opens_nothing(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await book(visitor, offer.slug)
    token = page.url.rpartition("/")[2]
    for wrong in (token[:30] + ("A" if token[30] != "A" else "B") + token[31:], token[:10], "x", token[5:]):
        assert (await visitor.open(f"/bookings/{wrong}")).status == 404
    await rows("UPDATE booking SET link_version = 2")
    assert (await visitor.open(page.url)).status == 404


async def test_what_is_sent_from_a_page_whose_link_has_ended_is_said_not_to_be_saved(
    visitor: Visitor,
) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    mine = await book(visitor, offer.slug)
    asked = await visitor.open(f"{mine.url}/cancel")
    await rows("UPDATE booking SET link_version = 2")
    sent, opened = await visitor.submit(asked), await visitor.open(mine.url)
    assert (sent.status, opened.status) == (404, 404)
    assert ["Det du sendte nå, er ikke lagret." in one.text for one in (sent, opened)] == [True, False]
    assert "Da står den i den siste meldingen fra oss." in opened.text
    assert (await Booking.get()).state is BookingState.CONFIRMED


async def test_the_answer_about_an_address_is_the_same_known_or_not(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    await book(visitor, offer.slug)
    find = await visitor.open("/bookings")
    known = await visitor.submit(find, "/bookings/links", address="ola@example.no")
    unknown = await visitor.submit(find, "/bookings/links", address="per@example.no")
    assert known.text == unknown.text
    texts = {}
    for message in await OutboxMessage.filter(mail="links"):
        content = await MAILS["links"](message.channel, "nb", **message.facts)
        assert content is not None
        texts[message.address] = content.text
    assert "Generasjonslekene" in texts["ola@example.no"]
    assert "ingen kommende" in texts["per@example.no"]


async def test_links_are_sent_to_the_longest_address_and_the_messages_key_does_not_hold_it(
    visitor: Visitor,
) -> None:
    address = f"{'o' * 64}@{'.'.join(['a' * 60] * 3)}.no"
    sent = await visitor.submit(await visitor.open("/bookings"), "/bookings/links", address=address)
    assert (sent.status, sent.heading) == (200, "Sjekk meldingene dine")
    message = await OutboxMessage.get()
    assert message.address == address
    assert address not in message.dedupe_key
    again = await visitor.submit(await visitor.open("/bookings"), "/bookings/links", address=address)
    assert again.status == 200
    assert await OutboxMessage.all().count() == 1, "one message a minute"


async def test_a_party_that_may_never_come_together_is_not_told_to_wait(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=3, max_party=2)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert "Tell med alle som kommer, høyst 2" in page.text
    page = await visitor.submit(page, name="Ola", email="ola@example.no", seats="3")
    assert page.status == 422
    assert "Du kan melde på høyst 2 personer om gangen." in page.text
    assert not page.soup.find("input", attrs={"name": "waiting_ok"})


async def test_the_receipt_is_for_whoever_booked_and_says_where_it_went(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    typed = {"who": "child", "participant_name": "Lille Per", "name": "Ola", "email": "ola@example.no"}
    page = await visitor.follow(await visitor.submit(page, **typed))
    assert page.heading == "Lille Per er påmeldt"
    assert "Vi gleder oss til å se Lille Per." in page.text
    assert "Vi har sendt det samme til ola@example.no." in page.text
