"""What most tests of attendance begin with and end with: a session with people, and what its register says of them."""

from datetime import datetime, timedelta
from typing import Any

from marketplace.base.data.database import rows
from marketplace.people.models import Person
from offers.attendance.actions import save
from offers.attendance.queries import saved
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.rights.models import HostAssignment
from offers.seats.models import Booking
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW

DAY = timedelta(days=1)


async def evening(
    *names: str,
    joining: Joining = Joining.WHOLE,
    owner: Organization | None = None,
    starts: datetime = NOW - timedelta(minutes=5),
) -> tuple[Offer, Session, Person]:
    """An offer with one session of two hours, which has just begun, these participants, and its host."""
    offer = await make.offer(
        joining=joining, capacity=None, starts=[starts], owner=owner or await make.organization()
    )
    host = await make.member(await Organization.get(id=offer.owner_id), Role.HOST, "Tom")
    await HostAssignment.create(person=host, offer=offer)
    for name in names:
        person = await make.person(name)
        contact = await make.contact(person, f"{name.split()[0].lower()}@example.no", verified=False)
        await make.booking(
            await SeatPool.get(offer=offer), person, contact=contact, created_at=min(NOW, starts - DAY)
        )
    return offer, await Session.get(offer=offer).select_related("offer"), host


async def marks(*what: str) -> dict[str, tuple[Any, ...]]:
    """By name, these columns of everybody's mark."""
    found = await rows(
        """SELECT n.name, a.state, a.seats_present AS seats, a.cause FROM attendance a
        JOIN booking b ON b.id = a.booking_id JOIN person n ON n.id = b.participant_id"""
    )
    return {each["name"]: tuple(each[name] for name in what) for each in found}


async def states() -> dict[str, tuple[Any, ...]]:
    """By name, what the register says of them and how many came."""
    return await marks("state", "seats")


async def kept(session: Session, *present: Booking, now: datetime) -> None:
    """A host saves the register with these, which closes it; again where it stands already."""
    before = (await saved(session.id)).saved_at
    by = await make.person("Kari")
    await save(session, {one.id for one in present}, {}, None, version=before, by=by.id, now=now)
