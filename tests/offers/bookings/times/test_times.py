"""Changing one's time in one step: the new one first, then the old one is freed."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

import icalendar
import pytest

from marketplace.base.data.database import rows
from marketplace.base.errors import Conflict, Refused
from marketplace.base.models import Channel
from marketplace.people.models import Person
from offers.bookings import actions
from offers.bookings.companions.models import Companion
from offers.bookings.links.queries import link_by_reference
from offers.bookings.times import mails
from offers.bookings.times.actions import change_time
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Offer, SeatPool, Session
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor


async def slots(count: int = 3, **other: Any) -> tuple[Offer, list[UUID]]:
    """Half hours for one, one after the other, in a week."""
    starts = [NOW + timedelta(days=7, minutes=30 * number) for number in range(count)]
    given = {"kind": Kind.CONVERSATION, "capacity": 1, "minutes": 30, "max_party": 1} | other
    offer = await make.offer("Samtale", starts=starts, **given)
    return offer, [each.id for each in await Session.filter(offer=offer).order_by("starts_at")]


async def booked(session: UUID, name: str = "Ola", **other: Any) -> Booking:
    person = await make.person(name)
    address = await make.contact(person, f"{name.lower()}@example.no", verified=False)
    return await make.booking(await SeatPool.get(session_id=session), person, contact=address, **other)


async def change(booking: Booking, session: UUID, key: bytes | None = None) -> Any:
    return await change_time(booking.id, session, form_key=key or secrets.token_bytes(16), now=NOW)


async def taken() -> list[tuple[int, int]]:
    return [(pool.taken, pool.waiting) for pool in await SeatPool.all().order_by("starts_at")]


async def messages() -> list[str]:
    return [row["mail"] for row in await rows("SELECT mail FROM outbox_message ORDER BY id")]


async def test_the_new_time_is_a_new_booking_and_the_old_one_is_free(db: None) -> None:
    _offer, times = await slots()
    old = await booked(times[0])
    await Companion.create(booking=old, name="Per")
    changed = await change(old, times[1])
    assert await taken() == [(0, 0), (1, 0), (0, 0)]
    before, after = await Booking.get(id=old.id), await Booking.get(id=changed.id)
    assert (before.state, before.moved_to_id) == (BookingState.CANCELLED, after.id)
    assert (after.state, after.participant_id, after.contact_id) == (
        BookingState.CONFIRMED, old.participant_id, old.contact_id,
    )  # fmt: skip
    assert after.reference == old.reference != before.reference, "the number they know goes along"
    assert await link_by_reference(old.reference, "Ola") == changed.path
    assert [each.booking_id for each in await Companion.all()] == [after.id]
    assert await messages() == ["time_changed", "old_time"]


async def test_a_time_that_is_taken_changes_nothing(db: None) -> None:
    _offer, times = await slots()
    old = await booked(times[0])
    await booked(times[1], "Kari")
    with pytest.raises(Refused, match=r"Den tiden er ikke ledig lenger\. Du har fortsatt tiden du hadde\."):
        await change(old, times[1])
    assert await taken() == [(1, 0), (1, 0), (0, 0)]
    assert (await Booking.get(id=old.id)).state is BookingState.CONFIRMED
    assert await messages() == []


async def test_the_same_form_again_gives_the_same_new_booking(db: None) -> None:
    _offer, times = await slots()
    old = await booked(times[0])
    key = secrets.token_bytes(16)
    first = await change(old, times[1], key)
    again = await change(old, times[1], key)
    assert (again.path, again.again) == (first.path, True)
    assert await taken() == [(0, 0), (1, 0), (0, 0)]
    assert await messages() == ["time_changed", "old_time"]
    with pytest.raises(Refused, match="Denne tiden kan ikke byttes lenger"):
        await change(old, times[2])
    other = await booked(times[2], "Kari")
    with pytest.raises(Conflict):
        await change(other, times[0], key)


async def test_the_old_time_goes_to_the_first_who_waits(db: None) -> None:
    _offer, times = await slots()
    old = await booked(times[0])
    kari = await booked(times[0], "Kari", state=BookingState.WAITING)
    await change(old, times[1])
    assert (await Booking.get(id=kari.id)).state is BookingState.CONFIRMED
    assert await taken() == [(1, 0), (1, 0), (0, 0)]


async def test_a_time_that_has_begun_is_not_changed(db: None) -> None:
    _offer, times = await slots()
    old = await booked(times[0])
    late = NOW + timedelta(days=7, minutes=1)
    with pytest.raises(Refused, match="Denne tiden kan ikke byttes lenger"):
        await change_time(old.id, times[2], form_key=secrets.token_bytes(16), now=late)


async def test_one_message_puts_the_new_time_in_the_calendar_and_another_takes_the_old_one_out(
    visitor: Visitor,
) -> None:
    _offer, times = await slots()
    old = await booked(times[0])
    changed = await change(old, times[1])
    new = await mails.time_changed(Channel.EMAIL, "nb", booking=str(changed.id))
    gone = await mails.old_time(Channel.EMAIL, "nb", booking=str(old.id))
    assert new is not None
    assert gone is not None
    assert (new.method, gone.method) == ("REQUEST", "CANCEL")
    one, other = (
        icalendar.Calendar.from_ical(each.calendar or b"").walk("VEVENT")[0] for each in (new, gone)
    )
    assert (str(one["uid"]), str(one["status"])) == (
        f"booking-{changed.id}-{times[1]}@127.0.0.1",
        "CONFIRMED",
    )
    assert (str(other["uid"]), str(other["status"])) == (
        f"booking-{old.id}-{times[0]}@127.0.0.1",
        "CANCELLED",
    )
    assert int(other["sequence"]) == 1
    sms = await mails.time_changed(Channel.SMS, "nb", booking=str(changed.id))
    assert sms is not None
    assert len(sms.text) <= 160
    gone = await mails.old_time(Channel.SMS, "nb", booking=str(old.id))
    assert gone is not None
    assert gone.calendar is None


async def test_a_visitor_changes_the_time_by_the_link(visitor: Visitor) -> None:
    _offer, times = await slots()
    old = await booked(times[0])
    path = link_path(old.id, 1)
    page = await visitor.open(f"{path}/time")
    assert [box["value"] for box in page.soup.select("input[name=session]")] == [str(times[1]), str(times[2])]
    nothing = await visitor.submit(page, "/time")
    assert (nothing.status, "Velg en tid." in nothing.text) == (422, True)
    sent = await visitor.submit(page, "/time", session=times[2])
    shown = await visitor.follow(sent)
    assert (shown.status, shown.heading) == (200, "Du er påmeldt")
    assert "Tiden er endret. Nummeret er det samme som før." in shown.text
    there = shown.url.partition("?")[0]
    assert "13–14" not in shown.text
    assert (await visitor.submit(page, "/time", session=times[2])).response.headers["location"] == shown.url
    # Every old link leads to the new booking.
    assert (await visitor.follow(await visitor.open(path))).url == there
    assert (await visitor.follow(await visitor.open(f"{path}/cancel"))).url == f"{there}/cancel"
    assert (await visitor.follow(await visitor.open(f"{path}/time"))).url == there
    await actions.cancel((await Booking.get(state=BookingState.CONFIRMED)).id, now=NOW)
    assert await taken() == [(0, 0)] * 3


async def test_a_time_taken_meanwhile_is_an_error_at_the_field(visitor: Visitor) -> None:
    _offer, times = await slots()
    old = await booked(times[0])
    page = await visitor.open(f"{link_path(old.id, 1)}/time")
    await booked(times[1], "Kari")
    refused = await visitor.submit(page, "/time", session=times[1])
    assert refused.status == 422
    assert "Den tiden er ikke ledig lenger. Du har fortsatt tiden du hadde. Velg en annen." in refused.text
    assert [box["value"] for box in refused.soup.select("input[name=session]")] == [str(times[2])]


async def test_a_time_of_another_offer_is_nowhere(visitor: Visitor) -> None:
    _offer, times = await slots()
    _other, theirs = await slots()
    old = await booked(times[0])
    page = await visitor.open(f"{link_path(old.id, 1)}/time")
    assert (await visitor.submit(page, "/time", session=theirs[1])).status == 404
    assert await Person.all().count() == 1


async def test_one_who_changes_all_day_keeps_no_other_of_the_same_guide_from_it(visitor: Visitor) -> None:
    _offer, times = await slots(4)
    guide = await make.person("Solveig")
    restless, other = [
        await booked(times[number], name, booked_by=guide) for number, name in ((0, "Per"), (1, "Kari"))
    ]
    page = await visitor.open(f"{link_path(restless.id, 1)}/time")
    for number in range(20):
        page = await visitor.follow(
            await visitor.submit(page, "/time", session=times[2 if number % 2 == 0 else 0])
        )
        page = await visitor.open(f"{page.url.partition('?')[0]}/time")
    assert (await visitor.submit(page, "/time", session=times[2])).status == 429
    page = await visitor.open(f"{link_path(other.id, 1)}/time")
    assert (await visitor.submit(page, "/time", session=times[3])).status == 303


async def test_who_cancels_on_a_page_from_before_is_asked_about_the_time_they_have_now(
    visitor: Visitor,
) -> None:
    _offer, times = await slots()
    old = await booked(times[0])
    page = await visitor.open(f"{link_path(old.id, 1)}/cancel")
    await change(old, times[1])
    asked = await visitor.follow(await visitor.submit(page, "/cancel"))
    assert asked.heading == "Melde av?"
    assert "kl. 12.30" in asked.text
    assert await taken() == [(0, 0), (1, 0), (0, 0)], "nothing has ended yet"
    gone = await visitor.follow(await visitor.submit(asked, "/cancel"))
    assert gone.heading == "Du er meldt av"
    again = await visitor.follow(await visitor.open(f"{link_path(old.id, 1)}/cancel"))
    assert again.heading == "Du er meldt av", "an old link leads to what became of it"
