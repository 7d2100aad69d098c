"""Whom no message reaches hears nothing unless somebody rings: those who are to are told that calls wait."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from marketplace import schedule
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post import outbox
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ContactPoint, Person
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.seats.models import Booking, BookingState
from offers.telling.actions import to_ring
from offers.telling.models import CallAbout, PhoneCall
from offers.work.jobs import tell_of_calls
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.conftest import post_office
from tests.marketplace.base.post.office import Handler

__all__ = ["post_office", "schedule"]  # the timetable knows every mail
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KARI = "kari@example.no"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


async def offered(**other: object) -> Offer:
    here = await make.organization("Frivilligsentralen")
    await make.member(here, Role.EDITOR, "Kari", email=KARI)
    return await make.offer(owner=here, joining=Joining.WHOLE, starts=[NOW + 9 * DAY], **other)  # type: ignore[arg-type]


async def rung(offer: Offer, name: str, about: CallAbout = CallAbout.PROMOTED, at: datetime = NOW,
               **other: object) -> Booking:  # fmt: skip
    """Somebody who has a telephone only, and is to be rung."""
    person = await make.person(name, **other)
    contact = await ContactPoint.create(
        person=person, channel=Channel.CALL, value="+4751000077", created_at=NOW
    )
    booking = await make.booking(
        await SeatPool.get(offer=offer), person, BookingState.CONFIRMED, contact=contact, created_at=NOW - DAY
    )
    await to_ring(about, booking.id, key=f"{about}:{booking.id}", now=at)
    return booking


async def told() -> list[datetime]:
    return [
        one.created_at for one in await OutboxMessage.filter(mail="calls_wait", address=KARI).order_by("id")
    ]


async def days(*after: timedelta) -> None:
    for one in after:
        await tell_of_calls(NOW + one)


async def test_calls_that_nobody_makes_are_told_of_in_one_message_and_once_more_after_two_days(
    post_office: Handler,
) -> None:
    offer = await offered()
    for name in ("Ola Hemmelig", "Liv"):
        await rung(offer, name)
    await days(29 * MINUTE)
    assert await told() == [], "whoever has just cancelled something sees the list, and rings"
    await days(30 * MINUTE, 31 * MINUTE, HOUR, DAY, 2 * DAY, 3 * DAY, 8 * DAY)
    assert await told() == [NOW + 30 * MINUTE, NOW + 2 * DAY]
    await outbox.send_due(refuse, lambda: NOW + HOUR)
    words = post_office.taken[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert post_office.taken[0]["Subject"] == "Noen må ringes"
    assert "2 som er påmeldt hos Frivilligsentralen, venter på en telefon." in words
    assert "/manage#to-call" in words
    assert "Hemmelig" not in words
    assert "51000077" not in words


async def test_what_has_been_rung_or_is_true_no_more_is_not_told_of(post_office: Handler) -> None:
    offer = await offered()
    done = await rung(offer, "Ola")
    left = await rung(offer, "Liv")
    await PhoneCall.filter(booking=done).update(called_at=NOW)
    await Booking.filter(id=left.id).update(state="cancelled", ended_by="self")
    await days(HOUR)
    assert await told() == []
    waits = await rung(offer, "Aud")
    await days(HOUR)
    assert len(await told()) == 1
    await PhoneCall.filter(booking=waits).update(called_at=NOW)
    assert await outbox.send_due(refuse, lambda: NOW + HOUR) == 0, "somebody has rung before it left"


async def test_nobody_is_told_at_night_and_of_what_is_over(post_office: Handler) -> None:
    offer = await offered()
    night = datetime(2026, 10, 13, 20, 30, tzinfo=UTC)
    await rung(offer, "Ola", at=night - 2 * HOUR)
    await tell_of_calls(night)
    assert await told() == []
    await Session.filter(offer=offer).update(starts_at=night - 3 * HOUR, ends_at=night - HOUR)
    session = await Session.get(offer=offer)
    await PhoneCall.all().update(session_id=session.id)
    await tell_of_calls(night + 11 * HOUR)
    assert await told() == []
    await PhoneCall.all().update(session_id=None)
    await SeatPool.filter(offer=offer).update(ends_at=NOW + 9 * DAY)
    await tell_of_calls(night + 11 * HOUR)
    assert await told() == [night + 11 * HOUR]


async def test_whose_number_is_hidden_from_them_is_not_theirs_to_ring(post_office: Handler) -> None:
    offer = await offered()
    await rung(offer, "Ola", shielded=True)
    await days(HOUR, DAY)
    assert await told() == []


async def test_who_asked_to_be_rung_is_told_of_at_once_and_again_after_two_days(post_office: Handler) -> None:
    offer = await offered()
    await rung(offer, "Ola", CallAbout.ASKED)
    await days(MINUTE, HOUR, DAY)
    assert (await OutboxMessage.filter(mail="ring_me").count(), await told()) == (1, [])
    await days(2 * DAY, 3 * DAY, 5 * DAY)
    assert await told() == [NOW + 2 * DAY]


async def test_calls_that_nobody_could_be_told_of_are_told_of_when_somebody_can(post_office: Handler) -> None:
    offer = await offered()
    await ContactPoint.filter(value=KARI).update(refused_at=NOW)
    await rung(offer, "Ola")
    await days(HOUR)
    assert await told() == []
    await make.contact(await Person.get(name="Kari"), "kari@jobb.example.no")
    await days(2 * HOUR)
    assert await OutboxMessage.filter(mail="calls_wait", address="kari@jobb.example.no").count() == 1
