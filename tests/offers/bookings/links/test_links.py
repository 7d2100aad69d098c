"""Links of bookings: they end with the right to them, and anybody who has one can end it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from marketplace import schedule
from marketplace.base import clock
from marketplace.base.data.database import rows, value
from marketplace.base.errors import Refused
from marketplace.base.post import outbox
from marketplace.my_page.contacts.actions import remove_contact
from marketplace.operations.check.whole import violations
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ContactPoint, Person
from offers.bookings.links.actions import renew_link
from offers.catalogue.models import SeatPool
from offers.seats.links import link_path, shown_reference
from offers.seats.models import Booking, BookingState
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.conftest import post_office
from tests.marketplace.base.post.office import Handler
from tests.visitor import Visitor

__all__ = ["post_office", "schedule"]
OLD, NEW = "ola.jobb@example.no", "ola@example.no"


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


async def booked(person: Person, contact: ContactPoint, title: str = "Fjelltur", **other: Any) -> Booking:
    pool = await SeatPool.get(offer=await make.offer(title))
    return await make.booking(pool, person, contact=contact, **other)


async def opens(visitor: Visitor, path: str) -> bool:
    return (await visitor.open(path)).status == 200


async def send() -> int:
    return await outbox.send_due(refuse, clock.now)


def text(post_office: Handler, number: int = -1) -> str:
    body = post_office.taken[number].get_body(("plain",))
    return str(body.get_content()) if body else ""


async def test_a_removed_address_keeps_no_link_and_the_one_that_is_left_gets_it(
    visitor: Visitor, post_office: Handler
) -> None:
    ola = await make.person("Ola", NEW)
    old = await make.contact(ola, OLD)
    booking = await booked(ola, old)
    before = link_path(booking.id, 1)
    assert await opens(visitor, before)
    await remove_contact(ola.id, old.id, now=NOW)
    for path in (before, f"{before}/calendar.ics", f"{before}/cancel"):
        assert not await opens(visitor, path), path
    await send()
    told = [
        number for number, message in enumerate(post_office.taken) if message["Subject"] == "Lenkene dine"
    ]
    assert [post_office.to[number] for number in told] == [NEW]
    assert link_path(booking.id, 2) in text(post_office, told[0])
    assert await opens(visitor, link_path(booking.id, 2))


async def test_what_a_guest_of_their_name_booked_goes_along_and_what_is_anothers_stays(
    visitor: Visitor,
) -> None:
    ola = await make.person("Ola", NEW)
    old = await make.contact(ola, OLD)
    mine, hers = await make.person("ola "), await make.person("Kari")
    own = await booked(mine, await make.contact(mine, OLD, verified=False))
    other = await booked(hers, await make.contact(hers, OLD, verified=False), "Strikking")
    await visitor.sign_in(ola)
    await remove_contact(ola.id, old.id, now=NOW)
    page = (await visitor.open("/my-page")).text
    assert ("Fjelltur" in page, "Strikking" in page) == (True, False)
    assert not await opens(visitor, link_path(own.id, 1))
    assert await opens(visitor, link_path(other.id, 1))
    assert {each["value"] for each in await rows("SELECT value FROM contact_point")} == {NEW, OLD}


async def test_whoever_has_the_link_can_end_it_and_learns_no_new_one(
    visitor: Visitor, post_office: Handler
) -> None:
    ola = await make.person("Ola", NEW)
    booking = await booked(ola, await ContactPoint.get(person=ola))
    page = await visitor.open(f"{link_path(booking.id, 1)}/link")
    assert await opens(visitor, link_path(booking.id, 1)), "to look is not to do"
    done = await visitor.submit(page, "/link")
    assert done.response.headers["location"] == "/bookings?saved=link"
    after = await visitor.follow(done)
    assert "Den nye lenken er sendt" in after.text
    assert "/bookings/AZ" not in after.response.text
    assert not await opens(visitor, link_path(booking.id, 1))
    await send()
    assert post_office.to == [NEW]
    assert link_path(booking.id, 2) in text(post_office)
    assert await violations() == []


async def test_other_dates_and_earlier_times_do_not_lead_to_the_new_link(visitor: Visitor) -> None:
    ola = await make.person("Ola", NEW)
    contact = await ContactPoint.get(person=ola)
    offer = await make.offer(starts=[NOW + timedelta(days=day) for day in (3, 4, 5)])
    pools = await SeatPool.filter(offer=offer).order_by("starts_at")
    first = await make.booking(pools[0], ola, contact=contact)
    second = await make.booking(pools[1], ola, contact=contact, made_with_id=first.id)
    await Booking.filter(id=first.id).update(made_with_id=first.id)
    await Booking.filter(id=first.id).update(state="cancelled", ended_by="time_changed")
    third = await make.booking(pools[2], ola, contact=contact, made_with_id=first.id)
    await Booking.filter(id=first.id).update(moved_to_id=third.id)
    await SeatPool.filter(id=pools[0].id).update(taken=0)
    stranger = await make.person("Per")
    alone = await booked(stranger, await make.contact(stranger, "per@example.no", verified=False))
    page = await visitor.open(f"{link_path(third.id, 1)}/link")
    await visitor.submit(page, "/link")
    for each in (first, second, third):
        assert not await opens(visitor, link_path(each.id, 1))
    assert await opens(visitor, link_path(alone.id, 1))


async def test_without_an_address_that_takes_messages_the_link_stays(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    booking = await booked(ola, await make.contact(ola, NEW, verified=False))
    page = await visitor.open(f"{link_path(booking.id, 1)}/link")
    await ContactPoint.all().update(refused_at=NOW)
    with pytest.raises(Refused):
        await renew_link(booking.id, now=NOW)
    back = await visitor.submit(page, "/link")
    assert back.response.headers["location"] == link_path(booking.id, 1)
    await Booking.all().update(contact_id=None)
    assert (await visitor.open(f"{link_path(booking.id, 1)}/link")).status == 303
    assert await value("SELECT link_version FROM booking") == 1


async def test_check_data_finds_a_link_that_lies_in_the_wrong_mailbox(
    visitor: Visitor, post_office: Handler
) -> None:
    offer = await make.offer()
    page = await visitor.open(
        f"/offers/{offer.slug}/bookings/new?session={(await SeatPool.get(offer=offer)).session_id}"
    )
    await visitor.submit(page, "/bookings", who="me", name="Ola", contact="email", email=OLD, seats=1)
    assert (await send(), await violations()) == (1, [])
    await ContactPoint.all().update(value=NEW)  # a correction that forgets the link
    [broken] = await violations()
    assert broken.startswith(
        "Broken: no link that opens a booking lies where the booking's messages do not go"
    )


async def test_a_corrected_address_ends_the_links_of_the_time_that_was_changed_too(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    wrong = await make.contact(ola, OLD, verified=False)
    offer = await make.offer(starts=[NOW + timedelta(days=3), NOW + timedelta(days=4)])
    first, second = await SeatPool.filter(offer=offer).order_by("starts_at")
    now_there = await make.booking(second, ola, contact=wrong)
    before = await make.booking(
        first, ola, BookingState.CANCELLED, contact=wrong, moved_to_id=now_there.id, ended_by="time_changed"
    )
    page = await visitor.open(f"{link_path(now_there.id, 1)}/address")
    done = await visitor.submit(page, "/address", contact="email", email=NEW)
    assert done.status == 303, done.text
    assert await opens(visitor, link_path(now_there.id, 2))
    for path in (link_path(before.id, 1), link_path(now_there.id, 1)):
        assert not await opens(visitor, path), "what lies in the wrong mailbox leads nowhere"


async def changed_by_link(
    visitor: Visitor, *, verified: bool, age: timedelta, refused: bool = False
) -> Booking:
    """Somebody who holds the link of a booking of this age sends its messages to NEW."""
    ola = await make.person("Ola")
    old = await make.contact(ola, OLD, verified=verified)
    if refused:
        await ContactPoint.filter(id=old.id).update(refused_at=NOW)
    booking = await booked(ola, old, created_at=NOW - age)
    page = await visitor.open(f"{link_path(booking.id, 1)}/address")
    done = await visitor.submit(page, "/address", contact="email", email=NEW)
    assert done.status == 303, done.text
    return booking


async def told_elsewhere() -> list[str]:
    return [
        each["address"]
        for each in await rows("SELECT address FROM outbox_message WHERE mail = 'sent_elsewhere'")
    ]


async def test_whoever_had_the_messages_hears_that_they_go_elsewhere_and_nothing_more(
    visitor: Visitor, post_office: Handler
) -> None:
    booking = await changed_by_link(visitor, verified=False, age=timedelta(days=1))
    assert await told_elsewhere() == [OLD]
    await send()
    [number] = [n for n, mail in enumerate(post_office.taken) if mail["To"] == OLD]
    said = text(post_office, number)
    assert "går nå til en annen adresse" in said
    assert "Ring " in said
    for secret in (NEW, "Ola ", "http", shown_reference(booking.reference), "Fjelltur"):
        assert secret not in said, secret
    assert await violations() == []


async def test_whoever_gets_the_messages_again_before_it_is_sent_hears_nothing(
    visitor: Visitor, post_office: Handler
) -> None:
    booking = await changed_by_link(visitor, verified=False, age=timedelta(days=1))
    page = await visitor.open(f"{link_path(booking.id, 2)}/address")
    assert (await visitor.submit(page, "/address", contact="email", email=OLD)).status == 303
    assert sorted(await told_elsewhere()) == sorted([OLD, NEW])
    await send()
    told = await rows(
        "SELECT address FROM outbox_message WHERE mail = 'sent_elsewhere' AND sent_at IS NOT NULL"
    )
    assert [each["address"] for each in told] == [NEW]


@pytest.mark.parametrize(
    ("verified", "age", "refused", "told"),
    [(False, 29, False, []), (False, 31, False, [OLD]), (True, 1, False, [OLD]), (False, 31, True, [])],
    ids=["a slip of the pen", "half an hour old", "proven", "nobody there"],
)  # fmt: skip
async def test_a_stranger_whose_address_was_typed_by_mistake_hears_nothing_more(
    visitor: Visitor, verified: bool, age: int, refused: bool, told: list[str]
) -> None:
    await changed_by_link(visitor, verified=verified, age=timedelta(minutes=age), refused=refused)
    assert await told_elsewhere() == told
