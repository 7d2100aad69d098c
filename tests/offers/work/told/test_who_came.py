"""At nine the next morning who led what is not recorded is asked who came: once, without a name, with links that ask
before they act."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from marketplace.base.data.database import rows
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS, Content
from marketplace.people.models import Person
from offers.attendance.models import Register
from offers.catalogue.models import Joining, Offer, OfferOrganizer, SeatPool, Session
from offers.rights.models import HostAssignment
from offers.work.jobs import tell_days
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NINE = datetime(2026, 10, 14, 7, tzinfo=UTC)
"""In Norway, the day after NOW."""


async def led(title: str, owner: Organization, name: str, **other: object) -> tuple[Offer, Person]:
    """An offer that was held today, and its host."""
    offer = await make.offer(title, owner=owner, starts=[NOW], joining=Joining.WHOLE, **other)  # type: ignore[arg-type]
    host = await make.member(owner, Role.HOST, name, email=f"{name.lower()}@example.no")
    await HostAssignment.create(person=host, offer=offer)
    return offer, host


async def asked(now: datetime = NINE) -> list[str]:
    await tell_days(now)
    return [one.address for one in await OutboxMessage.filter(mail="who_came").order_by("address")]


async def written(now: datetime = NINE) -> Content | None:
    message = await OutboxMessage.filter(mail="who_came").first()
    assert message is not None
    with time_machine.travel(now, tick=True):
        return await MAILS["who_came"](Channel.EMAIL, "nb", **message.facts)


async def test_who_led_is_asked_at_nine_and_once(db: None) -> None:
    here = await make.organization()
    await make.member(here, Role.MANAGER, "Kari", email="kari@example.no")
    await led("Kor", here, "Tom")
    assert await asked(NINE - timedelta(seconds=1)) == []
    assert await asked() == ["tom@example.no"], "and not everybody who might look"
    assert await asked(NINE + HOUR) == ["tom@example.no"]


async def test_where_nobody_is_set_to_lead_those_who_see_it_are_asked(db: None) -> None:
    here = await make.organization()
    await make.member(here, Role.MANAGER, "Kari", email="kari@example.no")
    await make.member(here, Role.HOST, "Liv", email="liv@example.no")
    await make.offer("Kor", owner=here, starts=[NOW])
    assert await asked() == ["kari@example.no"]


async def test_what_is_recorded_cancelled_today_or_before_yesterday_asks_nobody(db: None) -> None:
    here = await make.organization()
    recorded, _tom = await led("Kor", here, "Tom")
    session = await Session.get(offer=recorded)
    await Register.create(session=session, saved_at=NOW, closed_at=NOW, closed_by="host")
    cancelled, _ida = await led("Tur", here, "Ida")
    await Session.filter(offer=cancelled).update(status="cancelled")
    for title, name, days in (("Suppe", "Per", 1), ("Strikk", "Pia", -1)):
        offer, _host = await led(title, here, name)
        await Session.filter(offer=offer).update(starts_at=NOW + days * DAY, ends_at=NOW + days * DAY + HOUR)
    assert await asked() == []


async def test_a_register_that_is_begun_is_asked_for_too_and_no_name_is_told(db: None) -> None:
    here = await make.organization()
    offer, _tom = await led("Kor", here, "Tom")
    amina = await make.person("Amina")
    booking = await make.booking(await SeatPool.get(offer=offer), amina)
    session = await Session.get(offer=offer)
    await Register.create(session=session, saved_at=NOW)
    await rows(
        """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, recorded_at)
        VALUES (gen_random_uuid(), $1, $2, 'absent', 0, $3)""",
        session.id, booking.id, NOW,
    )  # fmt: skip
    assert await asked() == ["tom@example.no"]
    said = await written()
    assert said is not None
    assert "Kor" in said.text
    assert f"/manage/sessions/{session.id}/register\n" in said.text
    assert "blir stående slik det er klokka 12" in said.text
    assert "/nobody" not in said.text, "somebody is marked"
    assert "Amina" not in said.text + (said.html or "")


async def test_nobody_came_is_one_tap_away_and_a_sensitive_offer_is_not_named(db: None) -> None:
    here = await make.organization()
    offer, _tom = await led("Sorg", here, "Tom", sensitive=True)
    await asked()
    said = await written()
    assert said is not None
    assert "Sorg" not in said.text + (said.html or "") + str(said.subject)
    session = await Session.get(offer=offer)
    assert f"/manage/sessions/{session.id}/register/nobody" in said.text


@pytest.mark.parametrize("gone", ["left", "closed"])
async def test_where_nobody_is_left_to_lead_those_who_see_it_are_asked(db: None, gone: str) -> None:
    here, other = await make.organization(), await make.organization("Blå Kors")
    await make.member(here, Role.MANAGER, "Kari", email="kari@example.no")
    if gone == "left":
        _offer, tom = await led("Kor", here, "Tom")
        await Membership.filter(person=tom).update(ended_at=NOW)
    else:  # the municipality has closed the organisation that the host comes from
        offer = await make.offer("Kor", owner=here, starts=[NOW], joining=Joining.WHOLE)
        await OfferOrganizer.create(offer=offer, organization=other)
        tom = await make.member(other, Role.HOST, "Tom", email="tom@example.no")
        await HostAssignment.create(person=tom, offer=offer)
        await Organization.filter(id=other.id).update(state="suspended")
    assert await asked() == ["kari@example.no"]


async def test_nothing_is_sent_when_it_has_been_recorded_meanwhile_or_a_day_has_gone(db: None) -> None:
    here = await make.organization()
    offer, _tom = await led("Kor", here, "Tom")
    await asked()
    assert await written(NINE + 12 * HOUR)
    assert await written(NINE + DAY) is None, "it says yesterday"
    session = await Session.get(offer=offer)
    await Register.create(session=session, saved_at=NOW, closed_at=NOW, closed_by="clock")
    assert await written() is None
