"""Somebody shielded with a telephone only can be rung by nobody but the desk that booked for them: it is told that they
wait, and the organiser is not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from marketplace import schedule
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post import outbox
from marketplace.guide.ringing.jobs import tell_guides
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ActsFor, ContactPoint, Person, Relation
from offers.catalogue.models import Joining, SeatPool
from offers.seats.models import Booking, BookingState
from offers.telling.actions import to_ring
from offers.telling.models import CallAbout, PhoneCall
from offers.work.jobs import tell_of_calls
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from organizations.notices.models import Notice
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.conftest import post_office
from tests.marketplace.base.post.office import Handler

__all__ = ["post_office", "schedule"]  # the timetable knows every mail
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GURO = "guro@example.no"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
async def desk(db: None) -> Organization:
    """Infohjelpen, with its guide Guro."""
    made = await make.organization("Infohjelpen")
    await make.member(made, Role.GUIDE, "Guro", email=GURO)
    return made


async def booked(
    desk: Organization, name: str, *, by: str = "Guro", about: CallAbout = CallAbout.PROMOTED, **other: object
) -> Booking:
    """Somebody shielded, for whom a guide has booked, and who is to be rung."""
    here = await Organization.get_or_none(name="Frivilligsentralen")
    if here is None:
        here = await make.organization("Frivilligsentralen")
        await make.member(here, Role.EDITOR, "Kari", email="kari@example.no")
    offer = await make.offer(owner=here, joining=Joining.WHOLE, starts=[NOW + 9 * DAY])
    guide = await Person.get(name=by)
    person = await make.person(name, **{"shielded": True} | other)
    await ActsFor.create(
        actor=guide, person=person, relation=Relation.GUIDE, created_at=NOW, accepted_at=NOW, desk=desk
    )
    contact = await ContactPoint.create(
        person=person, channel=Channel.CALL, value="+4751000077", created_at=NOW
    )
    made = await make.booking(
        await SeatPool.get(offer=offer), person, BookingState.CONFIRMED, booked_by=guide, contact=contact,
        created_at=NOW - DAY,
    )  # fmt: skip
    await to_ring(about, made.id, key=f"{about}:{made.id}", now=NOW)
    return made


async def told(address: str = GURO) -> list[datetime]:
    return [
        one.created_at
        for one in await OutboxMessage.filter(mail="desk_calls", address=address).order_by("id")
    ]


async def after(*moments: timedelta) -> None:
    for one in moments:
        await tell_guides(NOW + one)
        await tell_of_calls(NOW + one)


async def test_the_guide_is_told_once_and_once_more_after_two_days_and_the_organiser_never(
    desk: Organization, post_office: Handler
) -> None:
    for name in ("Ola Hemmelig", "Liv"):
        await booked(desk, name)
    await after(29 * MINUTE)
    assert await told() == []
    await after(30 * MINUTE, 31 * MINUTE, HOUR, DAY, 2 * DAY, 3 * DAY, 8 * DAY)
    assert await told() == [NOW + 30 * MINUTE, NOW + 2 * DAY]
    assert await OutboxMessage.exclude(mail="desk_calls").count() == 0
    await outbox.send_due(refuse, lambda: NOW + HOUR)
    words = post_office.taken[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert post_office.taken[0]["Subject"] == "Noen må ringes"
    assert "2 som er meldt på fra veiledningen, venter på en telefon." in words
    assert "/desk#calls" in words
    assert ("Hemmelig" in words, "51000077" in words, "Frivilligsentralen" in words) == (False, False, False)


async def test_whose_number_the_organiser_sees_is_the_organisers_to_ring(desk: Organization) -> None:
    await booked(desk, "Ola", shielded=False)
    await after(HOUR, DAY)
    assert await told() == []
    assert await OutboxMessage.filter(mail="calls_wait").count() == 1


async def test_nobody_is_told_at_night_of_what_was_rung_or_of_what_they_asked_others(
    desk: Organization, post_office: Handler
) -> None:
    await booked(desk, "Aud", about=CallAbout.ASKED)
    ola = await booked(desk, "Ola")
    await tell_guides(datetime(2026, 10, 13, 20, 30, tzinfo=UTC))
    assert await told() == []
    await after(DAY)
    assert len(await told()) == 1
    await PhoneCall.filter(booking=ola).update(called_at=NOW)
    assert await outbox.send_due(refuse, lambda: NOW + DAY) == 0, "somebody has rung before it left"


async def test_of_whom_a_colleague_had_booked_those_are_told_who_are_left_at_the_desk(
    desk: Organization,
) -> None:
    await booked(desk, "Ola")
    await make.member(desk, Role.GUIDE, "Hanna", email="hanna@example.no")
    await make.member(await make.organization("En annen"), Role.GUIDE, "Iver", email="iver@example.no")
    await after(HOUR)
    assert [len(await told(each)) for each in (GURO, "hanna@example.no", "iver@example.no")] == [1, 0, 0]
    await Membership.filter(organization=desk, person=await Person.get(name="Guro")).update(ended_at=NOW)
    await after(2 * DAY)
    assert [len(await told(each)) for each in (GURO, "hanna@example.no", "iver@example.no")] == [1, 1, 0]


async def test_who_has_had_enough_of_it_is_not_told(desk: Organization) -> None:
    await make.notice(await Person.get(name="Guro"), desk, Notice.DESK, wanted=False)
    await booked(desk, "Ola")
    await after(HOUR)
    assert await told() == []
