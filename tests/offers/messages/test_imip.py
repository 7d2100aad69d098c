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
from marketplace.base import clock, outbox
from marketplace.people.jobs import refuse
from marketplace.people.models import ContactPoint
from marketplace.settings import settings
from offers.bookings import actions as booking_actions
from offers.bookings.models import Booking, BookingState
from offers.bookings.rules import link_path
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.messages import actions
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.test_outbox import Handler, post_office
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
    await booking_actions.cancel((await Booking.get()).id, now=clock.now())
    await send()
    mails = post_office.taken
    assert [told(mail) for mail in mails] == [
        *(("REQUEST", number, "CONFIRMED") for number in range(3)), ("CANCEL", 3, "CANCELLED"),
    ]  # fmt: skip
    assert len({uid(mail) for mail in mails}) == 1
    places = [str(part(mail)[1][0]["LOCATION"]).partition(",")[0] for mail in mails]
    assert places == ["Sandnes rådhus", "Sandnes rådhus", "Biblioteket", "Biblioteket"]
    assert len({mail["Message-ID"] for mail in mails}) == 4
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


async def test_a_course_is_published_changed_session_by_session_and_cancelled_as_it_was_published(
    visitor: Visitor, post_office: Handler, kari: Any
) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[NOW + timedelta(days=day) for day in (7, 14, 21)])
    booking = await booked(visitor, offer)
    await send()
    _first, second, third = await Session.filter(offer=offer).order_by("starts_at").select_related("offer")
    await actions.cancel(second, sequence=0, note="", by=kari.id, now=clock.now())
    later = third.starts_at + timedelta(hours=1)
    await actions.move(third, sequence=0, starts_at=later, ends_at=later + timedelta(hours=1), venue_id=None,
                       by=kari.id, now=clock.now())  # fmt: skip
    await send()
    await booking_actions.cancel(booking.id, now=clock.now())
    await send()
    by_method = [(part(mail)[0], [(event["SEQUENCE"], str(event["STATUS"])) for event in part(mail)[1]])
                 for mail in post_office.taken]  # fmt: skip
    assert by_method[0] == ("PUBLISH", [(0, "CONFIRMED")] * 3)
    assert sorted(by_method[1:3]) == [("CANCEL", [(1, "CANCELLED")]), ("REQUEST", [(1, "CONFIRMED")])]
    assert by_method[3] == ("PUBLISH", [(1, "CANCELLED"), (2, "CANCELLED")])
    published = [str(event["UID"]) for event in part(post_office.taken[0])[1]]
    assert [str(event["UID"]) for event in part(post_office.taken[3])[1]] == [published[0], published[2]]


async def test_a_whole_offer_that_is_cancelled(visitor: Visitor, post_office: Handler, kari: Any) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[NOW + timedelta(days=day) for day in (7, 14)])
    await booked(visitor, offer)
    await send()
    await actions.cancel_offer(offer, note="", by=kari.id, now=clock.now())
    await send()
    method, events = part(post_office.taken[-1])
    assert (method, {str(event["STATUS"]) for event in events}) == ("PUBLISH", {"CANCELLED"})
    assert min(event["SEQUENCE"] for event in events) > 0


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
    await booking_actions.cancel((await Booking.get()).id, now=clock.now())
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
