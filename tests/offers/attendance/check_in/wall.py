"""A session with its words on the wall, and people who come."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.people.models import Person
from offers.attendance.check_in import actions, queries
from offers.catalogue.models import Joining, SeatPool, Session
from offers.seats.models import Booking
from organizations.directory.models import Organization
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.registers import evening
from tests.visitor import Page, Visitor


def some_id(number: int) -> UUID:
    return UUID(int=number << 64 | number)


async def awaiting(
    *,
    begins: timedelta = timedelta(minutes=10),
    joining: Joining = Joining.WHOLE,
    owner: Organization | None = None,
) -> tuple[Session, Person]:
    """A session of two hours that begins in ten minutes, with check-in turned on, and its host."""
    _offer, session, host = await evening(joining=joining, owner=owner, starts=NOW + begins)
    await actions.turn_on(session, by=host.id, now=NOW)
    return session, host


async def words_of(session: Session) -> str:
    return (await queries.wall(session.id)).words


async def booked(session: Session, name: str = "Amina", **other: Any) -> tuple[Person, Booking]:
    """Somebody who is booked, with an address that is proven theirs."""
    person = await make.person(name, f"{name.lower()}@example.no")
    pool = await SeatPool.get(offer_id=session.offer_id)
    return person, await make.booking(pool, person, **other)


async def says(visitor: Visitor, words: str, **typed: Any) -> Page:
    """Type the words on the page where they are typed."""
    return await visitor.submit(await visitor.open("/check-in"), "/check-in", said=words, **typed)


async def heads() -> tuple[int, int]:
    """Of the session: the host's own count, and those by code."""
    found = await rows("SELECT count, by_code FROM head_count")
    return (found[0]["count"], found[0]["by_code"]) if found else (0, 0)
