"""Who books for whom, and how to reach them: the form, and what is known of whoever is signed in."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import row
from marketplace.base.web.http import Request
from marketplace.base.web.limits import Tries, of_address, of_visitor
from marketplace.settings import settings
from offers.bookings.forms import BookingForm
from offers.bookings.rules import participant_name
from offers.publishing.questions import rules as asked
from offers.seats.claims import Party
from organizations.members.models import Role

HOUR, DAY, WEEK, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=30)


class Contact(NamedTuple):
    """An address or a number of somebody, and how it is written to."""

    channel: str
    value: str


class Reached(NamedTuple):
    """A contact point that somebody has already. `verified_at`: since when it is proven theirs."""

    id: UUID
    verified_at: datetime | None


async def own_contact(request: Request) -> Contact | None:
    """The first address that the signed-in person has proven theirs, and that takes messages where one does. A guide's
    is not where messages should go."""
    if request.person is None or Role.GUIDE in request.roles:
        return None
    return await row(
        Contact,
        """SELECT channel, value FROM contact_point WHERE person_id = $1 AND verified_at IS NOT NULL
        ORDER BY refused_at IS NOT NULL, channel, created_at, id LIMIT 1""",
        request.person.id,
    )


async def party_of(
    request: Request, data: BookingForm, comes_for: Collection[UUID], dates: int = 1
) -> tuple[Party, list[Tries]]:
    """The party of a form for so many dates, and what its booking counts for: this network, this person, and the
    address unless it is proven theirs, since somebody else must not use up what is one's own."""
    me, reach = request.person, data.reach
    helps = Role.GUIDE in request.roles
    guided = helps and data.who == "other"
    known = await row(
        Reached,
        """SELECT id, verified_at FROM contact_point WHERE person_id = $1 AND channel = $2 AND value = $3
        ORDER BY verified_at NULLS LAST, id LIMIT 1""",
        me.id, *reach,
    ) if me and reach and not guided else None  # fmt: skip
    tries = [] if helps else of_network(request, dates * data.seats)
    if reach and not (known and known.verified_at):
        tries.append(booking_for(reach[1], request.now))
    if me:
        tries.append(Tries("book as", str(me.id), 200, DAY))
    participant = data.who if isinstance(data.who, UUID) else None
    party = Party(
        name=data.name, seats=data.seats, participant=participant,
        participant_name=None if participant
        else participant_name(data.participant_name, data.name, me.name) if me else data.participant_name,
        channel=reach[0] if reach else None, address=reach[1] if reach else None, person=me.id if me else None,
        contact_id=known.id if known else None, waiting_ok=data.waiting_ok, helps=helps, guided=guided,
        alias=guided and data.alias, companions=data.names,
        said={name: sent[-1] for name, sent in (await request.fields()).items() if name.startswith(asked.FIELDS)},
        organization=data.organization if data.organization in comes_for else next(iter(comes_for), None),
    )  # fmt: skip
    return party, tries


SEATS_AN_HOUR = 100
"""Of a network. One form alone may have as many: a class that comes together."""


def of_network(request: Request, seats: int) -> list[Tries]:
    """What the seats of a form count for at this network. A guide's are not counted, nor those of a network that the
    operator knows. Whoever is not signed in has proven nothing: of such seats a network has so many a week."""
    tries = of_visitor("book", request, SEATS_AN_HOUR, HOUR, count=min(seats, SEATS_AN_HOUR))
    if request.person is None:
        most = settings().unproven_seats
        tries += of_visitor("book unproven", request, most, WEEK, count=min(seats, most))
    return tries


def booking_for(address: str, now: datetime) -> Tries:
    """What a booking counts for with an address that may be anybody's: each sends it a message."""
    return of_address("book for", address, 40, MONTH, now=now)
