"""A reminder the day before and again before the start, or when the offer says: once, to those who are coming, and not
to those who booked just now."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from marketplace.base.data.database import in_transaction, rows
from marketplace.base.i18n import LANGUAGES
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from offers.bookings.models import SentWord
from offers.catalogue.models import Joining, SeatPool, Session
from offers.messages.reminders.actions import remind
from offers.seats.models import Booking, BookingState
from tests import make
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """Mails tell of what is to come: they are written at the usual moment."""
    with time_machine.travel(NOW, tick=True):
        yield


async def addresses() -> list[str]:
    return [
        row["address"]
        for row in await rows("SELECT address FROM outbox_message WHERE mail = 'reminder' ORDER BY 1")
    ]


async def reminded() -> list[int]:
    """How many hours before it each reminder was planned for, as they were made."""
    found = await rows("SELECT dedupe_key FROM outbox_message WHERE mail = 'reminder' ORDER BY created_at")
    return [int(row["dedupe_key"].rpartition(":")[2]) for row in found]


async def somebody_at(starts: datetime, **offer: object) -> Session:
    """A session that Ola has booked."""
    made = await make.offer(joining=Joining.PER_SESSION, starts=[starts], **offer)  # type: ignore[arg-type]
    person = await make.person("Ola")
    contact = await make.contact(person, "ola@example.no")
    await make.booking(await SeatPool.get(offer=made), person, contact=contact)
    return await Session.get(offer=made)


async def test_who_comes_is_reminded_once_the_day_before(db: None) -> None:
    starts = NOW + timedelta(days=3)
    offer = await make.offer(
        joining=Joining.WHOLE, capacity=None, starts=[starts, starts + timedelta(days=7)]
    )
    pool, first = (
        await SeatPool.get(offer=offer),
        await Session.filter(offer=offer).order_by("starts_at").first(),
    )
    for name in ("ola", "kari", "nora", "per", "tom"):
        person = await make.person(name.title())
        contact = await make.contact(person, f"{name}@example.no", verified=False)
        state = BookingState.WAITING if name == "kari" else BookingState.CONFIRMED
        await make.booking(pool, person, state, contact=contact)
    await make.booking(pool, await make.person("Without a channel"))
    await SentWord.create(booking=await Booking.get(participant__name="Nora"), session=first, at=NOW)
    await Booking.filter(participant__name="Per").update(changed_at=starts - timedelta(hours=5))
    await remind(starts - timedelta(hours=25))
    assert await addresses() == []
    for hours in (24, 23, 3):
        await remind(starts - timedelta(hours=hours))
    assert await addresses() == ["ola@example.no", "tom@example.no"]
    await remind(starts - timedelta(hours=2))
    await remind(starts - timedelta(hours=1, minutes=5))
    assert await addresses() == ["ola@example.no", "ola@example.no", "per@example.no", "tom@example.no",
                                 "tom@example.no"]  # fmt: skip
    await rows("DELETE FROM outbox_message")
    await remind(starts + timedelta(days=6, hours=1))
    assert await addresses() == ["nora@example.no", "ola@example.no", "per@example.no", "tom@example.no"]


async def test_the_offer_says_when_it_reminds(db: None) -> None:
    starts = NOW + timedelta(days=20)
    await somebody_at(starts, remind_hours=[168, 1])
    for hours in (169, 168, 24, 2, 1):
        await remind(starts - timedelta(hours=hours))
    assert await reminded() == [168, 1]


async def test_an_offer_that_names_no_hours_reminds_nobody(db: None) -> None:
    starts = NOW + timedelta(days=3)
    await somebody_at(starts, remind_hours=[])
    await remind(starts - timedelta(hours=2))
    assert await reminded() == []


@pytest.mark.parametrize(
    ("back", "sent"), [(20, [24]), (3, [24]), (1.9, [2]), (1.1, [2]), (0.9, []), (-1, [])]
)
async def test_a_worker_that_was_away_for_days_sends_what_is_still_of_use_and_one_only(
    db: None, back: float, sent: list[int]
) -> None:
    starts = NOW + timedelta(days=3)
    await somebody_at(starts)
    await remind(starts - timedelta(hours=back))
    assert await reminded() == sent


@pytest.mark.parametrize(
    "day", [datetime(2026, 10, 25, 17, tzinfo=UTC), datetime(2027, 3, 28, 16, tzinfo=UTC)]
)
async def test_on_the_sunday_when_clocks_change_it_is_real_hours_before(db: None, day: datetime) -> None:
    """18 on both Sundays; the reminder leaves at 19 on the Saturday in October, at 17 in March."""
    session = await somebody_at(day)
    async with in_transaction():
        await rows("SET LOCAL timezone TO 'Europe/Oslo'")  # whatever the database thinks
        await remind(session.starts_at - timedelta(hours=24, minutes=1))
        assert await reminded() == []
        await remind(session.starts_at - timedelta(hours=24))
        assert await reminded() == [24]


async def test_two_who_remind_at_once_send_one(db: None) -> None:
    starts = NOW + timedelta(days=3)
    await somebody_at(starts)
    await asyncio.gather(*(remind(starts - timedelta(hours=20)) for _ in range(6)))
    assert await reminded() == [24]


async def test_a_session_that_is_moved_later_reminds_anew_but_not_who_just_heard(db: None) -> None:
    starts = NOW + timedelta(days=3)
    session = await somebody_at(starts)
    await remind(starts - timedelta(hours=24))
    moved = starts - timedelta(hours=20)
    later = starts + timedelta(days=2)
    await Session.filter(id=session.id).update(
        starts_at=later, ends_at=later + timedelta(hours=2), sequence=1, changed_at=moved
    )
    await remind(moved + timedelta(hours=1))
    assert await reminded() == [24]
    await remind(later - timedelta(hours=23))
    assert await reminded() == [24, 24]
    # Another place, an hour before it would have said so: they have had that message.
    await Session.filter(id=session.id).update(sequence=2, changed_at=later - timedelta(hours=22))
    await remind(later - timedelta(hours=21))
    assert await reminded() == [24, 24]


async def test_a_reminder_that_comes_too_late_or_of_another_time_says_nothing(db: None) -> None:
    session = await somebody_at(NOW + timedelta(hours=2))
    facts = {"booking": str((await Booking.get()).id), "session": str(session.id)}
    assert await MAILS["reminder"](Channel.EMAIL, "nb", **facts, sequence=0) is not None
    assert await MAILS["reminder"](Channel.EMAIL, "nb", **facts, sequence=1) is None
    with time_machine.travel(NOW + timedelta(hours=2), tick=True):
        assert await MAILS["reminder"](Channel.EMAIL, "nb", **facts, sequence=0) is None


async def test_a_worker_that_was_away_sends_nothing_for_what_is_about_to_begin(db: None) -> None:
    starts = NOW + timedelta(days=3)
    offer = await make.offer(joining=Joining.PER_SESSION, starts=[starts])
    person = await make.person("Ola")
    await make.booking(
        await SeatPool.get(offer=offer), person, contact=await make.contact(person, "ola@example.no")
    )
    await remind(starts - timedelta(minutes=30))
    await remind(starts + timedelta(hours=1))
    assert await addresses() == []


async def test_the_reminder_says_when_and_how_to_cancel_in_each_language(db: None) -> None:
    offer = await make.offer("Sov bedre", starts=[NOW + timedelta(days=3)])
    person = await make.person("Ola")
    booking = await make.booking(
        await SeatPool.get(offer=offer), person, contact=await make.contact(person, "ola@example.no")
    )
    session = await Session.get(offer=offer)
    for lang in LANGUAGES:
        content = await MAILS["reminder"](
            Channel.EMAIL, lang, booking=str(booking.id), session=str(session.id)
        )
        assert content is not None
        assert "Sov bedre" in content.text
        assert "Sov bedre" not in content.subject
        assert "/bookings/" in content.text
        sms = await MAILS["reminder"](Channel.SMS, lang, booking=str(booking.id), session=str(session.id))
        assert sms is not None
        assert len(sms.text) <= 160
    await Session.filter(id=session.id).update(status="cancelled")
    assert (
        await MAILS["reminder"](Channel.EMAIL, "nb", booking=str(booking.id), session=str(session.id)) is None
    )
