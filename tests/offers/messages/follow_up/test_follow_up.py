"""Afterwards: a friendly word to who was not there, thanks to who was, was it of use, and no more of these, please."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from uuid_utils.compat import uuid7

from marketplace.base.data.database import rows
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.letter import Letter, email_message
from marketplace.base.post.mail import MAILS
from marketplace.people.models import ContactPoint
from offers.attendance.actions import save
from offers.bookings import mails as bookings_mails
from offers.bookings.models import SentWord
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.catalogue.states import OfferState
from offers.messages.follow_up.actions import follow_up, stop_news, tell_useful
from offers.messages.follow_up.models import Unsubscription, Useful, Usefulness
from offers.messages.follow_up.queries import wants_news
from offers.messages.follow_up.rules import address_hash, hash_of, unsubscribe_path
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState, EndedBy
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

DAY = timedelta(days=1)


async def held(*names: str, starts: list[datetime] | None = None, **other: Any) -> Offer:
    """A course with these participants, each with an address: the first session an hour from NOW."""
    offer = await make.offer("Sov bedre", joining=Joining.WHOLE, capacity=None, **other,
                             starts=starts or [NOW + timedelta(hours=1), NOW + 7 * DAY])  # fmt: skip
    pool = await SeatPool.get(offer=offer)
    for name in names:
        person = await make.person(name)
        contact = await make.contact(person, f"{name.lower()}@example.no", verified=False)
        await make.booking(pool, person, contact=contact)
    return offer


async def register(offer: Offer, number: int, *present: str) -> datetime:
    """Save the register of a session of the offer an hour after its end. Returns when."""
    session = (await Session.filter(offer=offer).order_by("starts_at").select_related("offer"))[number]
    here = {one.id for one in await Booking.filter(offer=offer, participant__name__in=present)}
    at = session.ends_at + timedelta(hours=1)
    await save(session, here, {}, None, version=None, by=(await make.person("Kari")).id, now=at)
    return at


async def told(mail: str) -> list[str]:
    return [one.address for one in await OutboxMessage.filter(mail=mail).order_by("created_at", "address")]


async def test_who_was_not_there_gets_a_friendly_word_the_day_after(db: None) -> None:
    offer = await held("Ola", "Ida", "Aud", "Tor")
    session = (await Session.filter(offer=offer).order_by("starts_at"))[0]
    await SentWord.create(booking=await Booking.get(participant__name="Aud"), session=session, at=NOW)
    await ContactPoint.filter(value="tor@example.no").update(refused_at=NOW)
    at = await register(offer, 0, "Ola")
    await follow_up(at + timedelta(hours=17))
    assert await told("missed") == []
    await asyncio.gather(*(follow_up(at + timedelta(hours=18)) for _ in range(4)))
    await follow_up(at + timedelta(hours=20))
    assert await told("missed") == ["ida@example.no"], "Aud sent word, Tor is not reached"


async def test_it_comes_once_a_fortnight_at_most_and_not_after_a_week(db: None) -> None:
    offer = await held("Ida", starts=[NOW + DAY, NOW + 8 * DAY, NOW + 17 * DAY])
    for number, expected in ((0, 1), (1, 1), (2, 2)):
        at = await register(offer, number)
        await follow_up(at + timedelta(hours=18))
        assert len(await told("missed")) == expected
    other = await held("Eva")
    at = await register(other, 0)
    await follow_up(at + 8 * DAY)
    assert "eva@example.no" not in await told("missed")


async def test_an_address_with_two_who_were_away_gets_one_word(db: None) -> None:
    offer = await held("Ida")
    mother = await Booking.get(participant__name="Ida").select_related("participant")
    await make.booking(await SeatPool.get(offer=offer), await make.person("Ada"), booked_by=mother.participant,
                       contact_id=mother.contact_id)  # fmt: skip
    await follow_up(await register(offer, 0) + DAY)
    assert await told("missed") == ["ida@example.no"]


async def test_the_word_blames_nobody_and_shows_the_way_back_and_out(db: None) -> None:
    await held("Ida")
    booking = await Booking.get()
    mail = await MAILS["missed"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert mail is not None
    assert "Det er helt i orden, og du trenger ikke forklare noe." in mail.text
    assert "/offers" in mail.text
    assert "Sov bedre" not in mail.subject
    with time_machine.travel(NOW, tick=True):
        mail = await MAILS["missed"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert mail is not None
    assert link_path(booking.id, 1) in mail.text
    await Booking.all().update(state=BookingState.CANCELLED, ended_by=EndedBy.SELF)
    assert await MAILS["missed"](Channel.EMAIL, "nb", booking=str(booking.id)) is None


async def test_thanks_come_after_the_last_session_to_who_was_there_at_least_once(db: None) -> None:
    offer = await held("Ola", "Ida", "Per")
    await rows("UPDATE seat_pool SET ends_at = $1", NOW + 7 * DAY + timedelta(hours=2))
    at = await register(offer, 0, "Ola", "Ida")
    await follow_up(at + DAY)
    assert await told("thanks") == [], "there is one more"
    last = await register(offer, 1, "Ida")
    await follow_up(last + timedelta(hours=1))
    assert await told("thanks") == []
    await tell_useful((await Booking.get(participant__name="Ida")).id, offer.id, Useful.YES, now=last)
    for hours in (3, 4, 300):
        await follow_up(last + timedelta(hours=hours))
    assert await told("thanks") == ["ola@example.no"]


async def test_who_books_each_time_is_thanked_once_in_four_weeks(db: None) -> None:
    offer = await make.offer(starts=[NOW + number * 7 * DAY for number in range(1, 7)])
    ola = await make.person("Ola")
    contact = await make.contact(ola, "ola@example.no")
    for pool in await SeatPool.filter(offer=offer):
        await make.booking(pool, ola, contact=contact)
    for number in range(6):
        await follow_up(await register(offer, number, "Ola") + timedelta(hours=5))
    assert len(await told("thanks")) == 2


async def test_of_an_offer_that_is_cancelled_nobody_hears_more(db: None) -> None:
    offer = await held("Ola", "Ida")
    at = await register(offer, 0, "Ola")
    await Offer.filter(id=offer.id).update(state=OfferState.CANCELLED)
    await rows("UPDATE seat_pool SET ends_at = $1", at)
    await follow_up(at + DAY)
    assert await told("thanks") + await told("missed") == []


async def test_an_answer_is_counted_once_in_the_month_of_oslo_and_who_said_it_is_not_kept(
    visitor: Visitor,
) -> None:
    offer = await held("Ola")
    booking = await Booking.get()
    path = f"{link_path(booking.id, 1)}/useful"
    assert "Dette spør vi om når du har vært med." in (await visitor.open(path)).text
    await register(offer, 0, "Ola")
    visitor.wait(datetime(2026, 10, 31, 23, 30, tzinfo=UTC) - NOW)  # half past midnight in Oslo
    page = await visitor.open(path)
    assert page.heading == "Var det til nytte for deg?"
    assert (await visitor.submit(page, "/useful", answer="ikke-et-svar")).status == 422
    both = await asyncio.gather(
        visitor.submit(page, "/useful", answer="some"), visitor.submit(page, "/useful", answer="no")
    )
    assert [one.status for one in both] == [303, 303]
    counted = await Usefulness.get()
    assert (counted.month, counted.count) == (date(2026, 11, 1), 1)
    assert (await visitor.open(path)).heading == "Takk for svaret"
    columns = await rows(
        "SELECT column_name AS n FROM information_schema.columns WHERE table_name = 'usefulness'"
    )
    assert {one["n"] for one in columns} == {"id", "offer_id", "month", "answer", "count"}
    assert await rows("SELECT id FROM audit_entry WHERE person_id = $1", booking.participant_id) == []


async def test_who_was_not_there_is_not_counted(visitor: Visitor) -> None:
    await held("Ola")
    booking = await Booking.get()
    token = (await visitor.open("/sign-in")).fields("/sign-in")["form_token"][0]
    page = await visitor.post(f"{link_path(booking.id, 1)}/useful", {"form_token": token, "answer": "yes"})
    assert page.status == 422
    assert await Usefulness.all().count() == 0
    assert (await visitor.open(f"{link_path(booking.id, 2)}/useful")).status == 404


# --- no more of these ---
async def test_one_click_from_a_mail_program_stops_news_and_nothing_else(visitor: Visitor) -> None:
    offer = await held("Ola")
    booking = await Booking.get()
    await register(offer, 0, "Ola")
    mail = await MAILS["thanks"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert mail is not None
    raw = bytes(email_message(Letter(uuid7(), Channel.EMAIL, "ola@example.no", "key", mail, NOW)))
    parsed = message_from_bytes(raw, policy=policy.default)
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = parsed["List-Unsubscribe"].strip("<>")
    assert b"List-Unsubscribe: <" + address.encode() + b">\r\n" in raw, "whole, on one line"
    path = address.removeprefix("http://127.0.0.1:8000")
    answer = await visitor.client.post(
        path, data={"List-Unsubscribe": "One-Click"}, headers={"origin": "https://mail.example"}
    )
    assert (answer.status_code, answer.text) == (200, "OK")
    assert await Unsubscription.all().count() == 1
    await Unsubscription.all().delete()
    assert (await visitor.client.post(path, data={})).status_code == 403, "our own page has a form token"
    assert await Unsubscription.all().count() == 0
    answer = await visitor.client.post(path, files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200, "the other way to write it"
    for name in ("missed", "thanks"):
        assert await MAILS[name](Channel.EMAIL, "nb", booking=str(booking.id)) is None
    receipt = await bookings_mails.receipt(Channel.EMAIL, "nb", booking=str(booking.id))
    assert receipt is not None
    stored = await Unsubscription.get()
    assert b"ola" not in stored.address_hash
    assert stored.address_hash == address_hash(Channel.EMAIL, "ola@example.no")
    assert offer.id != stored.id


async def test_a_link_only_asks_the_button_stops_and_there_is_a_way_back(visitor: Visitor) -> None:
    path = unsubscribe_path(Channel.EMAIL, "ola@example.no")
    page = await visitor.open(path)
    assert page.heading == "Vil du ikke ha slike meldinger?"
    assert await Unsubscription.all().count() == 0
    for _ in range(2):
        stopped = await visitor.follow(await visitor.submit(page, path))
        assert stopped.heading == "Meldingene er stoppet"
    assert await Unsubscription.all().count() == 1
    back = await visitor.follow(await visitor.submit(stopped, "/undo"))
    assert "Du får meldinger fra oss igjen." in back.text
    assert await Unsubscription.all().count() == 0


@pytest.mark.parametrize("change", [0, 5, 16, -1])
async def test_a_link_that_is_not_ours_stops_nothing(visitor: Visitor, change: int) -> None:
    token = unsubscribe_path(Channel.EMAIL, "ola@example.no").rpartition("/")[2]
    letters = list(token)
    letters[change] = "A" if letters[change] != "A" else "B"
    for wrong in ("".join(letters), token[:-4], token + "AAAA", "x", "é" * 8):
        assert hash_of(wrong, NOW) is None, wrong
        assert (await visitor.open(f"/unsubscribe/{wrong}")).status == 404
        assert (
            await visitor.client.post(f"/unsubscribe/{wrong}", data={"List-Unsubscribe": "One-Click"})
        ).status_code == 404
    assert await Unsubscription.all().count() == 0


async def test_a_phone_number_and_an_address_are_told_apart(db: None) -> None:
    await stop_news(address_hash(Channel.SMS, "+4791000001"), now=NOW)
    assert address_hash(Channel.EMAIL, "+4791000001") != address_hash(Channel.SMS, "+4791000001")


async def test_who_says_no_once_more_has_said_it_of_what_was_asked_in_between(db: None) -> None:
    hashed, asked = address_hash(Channel.EMAIL, "ida@example.no"), NOW + DAY
    await stop_news(hashed, now=NOW)
    assert await wants_news(Channel.EMAIL, "ida@example.no", asked)
    await stop_news(hashed, now=NOW + 2 * DAY)
    assert not await wants_news(Channel.EMAIL, "ida@example.no", asked)
    assert await wants_news(Channel.EMAIL, "ida@example.no", NOW + 3 * DAY)
