"""How often, and how much, somebody may book (design/security.md, "Abuse")."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from secrets import token_hex

import httpx2 as httpx
import pytest

from marketplace.base.data.database import rows
from marketplace.people.models import Person
from marketplace.settings import settings
from marketplace.settings.addresses import networks
from offers.catalogue.models import Joining, SeatPool, Session
from offers.seats.models import Booking, BookingState, EndedBy
from offers.seats.rules import MOST_ACTIVE, MOST_WAITING
from offers.telling.models import CallAbout, PhoneCall
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
    most = make.most_tries("book for", "ola@example.no", 40, timedelta(days=30))
    assert await tries(visitor, page, most + 1) == [303] * most + [429]
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
    most = make.most_tries("book for", "ola@example.no", 40, timedelta(days=30))
    assert await tries(visitor, page, most + 1) == [303] * most + [429]
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    mine = await visitor.open(page.url)
    assert await tries(visitor, mine, 1) == [303]


async def test_somebody_signed_in_does_not_book_for_a_strangers_address_without_end(visitor: Visitor) -> None:
    owner = await make.organization("Infohjelpen")
    await visitor.sign_in(await make.member(owner, Role.GUIDE, "Per"))  # whom no cap stops first
    page = await form_of(visitor)
    most = make.most_tries("book for", "ola@example.no", 40, timedelta(days=30))
    assert await tries(visitor, page, most + 1) == [303] * most + [429]


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
    found = await rows("SELECT id, count, xmin::text FROM rate_limit")
    assert [each["count"] for each in found] == [3] * 3
    written = await rows("SELECT xmin::text FROM booking ORDER BY id DESC LIMIT 1")
    assert {each["xmin"] for each in found} == {written[0]["xmin"]}
    given = {"name": "Kari", "contact": "email", "email": "ola@example.no", "form_key": token_hex(16)}
    assert [(await visitor.submit(page, **given)).status for _ in range(2)] == [303, 303]
    assert {each["count"] for each in await rows("SELECT count FROM rate_limit")} == {4}, (
        "one form, one booking"
    )


async def test_every_seat_of_every_date_counts_in_a_network(visitor: Visitor) -> None:
    starts = [visitor.now + timedelta(days=day) for day in range(1, 18)]
    offer = await make.offer(joining=Joining.PER_SESSION, starts=starts, max_party=2, capacity=50)
    days = [str(each) for each in await Session.filter(offer=offer).values_list("id", flat=True)]
    async with at_address("203.0.113.7", visitor) as somebody:

        async def form(name: str) -> int:
            page = await somebody.open(f"/offers/{offer.slug}/bookings/several")
            answer = await somebody.submit(
                page, name="Ola", contact="none", dates=days, seats="2", form_key=token_hex(16),
                who="other", participant_name=name,
            )  # fmt: skip
            return answer.status

        names = ("Per A", "Per B", "Per C")
        assert [await form(name) for name in names] == [303, 303, 429], "17 dates for two are 34 seats"
    assert await Booking.all().count() == 34


async def test_a_class_that_comes_together_is_one_form(visitor: Visitor) -> None:
    async with at_address("203.0.113.7", visitor) as somebody:
        page = await form_of(somebody, max_party=150, capacity=400)
        assert await tries(somebody, page, 2, contact="none", seats="150") == [303, 429]


async def test_a_network_books_so_many_unproven_seats_a_week_and_is_told_whom_to_ring(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is signed in, guides and networks that the operator knows are outside it."""
    monkeypatch.setitem(settings().__dict__, "unproven_seats", 3)
    async with at_address("203.0.113.7", visitor) as somebody:
        page = await form_of(somebody)
        assert await tries(somebody, page, 4, contact="none") == [303] * 3 + [429]
        refused = await somebody.submit(page, name="Ida", contact="none", form_key=token_hex(16))
        assert "Ring 51 00 00 00" in refused.text
        await somebody.sign_in(await make.person("Ola", "ola@example.no"))
        mine = await somebody.open(page.url)
        assert await tries(somebody, mine, 1, email="ola@example.no") == [303]


async def test_a_guide_and_a_network_that_the_operator_knows_have_no_such_bound(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_address("203.0.113.7", visitor) as somebody:
        await somebody.sign_in(await make.member(await make.organization(), Role.GUIDE, "Solveig"))
        assert await tries(somebody, await form_of(somebody), 101, contact="none") == [303] * 101
    monkeypatch.setitem(settings().__dict__, "crowded", networks(["203.0.113.0/24"]))
    async with at_address("203.0.113.9", visitor) as library:
        assert await tries(library, await form_of(library), 101, contact="none") == [303] * 101


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


async def test_seats_that_were_held_too_long_do_not_count_whether_the_worker_came_by_or_not(
    visitor: Visitor,
) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    await holds(ola, MOST_ACTIVE, BookingState.OFFERED)
    refused = await visitor.submit(await form_of(visitor), name="Ola", email="ola@example.no")
    assert refused.status == 422
    visitor.wait(timedelta(hours=24))
    assert await tries(visitor, await form_of(visitor), 1) == [303]


async def test_whoever_nobody_rang_about_a_held_seat_waits_on_and_that_counts(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    await holds(ola, MOST_WAITING, BookingState.OFFERED)
    for one in await Booking.all():
        await PhoneCall.create(
            booking=one, about=CallAbout.OFFERED, key=f"offered:{one.id}", since=visitor.now
        )
    visitor.wait(timedelta(hours=24))
    page = await form_of(visitor, capacity=1)
    assert await tries(visitor, page, 1, who="other", participant_name="Ingrid") == [303]
    refused = await visitor.submit(await visitor.open(page.url), name="Ola", email="ola@example.no")
    assert "Du står på 15 ventelister. Gå ut av en av dem" in refused.text


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
