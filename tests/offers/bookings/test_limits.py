"""How often, and how much, somebody may book (design/security.md, "Abuse")."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from secrets import token_hex

import httpx2 as httpx

from marketplace.base.database import rows
from marketplace.people.models import Person
from offers.bookings.models import Booking, BookingState, EndedBy
from offers.bookings.rules import MOST_ACTIVE, MOST_WAITING
from offers.catalogue.models import Joining, SeatPool
from organizations.members.models import Role
from tests import make
from tests.visitor import APP, Page, Visitor


async def tries(visitor: Visitor, page: Page, number: int, **typed: object) -> list[int]:
    """So many bookings with the form, the first with the key it has, each for somebody else; the answers."""
    given = {"name": "Ola", "contact": "email", "email": "ola@example.no"} | typed
    answers = [await visitor.submit(page, **given)]
    for n in range(1, number):
        other = {"who": "other", "participant_name": f"Per {n}", "form_key": token_hex(16)}
        answers.append(await visitor.submit(page, **given | other))
    return [answer.status for answer in answers]


@asynccontextmanager
async def at_address(network: str, visitor: Visitor) -> AsyncIterator[Visitor]:
    """A visitor of another network."""
    transport = httpx.ASGITransport(app=APP, client=(network, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield Visitor(client, visitor.travel, visitor.now)


async def form_of(visitor: Visitor, **offer: object) -> Page:
    made = await make.offer(joining=Joining.WHOLE, **offer)  # type: ignore[arg-type]
    return await visitor.open(f"/offers/{made.slug}/bookings/new")


async def test_an_address_is_booked_for_forty_times_in_thirty_days_by_visitors(visitor: Visitor) -> None:
    page = await form_of(visitor)
    assert await tries(visitor, page, 41) == [303] * 40 + [429]
    refused = await visitor.submit(page, name="Ola", email="OLA@example.no", form_key=token_hex(16))
    assert refused.heading == "Vent litt, og prøv igjen"
    assert "Det er sendt mange påmeldinger på kort tid" in refused.text
    assert "Vent til kl." not in refused.text, "not today"
    assert await tries(visitor, await form_of(visitor), 1, email="nora@example.no") == [303]
    assert await tries(visitor, await form_of(visitor), 1, contact="none") == [303]
    visitor.wait(timedelta(days=30, minutes=1))
    later = await form_of(visitor, starts=[visitor.now + timedelta(days=1)])
    assert await tries(visitor, later, 1) == [303]


async def test_a_stranger_does_not_lock_out_whoever_has_proven_the_address(visitor: Visitor) -> None:
    page = await form_of(visitor)
    assert await tries(visitor, page, 41) == [303] * 40 + [429]
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    mine = await visitor.open(page.url)
    assert await tries(visitor, mine, 1) == [303]


async def test_somebody_signed_in_does_not_book_for_a_strangers_address_without_end(visitor: Visitor) -> None:
    owner = await make.organization("Infohjelpen")
    await visitor.sign_in(await make.member(owner, Role.GUIDE, "Per"))  # whom no cap stops first
    page = await form_of(visitor)
    assert await tries(visitor, page, 41) == [303] * 40 + [429]


async def test_a_network_address_books_a_hundred_times_an_hour(visitor: Visitor) -> None:
    async with at_address("203.0.113.7", visitor) as somebody:
        page = await form_of(somebody)
        assert await tries(somebody, page, 101, contact="none") == [303] * 100 + [429]
        refused = await somebody.submit(page, name="Ola", contact="none", form_key=token_hex(16))
        assert "Vent til kl. 13" in refused.text
    async with at_address("203.0.113.8", visitor) as another:
        assert await tries(another, await another.open(page.url), 1, contact="none") == [303]


async def test_what_is_counted_is_a_keyed_hash_and_written_with_the_booking(visitor: Visitor) -> None:
    page = await form_of(visitor)
    assert await tries(visitor, page, 3) == [303] * 3
    found = await rows("SELECT key, count, xmin::text FROM rate_limit")
    assert [(len(each["key"]), each["count"]) for each in found] == [(32, 3), (32, 3)]
    written = await rows("SELECT xmin::text FROM booking ORDER BY id DESC LIMIT 1")
    assert {each["xmin"] for each in found} == {written[0]["xmin"]}
    given = {"name": "Kari", "contact": "email", "email": "ola@example.no", "form_key": token_hex(16)}
    assert [(await visitor.submit(page, **given)).status for _ in range(2)] == [303, 303]
    assert {each["count"] for each in await rows("SELECT count FROM rate_limit")} == {4}, (
        "one form, one booking"
    )


async def holds(person: Person, number: int, state: BookingState) -> None:
    """Gives a person so many bookings, for others: each needs a pool of its own otherwise."""
    offer = await make.offer(joining=Joining.WHOLE, capacity=100)
    pool = await SeatPool.get(offer=offer)
    for _ in range(number):
        await make.booking(pool, state=state, booked_by=person)


async def test_a_person_has_forty_active_bookings_at_most(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    await holds(ola, MOST_ACTIVE - 1, BookingState.CONFIRMED)
    await holds(ola, 3, BookingState.CANCELLED)
    page = await form_of(visitor)
    for _ in range(2):
        assert await tries(visitor, page, 1) == [303], "the same form again is the same booking"
    refused = await visitor.submit(await form_of(visitor), name="Ola", email="ola@example.no")
    assert refused.status == 422
    assert "Du har 40 påmeldinger som ikke er over. Meld av en av dem" in refused.text
    await (
        Booking.filter(booked_by=ola, state=BookingState.CONFIRMED)
        .limit(1)
        .update(state=BookingState.CANCELLED, ended_by=EndedBy.SELF)
    )
    assert await tries(visitor, await form_of(visitor), 1) == [303]


async def test_a_person_waits_in_fifteen_queues_at_most_and_may_still_book(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    await holds(ola, MOST_WAITING, BookingState.WAITING)
    page = await form_of(visitor, capacity=1)
    assert await tries(visitor, page, 1, who="other", participant_name="Ingrid") == [303]
    full = await visitor.open(page.url)
    refused = await visitor.submit(full, name="Ola", email="ola@example.no")
    assert refused.status == 422
    assert "Du står på 15 ventelister. Gå ut av en av dem" in refused.text
    assert await tries(visitor, await form_of(visitor), 1) == [303]


async def test_what_is_over_does_not_count(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    await holds(ola, MOST_ACTIVE, BookingState.CONFIRMED)
    visitor.wait(timedelta(days=8))
    later = await form_of(visitor, starts=[visitor.now + timedelta(days=1)])
    assert await tries(visitor, later, 1) == [303]


async def test_a_guide_books_for_as_many_as_come(visitor: Visitor) -> None:
    solveig = await make.member(await make.organization(), Role.GUIDE, "Solveig")
    await visitor.sign_in(solveig)
    await holds(solveig, MOST_ACTIVE, BookingState.CONFIRMED)
    page = await form_of(visitor)
    assert await tries(visitor, page, 1, who="other", participant_name="Ingrid") == [303]


async def test_a_visitor_is_not_told_how_much_is_booked_with_an_address(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    pool = await SeatPool.get(offer=await make.offer(joining=Joining.WHOLE, capacity=100))
    contact = await make.contact(ola, "ola@example.no")
    for _ in range(MOST_ACTIVE):
        await make.booking(pool, booked_by=ola, contact=contact)
    assert await tries(visitor, await form_of(visitor), 1) == [303]
