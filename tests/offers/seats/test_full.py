"""Full: whoever is added or let in waits, or gets a seat of their own; and who is served by more seats is said."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows
from marketplace.base.models import AuditEntry, Channel
from marketplace.base.post.mail import MAILS
from marketplace.people.models import Person
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, Promotion, SeatPool
from offers.participants import actions as participants_actions
from offers.participants.rules import ExtraReason
from offers.rights.models import HostAssignment
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor


async def full(joining: Joining = Joining.WHOLE, waiting: int = 2, **other: Any) -> tuple[Offer, Person]:
    """One seat, which is taken, and so many who wait: Deltaker 1 first."""
    owner = await make.organization("Frivilligsentralen")
    kari = await make.member(owner, Role.MANAGER, email="kari@example.no")
    offer = await make.offer(owner=owner, joining=joining, capacity=1, **other)
    pool = await SeatPool.get(offer=offer)
    await make.booking(pool, await make.person("Liv"))
    for number in range(1, waiting + 1):
        await pool.refresh_from_db()
        await make.booking(pool, await make.person(f"Deltaker {number}"), BookingState.WAITING, waited_at=NOW)
    return offer, kari


async def seats(offer: Offer) -> tuple[int | None, int, int]:
    pool = await SeatPool.get(offer=offer)
    return pool.capacity, pool.taken, pool.waiting


async def states(offer: Offer) -> dict[str, str]:
    return {one["name"]: one["state"] for one in await rows(
        "SELECT n.name, b.state FROM booking b JOIN person n ON n.id = b.participant_id WHERE b.offer_id = $1",
        offer.id)}  # fmt: skip


async def added(visitor: Visitor, offer: Offer, **typed: Any) -> Page:
    path = f"/manage/offers/{offer.slug}/add"
    page = await visitor.submit(await visitor.open(path), "/add", name="Tolken")
    assert page.status == 422
    assert "Alle plassene er tatt. Velg under hva dere vil gjøre." in page.text
    return await visitor.submit(page, "/add", **typed)


async def test_an_added_person_gets_a_seat_of_their_own_and_the_queue_does_not(visitor: Visitor) -> None:
    offer, kari = await full()
    await visitor.sign_in(kari)
    done = await added(visitor, offer, full="extra", reason="helper")
    assert done.status == 303
    assert await seats(offer) == (2, 2, 2)
    assert await states(offer) == {
        "Liv": "confirmed", "Deltaker 1": "waiting", "Deltaker 2": "waiting", "Tolken": "confirmed",
    }  # fmt: skip
    noted = await AuditEntry.get(action="capacity.changed")
    assert (noted.actor_id, noted.details) == (kari.id, {"capacity": 2, "reason": "helper"})


async def test_an_added_person_may_wait_last_in_the_queue(visitor: Visitor) -> None:
    offer, kari = await full()
    await visitor.sign_in(kari)
    assert (await added(visitor, offer, full="wait")).status == 303
    assert await seats(offer) == (1, 1, 3)
    assert (await states(offer))["Tolken"] == "waiting"


async def test_a_seat_is_made_with_a_reason_and_by_who_owns_the_offer(visitor: Visitor) -> None:
    offer, kari = await full()
    await visitor.sign_in(kari)
    page = await added(visitor, offer, full="extra", reason="")
    assert page.status == 422
    assert "Velg hvorfor." in page.text
    host = await make.member(offer.owner, Role.HOST, "Hanne", email="hanne@example.no")
    await HostAssignment.create(person=host, offer=offer)
    await visitor.sign_in(host)
    page = await added(visitor, offer, full="extra", reason="room")
    assert page.status == 422
    assert "Legg til en plass for denne" not in page.text
    assert await seats(offer) == (1, 1, 2)


@pytest.mark.parametrize(
    ("answer", "state", "after"), [("yes", "waiting", (1, 1, 3)), ("extra", "confirmed", (2, 2, 2))]
)
async def test_a_request_to_what_is_full_waits_or_gets_a_seat_of_its_own(
    visitor: Visitor, answer: str, state: str, after: tuple[int, int, int]
) -> None:
    offer, kari = await full(Joining.REQUEST)
    asks = await make.booking(
        await SeatPool.get(offer=offer), await make.person("Ola"), BookingState.REQUESTED
    )
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}/requests/{asks.id}")
    assert "Legg på venteliste" in page.text
    done = await visitor.submit(page, f"/{asks.id}", answer=answer, reason="promised")
    assert done.status == 303
    assert (await Booking.get(id=asks.id)).state == state
    assert await seats(offer) == after


async def test_who_gets_the_new_seats_is_said_before_and_after(visitor: Visitor) -> None:
    offer, kari = await full(waiting=3)
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    asked = await visitor.submit(page, "/capacity", capacity="3")
    assert asked.status == 422
    assert "De 2 første på ventelista som passer, får plass: Deltaker 1, Deltaker 2." in asked.text
    assert await seats(offer) == (1, 1, 3)
    done = await visitor.follow(await visitor.submit(asked, "/capacity"))
    assert "2 på ventelista fikk plass, og får vite det." in done.text
    assert await seats(offer) == (3, 3, 1)


async def test_whoever_leaves_the_queue_meanwhile_is_not_promised_a_seat(visitor: Visitor) -> None:
    offer, kari = await full(waiting=2)
    await visitor.sign_in(kari)
    asked = await visitor.submit(
        await visitor.open(f"/manage/offers/{offer.slug}/bookings"), "/capacity", capacity="3"
    )
    first = await Booking.get(participant__name="Deltaker 1")
    await actions.cancel(first.id, now=NOW)
    again = await visitor.submit(asked, "/capacity")
    assert "Den første på ventelista får plass: Deltaker 2." in again.text
    assert (await visitor.submit(again, "/capacity")).status == 303


async def test_seats_made_for_two_at_once_are_two_and_none_is_sold_twice(db: None) -> None:
    """Each reads the number under the pool's lock; without it one of the two seats would be lost."""
    offer, kari = await full(Joining.REQUEST)
    pool = await SeatPool.get(offer=offer)
    asks = [
        await make.booking(pool, await make.person(f"Spør {number}"), BookingState.REQUESTED)
        for number in range(6)
    ]
    await asyncio.gather(*(
        participants_actions.answer_request(one.id, True, now=NOW, by=kari.id, extra=ExtraReason.ROOM) for one in asks
    ))  # fmt: skip
    assert await seats(offer) == (7, 7, 2)


@pytest.mark.parametrize("begun", [True, False])
async def test_whoever_is_only_asked_is_not_said_to_get_the_seat(visitor: Visitor, begun: bool) -> None:
    """In a course that has begun nobody is moved into the middle of it, whatever its queue does else; and where those
    who are next are asked at all times."""
    promotion = Promotion.AUTOMATIC if begun else Promotion.HELD
    starts = [NOW - timedelta(days=7), NOW + timedelta(days=7)] if begun else [NOW + timedelta(days=7)]
    offer = await make.offer(
        "Sov bedre", joining=Joining.WHOLE, capacity=1, promotion=promotion, starts=starts
    )
    pool = await SeatPool.get(offer=offer)
    await make.booking(pool, await make.person("Liv"))
    waits = await make.booking(pool, await make.person("Ola"), BookingState.WAITING)
    own = await visitor.open(link_path(waits.id, 1))
    assert "plassen din med en gang" not in own.text
    assert "timer på å svare" in own.text
    mail = await MAILS["waiting"](Channel.EMAIL, "nb", booking=str(waits.id))
    assert mail is not None
    assert "Da svarer du ja eller nei innen fristen." in mail.text
    await visitor.sign_in(await make.member(await offer.owner, Role.EDITOR, "Kari"))
    page = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    asked = await visitor.submit(page, "/capacity", capacity="2")
    assert "Den første på ventelista får spørsmål om plassen: Ola." in asked.text
    done = await visitor.follow(await visitor.submit(asked, "/capacity"))
    assert "Én på ventelista er spurt" in done.text
    assert (await states(offer))["Ola"] == "offered"
