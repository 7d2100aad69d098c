"""An offer of Kari's, those who are booked, and what they are told."""

from datetime import timedelta
from typing import Any

from icalendar import Calendar

from marketplace.base.models import OutboxMessage
from marketplace.base.post.mail import MAILS, Content
from marketplace.people.models import Person
from offers.catalogue.models import Offer, SeatPool, Session
from offers.seats.models import Booking, BookingState
from tests import make
from tests.visitor import Page, Visitor

WEEK = timedelta(weeks=1)


async def course(kari: Person, **other: Any) -> Offer:
    """Kari's offer with one session in a week, in the town hall."""
    membership = await kari.memberships.all().select_related("organization").get()  # type: ignore[attr-defined]
    return await make.offer(owner=membership.organization, venue=await make.venue(), **other)


async def book(offer: Offer, name: str, reach: str = "", state: BookingState = BookingState.CONFIRMED,
               **other: Any) -> Booking:  # fmt: skip
    """A booking in the offer's first pool, reached by e-mail, by phone, or not at all."""
    somebody = await make.person(name)
    contact = await make.contact(somebody, reach, verified=False) if reach else None
    pool = (await SeatPool.filter(offer=offer).order_by("starts_at", "id"))[0]
    return await make.booking(pool, somebody, state, contact=contact, **other)


async def session_of(offer: Offer) -> Session:
    return (await Session.filter(offer=offer).order_by("starts_at"))[0]


async def told() -> list[tuple[str, str, str]]:
    """Channel, address and mail of every message, in the order of addresses."""
    found = await OutboxMessage.all().order_by("address")
    return [(message.channel.value, message.address, message.mail) for message in found]


async def content(message: OutboxMessage) -> Content:
    made = await MAILS[message.mail](message.channel, message.lang, **message.facts)
    assert made is not None
    return made


def event(made: Content) -> tuple[str, Any]:
    """The METHOD and the only event of a calendar part."""
    assert made.calendar is not None
    calendar = Calendar.from_ical(made.calendar)
    (found,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == made.method
    return str(made.method), found


async def move(visitor: Visitor, session: Session, **typed: Any) -> Page:
    path = f"/manage/sessions/{session.id}/move"
    return await visitor.submit(await visitor.open(path), "/move", **typed)


def listed(page: Page) -> list[list[str]]:
    """The table of a page, its head first."""
    return [[cell.get_text() for cell in line.find_all(["th", "td"])] for line in page.soup.select("tr")]
