"""The pages of a booking say what is true of it: a request is no seat, and a queue is not one either."""

from datetime import timedelta

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Promotion, SeatPool, Session
from offers.seats.links import link_path
from offers.seats.models import BookingState
from tests import make
from tests.conftest import NOW
from tests.offers.bookings.test_views import book
from tests.visitor import Visitor

TO_ANOTHER = "Plassen går til en som venter"


async def test_whoever_withdraws_a_request_reads_of_the_request(visitor: Visitor) -> None:
    owner = await make.organization("Frivilligsentralen")
    offer = await make.offer(joining=Joining.REQUEST, owner=owner)
    mine = await book(visitor, offer.slug)
    asked = await visitor.open(f"{mine.url}/cancel")
    assert asked.heading == "Trekke forespørselen?"
    assert "Da svarer ikke Frivilligsentralen på den. Du kan spørre igjen når du vil." in asked.text
    assert "Ja, trekk forespørselen" in asked.text
    done = await visitor.follow(await visitor.submit(asked))
    assert (TO_ANOTHER in asked.text, TO_ANOTHER in done.text) == (False, False)
    assert "Takk for at du sa fra." in done.text


async def test_whoever_leaves_the_queue_had_no_seat_to_give(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=1)
    seated = await book(visitor, offer.slug)
    waits = await book(visitor, offer.slug, name="Nora", email="nora@example.no")
    assert TO_ANOTHER in (await visitor.open(f"{seated.url}/cancel")).text
    await rows("UPDATE offer SET sensitive = true")
    assert TO_ANOTHER not in (await visitor.open(f"{seated.url}/cancel")).text, "who waits for it is not told"
    await rows("UPDATE offer SET sensitive = false")
    done = await visitor.follow(await visitor.submit(await visitor.open(f"{waits.url}/cancel")))
    assert TO_ANOTHER not in done.text
    asked = await visitor.open(f"{seated.url}/cancel")
    done = await visitor.follow(await visitor.submit(asked))
    assert (TO_ANOTHER in asked.text, TO_ANOTHER in done.text) == (False, False), "nobody waits any more"


@pytest.mark.parametrize("state", [BookingState.CANCELLED, BookingState.DECLINED, BookingState.EXPIRED])
async def test_no_page_of_a_booking_that_is_over_is_a_dead_end(visitor: Visitor, state: BookingState) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    pool = await SeatPool.get(offer=offer)
    ended = await make.booking(
        pool, state=state, ended_by="expired" if state is BookingState.EXPIRED else "self"
    )
    page = await visitor.open(link_path(ended.id, 1))
    links = {str(link["href"]) for link in page.soup.select("main a[href]")}
    assert f"/offers/{offer.slug}" in links
    again = f"/offers/{offer.slug}/bookings/new"
    assert (again in links) or page.form("/answer") is not None, "or the held seat is asked for again"
    await rows("UPDATE offer SET state = 'cancelled'")
    await rows("UPDATE booking SET ended_by = 'host', given_back_in_time = NULL")
    links = {str(link["href"]) for link in (await visitor.open(page.url)).soup.select("main a[href]")}
    assert (again in links, "/offers" in links) == (False, True)


async def test_word_for_one_date_is_seen_and_can_be_taken_back(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[NOW + timedelta(days=day) for day in (7, 14)])
    booking = await make.booking(await SeatPool.get(offer=offer))
    first = await Session.filter(offer=offer).order_by("starts_at").first()
    page = await visitor.open(link_path(booking.id, 1))
    said = await visitor.follow(await visitor.submit(page, "/sent-word"))
    assert "Takk for at du sa fra. Plassen er fortsatt din de andre gangene." in said.text
    assert await value("SELECT session_id FROM sent_word") == (first and first.id)
    back = await visitor.follow(await visitor.submit(said, "/sent-word"))
    assert "Fint at du kommer likevel." in back.text
    assert await value("SELECT count(*) FROM sent_word") == 0


@pytest.mark.parametrize("joining", [Joining.WHOLE, Joining.REQUEST])
async def test_word_can_be_sent_of_the_last_time_too_and_taken_back(
    visitor: Visitor, joining: Joining
) -> None:
    """Leaving is no other way: who has been there all the other times would have no place, and no certificate."""
    offer = await make.offer(
        joining=joining, certificate_share=75, starts=[NOW + timedelta(days=day) for day in (-7, 7)]
    )
    booking = await make.booking(await SeatPool.get(offer=offer))
    page = await visitor.open(link_path(booking.id, 1))
    assert "Vi gleder oss til å se deg" in page.text
    said = await visitor.follow(await visitor.submit(page, "/sent-word"))
    assert "Takk for at du sa fra." in said.text
    assert "de andre gangene" not in said.text, "there are none"
    assert ("Du har sagt fra at du ikke kommer." in said.text, "Vi gleder oss" in said.text) == (True, False)
    back = await visitor.follow(await visitor.submit(said, "/sent-word"))
    assert "Fint at du kommer likevel." in back.text
    assert "Vi gleder oss til å se deg" in back.text
    asked = await visitor.open(f"{page.url}/cancel")
    assert "Uten plass blir det ikke noe kursbevis." in asked.text
    assert f"{page.url}#word" in asked.html


async def test_of_a_single_time_there_is_no_word_but_to_leave(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    booking = await make.booking(await SeatPool.get(offer=offer))
    page = await visitor.open(link_path(booking.id, 1))
    assert "/sent-word" not in page.html
    assert "Si fra om én gang" not in (await visitor.open(f"{page.url}/cancel")).text


async def test_cancelling_says_how_many_it_is_about(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, max_party=4)
    mine = await book(visitor, offer.slug, seats=3)
    asked = await visitor.open(f"{mine.url}/cancel")
    assert "Det gjelder alle 3 på påmeldingen." in asked.text
    alone = await book(visitor, offer.slug, name="Nora", email="nora@example.no")
    assert "Det gjelder alle" not in (await visitor.open(f"{alone.url}/cancel")).text


async def test_a_seat_is_not_said_to_be_held_after_its_deadline(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=1, promotion=Promotion.HELD)
    held = await make.booking(await SeatPool.get(offer=offer), state=BookingState.OFFERED)
    link = link_path(held.id, held.link_version)
    assert (await visitor.open(link)).heading == "En plass ble ledig"
    visitor.wait(timedelta(hours=24))  # and the worker has not come to it yet
    page = await visitor.open(link)
    assert page.heading == "Vi holder ikke plassen lenger"
    assert "Vi holder plassen" not in page.text
    done = await visitor.follow(await visitor.submit(page, f"{link}/answer", answer="yes"))
    assert done.heading == "Du er påmeldt"


async def test_a_mail_says_a_party_in_words(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, max_party=4)
    await book(visitor, offer.slug, seats=3)
    booking = await offer.bookings.all().get()  # type: ignore[attr-defined]
    content = await MAILS["receipt"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert content is not None
    assert "Hvem: Ola og 2 til\n" in content.text
    assert "Ola og 2 til" in (content.html or "")


async def test_a_conversation_is_changed_and_not_booked_once_more(visitor: Visitor) -> None:
    offer = await make.offer(
        kind=Kind.CONVERSATION, starts=[NOW + timedelta(days=7), NOW + timedelta(days=8)]
    )
    first = await Session.filter(offer=offer).order_by("starts_at").first()
    page = await book(visitor, offer.slug, first.id if first else None)
    assert ("Endre tid" in page.text, "Se andre dager" in page.text) == (True, False)


async def test_a_mobile_number_is_shown_as_it_is_read(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await book(visitor, offer.slug, contact="sms", phone="91000042")
    assert "Vi har sendt det samme til 910 00 042." in page.text


async def test_what_is_over_says_so_and_offers_nothing_to_cancel(visitor: Visitor) -> None:
    offer = await make.offer(max_party=4)
    session = await Session.get(offer=offer)
    mine = await book(visitor, offer.slug, session.id, seats=2)
    visitor.wait(timedelta(days=8))
    page = await visitor.open(mine.url)
    assert page.heading == "Dette er over"
    assert "tirsdag 20. oktober 2026 kl. 12–14" in page.text
    assert ("Vi gleder oss" in page.text, "Meld av" in page.text) == (False, False)
    for step in ("cancel", "companions", "time"):
        assert (await visitor.open(f"{mine.url}/{step}")).response.headers["location"] == mine.url


@pytest.mark.parametrize("path", ["/", "/sign-in"])
async def test_whoever_only_has_a_number_is_led_to_where_it_is_asked_for(visitor: Visitor, path: str) -> None:
    page = await visitor.open(path)
    where = page.soup.select(
        "main a[href='/bookings']" if path == "/sign-in" else "footer a[href='/bookings']"
    )
    assert len(where) == 1
