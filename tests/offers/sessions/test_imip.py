"""Calendar mails as they leave through a real SMTP server: as design/calendar.md wants them."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import icalendar
import pytest
import time_machine

from marketplace import schedule
from marketplace.base import clock
from marketplace.base.models import OutboxMessage
from marketplace.base.post import outbox
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ContactPoint
from marketplace.settings import settings
from offers.bookings import actions as bookings_actions
from offers.bookings.mending.rules import LATELY
from offers.bookings.models import CalendarEntry
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from offers.sessions import actions
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.conftest import post_office
from tests.marketplace.base.post.office import Handler
from tests.visitor import Visitor

__all__ = ["post_office", "schedule"]  # the timetable knows every mail
OLA = "ola@example.no"


async def send() -> int:
    return await outbox.send_due(refuse, clock.now)


async def booked(visitor: Visitor, offer: Offer, reach: str = OLA, name: str = "Ola") -> Booking:
    """Somebody books, on the page."""
    session = await Session.filter(offer=offer).order_by("starts_at").first()
    query = f"?session={session.id}" if session and offer.joining == Joining.PER_SESSION else ""
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new{query}")
    done = await visitor.submit(page, "/bookings", who="me", name=name, contact="email", email=reach, seats=1)
    assert done.status == 303, done.text
    return (await Booking.all().order_by("-id"))[0]


def shape(message: EmailMessage) -> list[str]:
    """The content types of its parts, in order."""
    return [part.get_content_type() for part in message.walk()]


def part(message: EmailMessage) -> tuple[str, list[Any]]:
    """METHOD and events of the calendar part, which must be as mail programs want it."""
    assert shape(message) == ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    calendar = list(message.walk())[-1]
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert calendar["Content-Disposition"] is None
    assert calendar.get_param("charset") == "UTF-8"
    raw = calendar.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    found = icalendar.Calendar.from_ical(raw)
    assert calendar.get_param("method") == found["METHOD"]
    assert "UID" not in found
    sender = f"mailto:{parseaddr(str(message['From']))[1]}"
    for event in found.walk("VEVENT"):
        assert str(event["ORGANIZER"]) == sender == f"mailto:{parseaddr(settings().mail_from)[1]}"
        assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt
        if found["METHOD"] == "PUBLISH":
            assert "ATTENDEE" not in event
        else:
            assert str(event["ATTENDEE"]) == f"mailto:{message['To']}"
            assert dict(event["ATTENDEE"].params) == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    return str(found["METHOD"]), found.walk("VEVENT")


def told(message: EmailMessage) -> tuple[str, int, str]:
    """METHOD, SEQUENCE and STATUS of a mail about one event."""
    method, (event,) = part(message)
    return method, event["SEQUENCE"], event["STATUS"]


def uid(message: EmailMessage) -> str:
    return str(part(message)[1][0]["UID"])


@pytest.fixture
async def kari(db: None) -> Any:
    return await make.member(await make.organization(), Role.EDITOR)


async def test_a_booking_has_one_uid_and_a_higher_sequence_at_each_change(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    offer = await make.offer(joining=Joining.PER_SESSION, venue=await make.venue())
    await booked(visitor, offer)
    await send()
    session = await Session.get().select_related("offer")
    elsewhere = await make.venue("Biblioteket")
    later = session.starts_at + timedelta(days=1)
    times = {"starts_at": later, "ends_at": later + timedelta(hours=2)}
    await actions.move(session, sequence=0, **times, venue_id=offer.venue_id, by=kari.id, now=clock.now())
    await send()
    session = await Session.get().select_related("offer")
    await actions.move(session, sequence=1, **times, venue_id=elsewhere.id, by=kari.id, now=clock.now())
    await send()
    await bookings_actions.cancel((await Booking.get()).id, now=clock.now())
    await send()
    mails = post_office.taken
    assert [told(mail) for mail in mails] == [
        *(("REQUEST", number, "CONFIRMED") for number in range(3)), ("CANCEL", 3, "CANCELLED"),
    ]  # fmt: skip
    assert len({uid(mail) for mail in mails}) == 1
    places = [str(part(mail)[1][0]["LOCATION"]).partition(",")[0] for mail in mails]
    assert places == ["Sandnes rådhus", "Sandnes rådhus", "Biblioteket", "Biblioteket"]
    assert len({mail["Message-ID"] for mail in mails}) == 4
    visitor.wait(LATELY)  # asked at once, the page would ask whether it is the same once more
    again = await booked(visitor, offer)
    await send()
    assert uid(post_office.taken[-1]) != uid(mails[0]), "a new booking is a new event"
    assert again.state == BookingState.CONFIRMED


async def test_a_session_that_is_cancelled_is_cancelled_with_the_same_uid(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    await booked(visitor, await make.offer(joining=Joining.PER_SESSION))
    session = await Session.get().select_related("offer")
    await send()
    await actions.cancel(session, sequence=0, note="Aud er syk.", by=kari.id, now=clock.now())
    await send()
    first, last = post_office.taken
    assert (told(first), told(last)[0], told(last)[2]) == (("REQUEST", 0, "CONFIRMED"), "CANCEL", "CANCELLED")
    assert told(last)[1] > 0
    assert uid(first) == uid(last)
    assert "DTSTART" in part(last)[1][0]


def taken_back(message: EmailMessage) -> dict[str, int]:
    """UID and SEQUENCE of every CANCEL that a mail bears: one as its own part, or several attached."""
    parts = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
    if len(parts) == 1:
        method, (event,) = part(message)
        assert method == "CANCEL"
        return {str(event["UID"]): int(event["SEQUENCE"])}
    assert shape(message)[:4] == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]
    found = {}
    for one in parts:
        assert one.get_content_disposition() == "attachment"
        assert str(one.get_filename()).endswith(".ics")
        calendar = icalendar.Calendar.from_ical(one.get_payload(decode=True))
        assert one.get_param("method") == str(calendar["METHOD"]) == "CANCEL"
        (event,) = calendar.walk("VEVENT")
        assert (str(event["STATUS"]), str(event["ATTENDEE"])) == ("CANCELLED", f"mailto:{message['To']}")
        assert str(event["ORGANIZER"]) == f"mailto:{parseaddr(settings().mail_from)[1]}"
        found[str(event["UID"])] = int(event["SEQUENCE"])
    plain = next(one for one in message.walk() if one.get_content_type() == "text/plain")
    assert f"ligger det {len(parts)} kalenderfiler" in plain.get_content()
    return found


def left(mails: list[EmailMessage]) -> set[str]:
    """UIDs that stand in the calendar of somebody who obeys every mail, in the order they came. A CANCEL that is not
    above what it cancels is not obeyed, nor one of what they never got."""
    known: dict[str, int] = {}
    standing: set[str] = set()
    for mail in mails:
        parts = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
        for one in parts:
            calendar = icalendar.Calendar.from_ical(one.get_payload(decode=True))
            for event in calendar.walk("VEVENT"):
                name, sequence = str(event["UID"]), int(event["SEQUENCE"])
                if str(calendar["METHOD"]) == "CANCEL":
                    assert name in standing, "only what they have is taken back, and once"
                    assert sequence > known[name]
                    standing.discard(name)
                else:
                    assert sequence >= known.get(name, 0)
                    standing.add(name)
                known[name] = sequence
    return standing


async def course(
    visitor: Visitor, days: tuple[int, ...] = (7, 14, 21)
) -> tuple[Offer, Booking, list[Session]]:
    """A course that Ola has booked, and its sessions; the receipt has been sent."""
    offer = await make.offer(joining=Joining.WHOLE, starts=[NOW + timedelta(days=day) for day in days])
    booking = await booked(visitor, offer)
    await send()
    return offer, booking, await Session.filter(offer=offer).order_by("starts_at").select_related("offer")


async def test_what_was_published_is_changed_session_by_session_and_all_of_it_taken_back(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    """The organiser cancels one session and moves another; then the resident leaves the course."""
    _offer, booking, (_first, second, third) = await course(visitor)
    await actions.cancel(second, sequence=0, note="", by=kari.id, now=clock.now())
    later = third.starts_at + timedelta(hours=1)
    await actions.move(third, sequence=0, starts_at=later, ends_at=later + timedelta(hours=1), venue_id=None,
                       by=kari.id, now=clock.now())  # fmt: skip
    await send()
    receipt, *changes = post_office.taken
    method, events = part(receipt)
    published = [str(event["UID"]) for event in events]
    assert (method, len(published)) == ("PUBLISH", 3)
    assert sorted(told(mail) for mail in changes) == [("CANCEL", 1, "CANCELLED"), ("REQUEST", 1, "CONFIRMED")]
    await bookings_actions.cancel(booking.id, now=clock.now())
    await send()
    assert taken_back(post_office.taken[-1]) == {published[0]: 1, published[2]: 2}
    assert left(post_office.taken) == set()


@pytest.mark.parametrize("first", ["session", "booking"])
async def test_two_ends_at_once_take_each_date_back_once(
    visitor: Visitor, post_office: Handler, kari: Any, first: str
) -> None:
    """Both mails wait together, and may have the same moment."""
    _offer, booking, (_one, second, _three) = await course(visitor)
    now = clock.now()
    if first == "session":
        await actions.cancel(second, sequence=0, note="", by=kari.id, now=now)
    await bookings_actions.cancel(booking.id, now=now)
    if first == "booking":
        await actions.cancel(second, sequence=0, note="", by=kari.id, now=now)
    await send()
    assert left(post_office.taken) == set()


async def test_a_whole_offer_that_is_cancelled(visitor: Visitor, post_office: Handler, kari: Any) -> None:
    offer, _booking, _sessions = await course(visitor, (7, 14))
    await actions.cancel_offer(offer, note="", by=kari.id, now=clock.now())
    await send()
    assert len(taken_back(post_office.taken[-1])) == 2
    assert left(post_office.taken) == set()


async def test_several_dates_have_an_organiser_and_each_is_taken_back(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    offer = await make.offer(
        joining=Joining.PER_SESSION, starts=[NOW + timedelta(days=day) for day in (7, 14)]
    )
    dates = [str(one.id) for one in await Session.filter(offer=offer)]
    page = await visitor.open(f"/offers/{offer.slug}/bookings/several")
    done = await visitor.submit(page, "/several", who="me", name="Ola", contact="email", email=OLA, seats=1,
                                dates=dates)  # fmt: skip
    assert done.status == 303, done.text
    await send()
    method, events = part(post_office.taken[0])
    assert (method, len(events)) == ("PUBLISH", 2)
    for booking in await Booking.all():
        await bookings_actions.cancel(booking.id, now=clock.now())
    await send()
    assert left(post_office.taken) == set()


async def test_who_heard_of_no_date_gets_none_taken_back(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    """They booked and left before any mail went out, so their calendar knows nothing of it."""
    offer = await make.offer(joining=Joining.WHOLE, starts=[NOW + timedelta(days=day) for day in (7, 14)])
    booking = await booked(visitor, offer)
    await bookings_actions.cancel(booking.id, now=clock.now())
    await send()
    assert [shape(mail) for mail in post_office.taken] == [
        ["multipart/alternative", "text/plain", "text/html"]
    ]


async def test_a_second_try_takes_back_what_the_first_did_not(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    """The mail server is busy at first: what has not left has taken nothing back."""
    _offer, booking, _sessions = await course(visitor)
    post_office.rcpt[OLA] = "451 4.3.0 Try again"
    await bookings_actions.cancel(booking.id, now=clock.now())
    assert await send() == 0
    assert await CalendarEntry.exclude(taken_back_at=None).count() == 0
    del post_office.rcpt[OLA]
    await OutboxMessage.all().update(due_at=clock.now())
    assert await send() == 1
    assert len(taken_back(post_office.taken[-1])) == 3
    assert await CalendarEntry.filter(taken_back_at=None).count() == 0


async def test_whoever_takes_a_booking_over_has_nothing_of_the_others_taken_back(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    """The dates lie in the calendar of whoever booked; the new address has never got them."""
    _offer, booking, _sessions = await course(visitor)
    ida = await make.person("Ida")
    await Booking.filter(id=booking.id).update(contact_id=(await make.contact(ida, "ida@example.no")).id)
    await bookings_actions.cancel(booking.id, now=clock.now())
    await send()
    last = post_office.taken[-1]
    assert (last["To"], shape(last)) == (
        "ida@example.no",
        ["multipart/alternative", "text/plain", "text/html"],
    )


async def test_a_sensitive_offer_is_an_appointment_in_every_calendar_mail(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    offer = await make.offer(
        "Pårørendegruppe", joining=Joining.PER_SESSION, sensitive=True, venue=await make.venue()
    )
    await booked(visitor, offer)
    session = await Session.get().select_related("offer")
    await send()
    later = session.starts_at + timedelta(days=1)
    await actions.move(session, sequence=0, starts_at=later, ends_at=later + timedelta(hours=1), venue_id=None,
                       by=kari.id, now=clock.now())  # fmt: skip
    await send()
    await bookings_actions.cancel((await Booking.get()).id, now=clock.now())
    await send()
    assert [str(part(mail)[1][0]["SUMMARY"]) for mail in post_office.taken] == [
        "Avtale",
        "Avtale",
        "AVLYST: Avtale",
    ]
    for mail in post_office.taken:
        (event,) = part(mail)[1]
        assert not {"DESCRIPTION", "LOCATION", "GEO", "URL", "CATEGORIES"} & set(event)
        assert b"rendegruppe" not in list(mail.walk())[-1].get_payload(decode=True)  # type: ignore[operator]
        assert "Pårørendegruppe" not in str(mail["Subject"])


async def test_who_is_only_offered_a_place_gets_no_event(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    await make.offer(joining=Joining.PER_SESSION)
    ida = await make.person("Ida")
    await make.booking(
        await SeatPool.get(), ida, BookingState.OFFERED, contact=await make.contact(ida, "ida@example.no")
    )
    session = await Session.get().select_related("offer")
    later = session.starts_at + timedelta(days=1)
    await actions.move(session, sequence=0, starts_at=later, ends_at=later + timedelta(hours=1), venue_id=None,
                       by=kari.id, now=clock.now())  # fmt: skip
    await send()
    assert [shape(mail) for mail in post_office.taken] == [
        ["multipart/alternative", "text/plain", "text/html"]
    ]


async def test_the_calendar_file_of_a_booking_holds_what_is_to_come(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[NOW + timedelta(days=day) for day in (1, 8, 15)])
    booking = await booked(visitor, offer)
    counts = []
    for days in (0, 2, 7):
        visitor.wait(timedelta(days=days))
        page = await visitor.open(f"{link_path(booking.id, 1)}/calendar.ics")
        counts.append(page.response.text.count("BEGIN:VEVENT"))
    assert counts == [3, 2, 1]


# --- nobody there ---
async def test_an_address_that_the_server_refuses_for_good_stands_under_ring_disse(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    membership = await kari.memberships.all().select_related("organization").get()
    offer = await make.offer(joining=Joining.WHOLE, owner=membership.organization)
    post_office.rcpt["feil@example.no"] = "550 5.1.1 No such user"
    post_office.rcpt["full@example.no"] = "452 4.2.2 Mailbox full"
    for name, reach in (("Per", "feil@example.no"), ("Tor", "full@example.no"), ("Ola", OLA)):
        await booked(visitor, offer, reach, name)
    assert await send() == 1
    assert [mail["To"] for mail in post_office.taken] == [OLA]
    refused = {one.value for one in await ContactPoint.exclude(refused_at=None)}
    assert refused == {"feil@example.no"}
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert "Ingen melding kommer fram til dem, og vi har ikke noe nummer å ringe: Per" in page.text
    assert "E-posten kommer ikke fram" in page.text
    session = await Session.get()
    listed = await visitor.open(f"/manage/sessions/{session.id}/call-list")
    assert [cell.get_text() for cell in listed.soup.select("tbody th")] == ["Per"]
    # What is sent from now on goes to the others, and says whom to ring.
    look = await visitor.submit(await visitor.open(f"/manage/offers/{offer.slug}/write"), "/write", to="all",
                                step="look", text="Hei!")  # fmt: skip
    assert "2 får meldingen." in look.text
    assert "Ingen melding kommer fram til dem. Dere må si fra selv: Per" in look.text


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield
