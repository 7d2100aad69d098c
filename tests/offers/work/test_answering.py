"""Whoever asks for a place knows how long it usually takes, and whom to ring when nobody answers."""

from datetime import timedelta

import pytest
import time_machine

from marketplace.base.models import OutboxMessage
from marketplace.people.models import ContactPoint
from offers.bookings import actions, mails
from offers.bookings.queries import booking as booking_of
from offers.bookings.requests.queries import Expected, expected
from offers.bookings.requests.rules import usually
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.participants import actions as participants_actions
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from offers.work.jobs import tell_who_waits
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LAST_MONTH = NOW - 40 * DAY


async def group(told: bool = True) -> tuple[Organization, Offer]:
    here = await make.organization("Frivilligsentralen", phone="+4751970000")
    if told:
        await make.member(here, Role.EDITOR, "Kari", email="kari@example.no")
    return here, await make.offer("Turgruppa", owner=here, joining=Joining.REQUEST, capacity=None, starts=[])


async def ask(offer: Offer, name: str = "Ola", at: object = NOW) -> Booking:
    person = await make.person(name)
    contact = await make.contact(person, f"{name.lower()}@example.no", verified=False)
    pool = await SeatPool.get(offer=offer)
    return await make.booking(pool, person, BookingState.REQUESTED, contact=contact, created_at=at)


async def answered(offer: Offer, *took: timedelta, at: object = LAST_MONTH) -> None:
    for number, one in enumerate(took):
        booking = await ask(offer, f"Spurt{number}", at)
        await Booking.filter(id=booking.id).update(
            state="confirmed", answered_at=at + one, seated_at=at + one
        )


async def told_to(booking: Booking, now: object = NOW) -> Expected | None:
    return await expected(await booking_of(booking.id, "nb"), "nb", now)


async def test_an_answer_leaves_its_moment(db: None) -> None:
    _here, offer = await group()
    kari = await make.person("Kari")
    for yes in (True, False):
        booking = await ask(offer, f"Ola{yes}")
        await participants_actions.answer_request(booking.id, yes, now=NOW + HOUR, by=kari.id)
        await booking.refresh_from_db()
        assert booking.answered_at == NOW + HOUR
    withdrawn = await ask(offer, "Ida")
    await actions.cancel(withdrawn.id, now=NOW)
    await withdrawn.refresh_from_db()
    assert withdrawn.answered_at is None


async def test_it_says_how_long_it_usually_takes_on_the_page_and_in_the_mail(visitor: Visitor) -> None:
    _here, offer = await group()
    await answered(offer, HOUR, HOUR, DAY, 36 * HOUR, 9 * DAY)
    booking = await ask(offer)
    words = "Frivilligsentralen svarer vanligvis innen to dager."
    assert words in (await visitor.open(link_path(booking.id, 1))).text
    with time_machine.travel(NOW):
        mail = await mails.requested("email", "nb", str(booking.id))
    assert mail is not None
    assert words in " ".join(mail.text.split())
    assert words in " ".join((mail.html or "").split())


async def test_too_few_different_people_tell_nothing(db: None) -> None:
    _here, offer = await group()
    await answered(offer, HOUR, HOUR, HOUR, HOUR)
    (often,) = [await ask(offer, "Ofte", LAST_MONTH)]
    again = [await ask(offer, f"Igjen{number}", LAST_MONTH) for number in range(3)]
    spurt = await Booking.filter(participant__name="Spurt0").first()
    assert spurt is not None
    await Booking.filter(id__in=[one.id for one in again]).update(
        participant_id=spurt.participant_id, state="declined", ended_by="host", answered_at=LAST_MONTH + HOUR
    )
    found = await told_to(often)
    assert found is not None
    assert found.usually == ""


async def test_one_who_asks_as_a_guest_again_and_again_is_one(db: None) -> None:
    _here, offer = await group()
    for number in range(6):
        booking = await ask(offer, f"Gjest{number}", LAST_MONTH)
        await ContactPoint.filter(id=booking.contact_id).update(value="samme@example.no")
        await Booking.filter(id=booking.id).update(
            state="confirmed", answered_at=LAST_MONTH + HOUR, seated_at=LAST_MONTH + HOUR
        )
    found = await told_to(await ask(offer))
    assert found is not None
    assert found.usually == ""


async def test_what_was_answered_this_month_changes_nothing_that_one_can_read_today(db: None) -> None:
    _here, offer = await group()
    await answered(offer, *[HOUR] * 5, at=NOW - 2 * DAY)
    found = await told_to(await ask(offer))
    assert found is not None
    assert found.usually == ""


async def test_another_organisations_answers_are_not_its_own(db: None) -> None:
    _here, offer = await group()
    other = await make.offer("Annet", joining=Joining.REQUEST, capacity=None, starts=[])
    await answered(other, *[HOUR] * 6)
    found = await told_to(await ask(offer))
    assert found is not None
    assert found.usually == ""


@pytest.mark.parametrize(
    ("took", "words"),
    [(HOUR, "en dag"), (DAY, "en dag"), (25 * HOUR, "to dager"), (3 * DAY, "fire dager"), (7 * DAY, "en uke"),
     (8 * DAY, "to uker")],
)  # fmt: skip
def test_the_time_is_rounded_to_a_few_words(took: timedelta, words: str) -> None:
    assert usually("X", took) == f"X svarer vanligvis innen {words}."


def test_an_unknown_or_endless_time_says_nothing() -> None:
    assert (usually("X", None), usually("X", 15 * DAY)) == ("", "")


@pytest.mark.parametrize("why", ["no address", "turned off", "no member"])
async def test_where_nobody_is_told_they_are_asked_to_ring(visitor: Visitor, why: str) -> None:
    here, offer = await group(told=False)
    if why == "no address":
        await make.member(here, Role.EDITOR, "Kari", email="kari@example.no", verified=False)
    if why == "turned off":
        kari = await make.member(here, Role.EDITOR, "Kari", email="kari@example.no")
        await make.notice(kari, here, "request", wanted=False)
    booking = await ask(offer)
    page = await visitor.open(link_path(booking.id, 1))
    assert "Ingen hos Frivilligsentralen får beskjed fra oss akkurat nå. Ring dem på 51 97 00 00" in page.text
    await make.member(here, Role.MANAGER, "Mona", email="mona@example.no")
    assert "Ingen hos Frivilligsentralen" not in (await visitor.open(link_path(booking.id, 1))).text


async def test_after_a_week_they_are_told_whom_to_ring_once(db: None) -> None:
    _here, offer = await group()
    booking = await ask(offer)
    for days in (6, 7, 8, 12, 20):
        await tell_who_waits(NOW + days * DAY)
    (only,) = await OutboxMessage.filter(mail="still_waiting")
    assert (only.address, only.created_at, only.booking_id) == ("ola@example.no", NOW + 7 * DAY, booking.id)
    found = await told_to(booking, NOW + 7 * DAY)
    assert found is not None
    assert found.late


async def test_whoever_got_an_answer_or_was_asked_for_a_talk_is_not_told_so(db: None) -> None:
    here, offer = await group()
    kari = await Membership.get(organization=here)
    done, talked = await ask(offer, "Ida"), await ask(offer, "Aud")
    await participants_actions.answer_request(done.id, True, now=NOW, by=kari.person_id)
    await Booking.filter(id=talked.id).update(talk_asked_at=NOW + 3 * DAY)
    await tell_who_waits(NOW + 8 * DAY)
    assert not await OutboxMessage.filter(mail="still_waiting").exists()
