"""Whoever acted for another has nothing left in their calendar, and learns nothing by its going."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest
import time_machine

from marketplace import schedule
from marketplace.base.data.database import rows, value
from marketplace.base.models import OutboxMessage
from marketplace.my_page.acting import actions as acting
from marketplace.my_page.contacts.actions import remove_contact
from marketplace.people.models import ActsFor, ContactPoint, Person
from marketplace.privacy.erasure.actions import erase
from offers.bookings import actions as bookings_actions
from offers.bookings.models import CalendarEntry
from offers.catalogue.models import Session
from offers.seats.models import Booking
from offers.sessions import actions
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.conftest import post_office
from tests.marketplace.base.post.office import Handler
from tests.offers.messages.test_whom import ADA, KARI, guardian_books
from tests.offers.sessions.test_imip import left, send, taken_back
from tests.visitor import Visitor

__all__ = ["post_office", "schedule"]  # the timetable knows every mail


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def mails(post_office: Handler, to: str) -> list[EmailMessage]:
    return [mail for mail in post_office.taken if mail["To"] == to]


def said(mail: EmailMessage) -> str:
    """All that somebody can read in a mail, its calendar too."""
    parts = [one.get_payload(decode=True) for one in mail.walk() if not one.is_multipart()]
    return f"{mail['Subject']} " + " ".join(part.decode() for part in parts if isinstance(part, bytes))


async def told(visitor: Visitor, post_office: Handler) -> tuple[Person, Person, ActsFor, Booking]:
    """Kari has booked for Ada, and her calendar has got it."""
    kari, ada, relation, booking = await guardian_books(visitor)
    await send()
    assert len(left(mails(post_office, KARI))) == 1
    return kari, ada, relation, booking


async def test_what_a_helper_booked_goes_from_their_calendar_when_they_stop(
    visitor: Visitor, post_office: Handler
) -> None:
    kari, _ada, relation, booking = await told(visitor, post_office)
    await acting.end(kari.id, relation.id, now=NOW)
    await send()
    assert left(mails(post_office, KARI)) == set()
    last = mails(post_office, KARI)[-1]
    calendar = icalendar.Calendar.from_ical(list(last.walk())[-1].get_payload(decode=True))
    (event,) = calendar.walk("VEVENT")
    session = await Session.get()
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (session.starts_at, session.ends_at)
    assert (str(event["SUMMARY"]), event["DTSTAMP"].dt) == ("Avtale", NOW)
    assert {"LOCATION", "DESCRIPTION", "GEO", "URL"} & set(event) == set()
    for secret in ("Ada", "Kari", "Generasjonslekene", "AVLYST", booking.reference[:3] + "-", "/bookings/"):
        assert secret not in said(last), secret
    assert await CalendarEntry.exclude(taken_back_at=None).count() == 1


async def test_several_dates_are_taken_out_one_by_one_and_what_is_over_is_let_be(
    visitor: Visitor, post_office: Handler
) -> None:
    kari, _ada, relation, booking = await guardian_books(visitor)
    first = await Session.get()
    for days in (-3, 7):
        await Session.create(
            offer_id=booking.offer_id, starts_at=first.starts_at + timedelta(days=days), changed_at=NOW,
            ends_at=first.ends_at + timedelta(days=days), status="scheduled", note="", sequence=0,
        )  # fmt: skip
    await send()
    assert len(left(mails(post_office, KARI))) == 3
    with time_machine.travel(first.starts_at - timedelta(hours=1), tick=True):
        await acting.end(kari.id, relation.id, now=first.starts_at - timedelta(hours=1))
        await send()
        assert len(taken_back(mails(post_office, KARI)[-1])) == 2
        assert len(left(mails(post_office, KARI))) == 1


async def cancelled(booking: Booking, _kari: Person) -> None:
    await bookings_actions.cancel(booking.id, now=NOW)


async def moved(_booking: Booking, kari: Person) -> None:
    session = await Session.get().select_related("offer")
    later = session.starts_at + timedelta(hours=1)
    await actions.move(session, sequence=0, starts_at=later, ends_at=later + timedelta(hours=1), venue_id=None,
                       by=kari.id, now=NOW)  # fmt: skip


@pytest.mark.parametrize("act", [cancelled, moved])
async def test_what_becomes_of_it_afterwards_changes_nothing_of_what_they_are_sent(
    visitor: Visitor, post_office: Handler, act: Any
) -> None:
    """The message waits; the booking is cancelled or the date moved, which is nothing of theirs any more."""
    kari, _ada, relation, booking = await told(visitor, post_office)
    before = await Session.get()
    await acting.end(kari.id, relation.id, now=NOW)
    await act(booking, kari)
    await send()
    assert len(mails(post_office, KARI)) == 2
    last = mails(post_office, KARI)[-1]
    (sequence,) = taken_back(last).values()
    (event,) = icalendar.Calendar.from_ical(list(last.walk())[-1].get_payload(decode=True)).walk("VEVENT")
    assert (sequence, event["DTSTART"].dt, event["DTSTAMP"].dt) == (1, before.starts_at, NOW)
    assert "AVLYST" not in said(last)


async def test_whoever_has_it_now_keeps_what_their_calendar_got_meanwhile(
    visitor: Visitor, post_office: Handler
) -> None:
    """The mail server is busy for Kari, so hers leaves after Ada's."""
    kari, _ada, relation, booking = await told(visitor, post_office)
    post_office.rcpt[KARI] = "451 4.3.0 Try again"
    await acting.end(kari.id, relation.id, now=NOW)
    await moved(booking, kari)
    await send()
    del post_office.rcpt[KARI]
    await OutboxMessage.filter(sent_at=None).update(due_at=NOW)
    await send()
    assert left(mails(post_office, KARI)) == set()
    assert len(left(mails(post_office, ADA))) == 1
    assert await CalendarEntry.filter(taken_back_at=None).count() == 1


async def test_what_the_other_booked_alone_and_what_went_elsewhere_is_not_told(
    visitor: Visitor, post_office: Handler
) -> None:
    kari, ada, relation, booking = await told(visitor, post_office)
    alone = await make.booking(
        await booking.pool, ada, contact=await ContactPoint.get(person=ada), booked_by=ada
    )
    assert await CalendarEntry.filter(booking_id=alone.id).count() == 1
    await make.contact(kari, "kari.ny@example.no")
    await acting.end(ada.id, relation.id, now=NOW)
    assert str(alone.id) not in str(
        await value("SELECT facts FROM outbox_message WHERE mail = 'off_calendar'")
    )
    await remove_contact(kari.id, (await ContactPoint.get(value=KARI)).id, now=NOW)
    await send()
    told_of = [mail["To"] for mail in post_office.taken if mail["Subject"] == "Til kalenderen din"]
    assert told_of == [], (
        "the mailbox may be somebody else's by now, and no other has what would be taken out"
    )


async def test_who_is_erased_is_sent_nothing(visitor: Visitor, post_office: Handler) -> None:
    kari, _ada, _relation, _booking = await told(visitor, post_office)
    await erase(kari.id, now=NOW)
    await send()
    assert len(mails(post_office, KARI)) == 1
    assert await rows("SELECT id FROM outbox_message WHERE mail = 'off_calendar'") == []


async def test_what_was_booked_for_who_is_erased_goes_from_the_helpers_calendar(
    visitor: Visitor, post_office: Handler
) -> None:
    """The place goes to somebody else: her mother must not come with her to it."""
    _kari, ada, _relation, _booking = await told(visitor, post_office)
    await erase(ada.id, now=NOW)
    await send()
    assert left(mails(post_office, KARI)) == set()
    assert "Ada" not in said(mails(post_office, KARI)[-1])
    assert mails(post_office, ADA) == []
