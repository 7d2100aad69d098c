"""A reminder the day before: once, to those who are coming, and not to those who booked just now."""

from datetime import timedelta

from marketplace.base.database import rows
from marketplace.base.i18n import LANGUAGES
from marketplace.base.mail import MAILS
from marketplace.base.models import Channel
from offers.bookings.models import Booking, BookingState, SentWord
from offers.catalogue.models import Joining, SeatPool, Session
from offers.messages import mails  # noqa: F401 - fills MAILS
from offers.messages.jobs import remind
from tests import make
from tests.conftest import NOW


async def addresses() -> list[str]:
    return [
        row["address"]
        for row in await rows("SELECT address FROM outbox_message WHERE mail = 'reminder' ORDER BY 1")
    ]


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
    for hours in (24, 23, 2):
        await remind(starts - timedelta(hours=hours))
    assert await addresses() == ["ola@example.no", "tom@example.no"]
    await remind(starts + timedelta(days=6, hours=1))
    assert await addresses() == ["nora@example.no", "ola@example.no", "ola@example.no", "per@example.no",
                                 "tom@example.no", "tom@example.no"]  # fmt: skip


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
