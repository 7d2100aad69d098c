"""Kari books for Ada, who has booked herself: nothing that Kari sees depends on that. Ada sees all of it."""

import secrets
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.errors import Refused
from marketplace.my_page.acting import actions as acting
from marketplace.people.models import ActsFor, ContactPoint, Person, Relation
from offers.bookings import actions
from offers.bookings.actions import ForWhom
from offers.bookings.mending import actions as mending_actions
from offers.bookings.queries import booking
from offers.bookings.several.claims import DatesRefused
from offers.bookings.times import actions as times_actions
from offers.bookings.times.queries import free_times, other_time
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Offer, Promotion, SeatPool
from offers.catalogue.queries import VISITOR
from offers.seats.claims import Booked, Party
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState, EndedBy
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor


class Family(NamedTuple):
    kari: Person
    ada: Person
    per: Person
    """Ada's father, who acts for her too."""
    relation: ActsFor


@pytest.fixture
async def family(db: None) -> Family:
    kari, ada = await make.person("Kari", "kari@example.no"), await make.person("Ada", "ada@example.no")
    per = await make.person("Per", "per@example.no")
    acts = [
        await ActsFor.create(
            actor=each, person=ada, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
        )
        for each in (kari, per)
    ]
    return Family(kari, ada, per, acts[0])


async def three_dates(**other: object) -> tuple[Offer, list[SeatPool]]:
    starts = [NOW + timedelta(days=day) for day in (7, 14, 21)]
    offer = await make.offer("Klatring", starts=starts, **other)  # type: ignore[arg-type]
    return offer, await SeatPool.filter(offer=offer).order_by("starts_at")


def date_of(pool: SeatPool) -> UUID:
    assert pool.session_id is not None
    return pool.session_id


async def address_of(made: Booking) -> str:
    return (await ContactPoint.get(id=made.contact_id)).value


async def books(by: Person, offer: Offer, pool: SeatPool, whom: Person | None = None) -> Booked:
    party = Party(by.name or "", person=by.id, participant=whom.id if whom else None)
    return await actions.book(offer.slug, pool.session_id, party, viewer=VISITOR, form_key=secrets.token_bytes(16),
                             lang="nb", now=NOW)  # fmt: skip


@pytest.mark.parametrize("hidden_by", ["ada", "per"])
async def test_another_date_that_she_has_herself_is_free_to_choose_and_to_take(
    visitor: Visitor, family: Family, hidden_by: str
) -> None:
    offer, (first, second, _third) = await three_dates()
    made = await books(family.kari, offer, first, family.ada)
    if hidden_by == "ada":
        await books(family.ada, offer, second)
    else:
        await books(family.per, offer, second, family.ada)
    await visitor.sign_in(family.kari)
    page = await visitor.open(f"{made.path}/time")
    assert str(second.session_id) in page.response.text
    done = await visitor.follow(await visitor.submit(page, "/time", session=str(second.session_id)))
    assert (done.status, "Ada" in done.heading) == (200, True)
    assert await Booking.filter(pool=second, participant=family.ada, state="confirmed").count() == 2
    assert (await SeatPool.get(id=second.id)).taken == 2


async def test_who_is_signed_in_as_the_participant_is_not_given_a_date_twice(
    visitor: Visitor, family: Family
) -> None:
    offer, (first, second, _third) = await three_dates()
    made = await books(family.kari, offer, first, family.ada)
    await books(family.ada, offer, second)
    await visitor.sign_in(family.ada)
    assert str(second.session_id) not in (await visitor.open(f"{made.path}/time")).response.text
    with pytest.raises(Refused, match="Du er påmeldt den tiden allerede"):
        await times_actions.change_time(
            made.id, date_of(second), form_key=bytes(16), now=NOW, by=family.ada.id
        )
    again = await books(family.ada, offer, first)
    assert (again.again, again.id) == (True, made.id), "what her mother made for her is hers to know"


async def test_several_dates_are_booked_over_what_she_has_and_she_herself_is_told(family: Family) -> None:
    offer, pools = await three_dates()
    await books(family.ada, offer, pools[1])

    async def several(by: Person, whom: Person | None, pools: list[SeatPool]) -> Booked:
        party = Party(by.name or "", person=by.id, participant=whom.id if whom else None)
        return await actions.book_dates(
            offer.slug, [date_of(pool) for pool in pools], party, viewer=VISITOR, form_key=secrets.token_bytes(16),
            lang="nb", now=NOW)  # fmt: skip

    await several(family.kari, family.ada, pools)
    assert await Booking.filter(booked_by=family.kari, participant=family.ada).count() == 3
    with pytest.raises(DatesRefused, match="Ada er påmeldt denne dagen allerede"):
        await several(family.kari, family.ada, pools)
    with pytest.raises(DatesRefused) as refused:
        await several(family.ada, None, pools)
    assert len(refused.value.reasons) == 3


async def test_a_conversation_at_another_time_that_she_has_is_not_told(family: Family) -> None:
    offer, (first, second, _third) = await three_dates(kind=Kind.CONVERSATION, capacity=3)
    await books(family.ada, offer, second)
    made = await books(family.kari, offer, first, family.ada)
    assert not made.again
    ada = await booking((await Booking.get(id=made.id)).id, "nb")
    free = {one.session_id for one in await free_times(ada, family.kari.id, NOW)}
    assert second.session_id in free


async def test_of_two_who_have_booked_the_same_time_for_her_she_always_reads_of_the_first(
    family: Family,
) -> None:
    """Wherever the database keeps them: else a page tells by its bytes what was written near it."""
    offer, (first, _second, _third) = await three_dates(kind=Kind.CONVERSATION, capacity=3)
    made = await books(family.kari, offer, first, family.ada)
    await books(family.per, offer, first, family.ada)
    for _ in range(2):
        path = await other_time(offer.id, family.ada.id, family.ada.id, None, b"", NOW)
        assert path == (await booking(made.id, "nb")).path
        await rows("UPDATE booking SET form_key = $2 WHERE id = $1", made.id, secrets.token_bytes(16))


async def test_a_late_yes_is_not_refused_for_a_booking_of_hers(family: Family) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=1, promotion=Promotion.HELD)
    pool = await SeatPool.get(offer=offer)
    lapsed = await make.booking(pool, family.ada, BookingState.EXPIRED, booked_by=family.kari)
    await make.booking(pool, family.ada)
    assert await actions.answer_offer(lapsed.id, True, now=NOW) is BookingState.WAITING
    own = await make.booking(pool, family.per, BookingState.EXPIRED)
    await make.booking(pool, family.per, BookingState.WAITING)
    with pytest.raises(Refused, match="Du har en ny påmelding her allerede"):
        await actions.answer_offer(own.id, True, now=NOW)


async def test_what_she_changes_does_not_use_up_what_her_mother_may_change(
    visitor: Visitor, family: Family
) -> None:
    offer, (first, second, _third) = await three_dates()
    hers = await books(family.ada, offer, first)
    theirs = await books(family.kari, offer, first, family.ada)
    page = await visitor.open(f"{hers.path}/time")
    for _time in range(20):
        await visitor.submit(page, "/time", session=str(first.session_id))
    assert (await visitor.submit(page, "/time", session=str(second.session_id))).status == 429
    page = await visitor.open(f"{theirs.path}/time")
    assert (await visitor.submit(page, "/time", session=str(second.session_id))).status == 303


@pytest.mark.parametrize("hidden", [True, False])
async def test_when_it_ends_all_of_it_is_handed_over_alike(
    visitor: Visitor, family: Family, hidden: bool
) -> None:
    offer, (first, second, _third) = await three_dates(capacity=5)
    if hidden:
        await books(family.ada, offer, second)
    made = [await books(family.kari, offer, pool, family.ada) for pool in (first, second)]
    taken = [pool.taken for pool in await SeatPool.filter(offer=offer).order_by("starts_at")]
    await acting.end(family.ada.id, family.relation.id, now=NOW)
    assert taken == [pool.taken for pool in await SeatPool.filter(offer=offer).order_by("starts_at")]
    await visitor.sign_in(family.kari)
    assert "Klatring" not in (await visitor.open("/my-page")).text
    assert [(await visitor.open(each.path)).status for each in made] == [404, 404]
    kept = await Booking.filter(id__in=[each.id for each in made])
    assert {(each.booked_by_id, each.participant_id, await address_of(each), each.link_version, each.handed_over_at)
            for each in kept} == {(family.ada.id, family.ada.id, "ada@example.no", 2, NOW)}  # fmt: skip
    await visitor.sign_in(family.ada)
    mine = str((await visitor.open("/my-page")).soup)
    hers = await Booking.filter(participant=family.ada)
    assert [link_path(each.id, each.link_version) in mine for each in hers] == [True] * (2 + hidden)
    for each in kept:
        cancelled = await visitor.open(f"{link_path(each.id, 2)}/cancel")
        assert (await visitor.submit(cancelled, "/cancel")).status == 303
    assert await Booking.filter(state="confirmed").count() == int(hidden)


async def test_who_has_stopped_acting_mends_nothing_by_a_form_that_is_still_open(family: Family) -> None:
    offer, (first, _second, _third) = await three_dates(max_party=4)
    mine = Party("Kari", person=family.kari.id, participant=family.ada.id)
    made = await actions.book(
        offer.slug, first.session_id, mine, viewer=VISITOR, form_key=bytes(16), lang="nb", now=NOW
    )
    await acting.end(family.kari.id, family.relation.id, now=NOW)
    key: bytes = await value("SELECT form_key FROM booking WHERE id = $1", made.id)
    contact = await ContactPoint.get(person=family.kari)
    for party in (
        mine,
        Party("Kari", person=family.kari.id, seats=3, contact_id=contact.id),
    ):
        with pytest.raises(Refused):
            await mending_actions.mend(
                key, party, sessions=[first.session_id], form_key=bytes(16), now=NOW, by=family.kari.id
            )
    with pytest.raises(ForWhom):
        await actions.book(
            offer.slug, first.session_id, mine, viewer=VISITOR, form_key=bytes(16), lang="nb", now=NOW
        )
    kept = await Booking.get(id=made.id)
    assert (kept.seats, await address_of(kept)) == (1, "ada@example.no")


async def test_she_finds_what_was_handed_over_when_she_books_the_same_again(family: Family) -> None:
    offer, (first, _second, _third) = await three_dates()
    made = await books(family.kari, offer, first, family.ada)
    await acting.end(family.ada.id, family.relation.id, now=NOW)
    again = await books(family.ada, offer, first)
    assert (again.again, again.id) == (True, made.id)


async def test_an_address_that_the_helper_has_too_is_not_where_her_messages_go(family: Family) -> None:
    child = await make.person("Ine")
    await make.contact(child, "kari@example.no", verified=False)
    relation = await ActsFor.create(
        actor=family.kari, person=child, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )
    offer, (first, _second, _third) = await three_dates()
    made = await books(family.kari, offer, first, child)
    await acting.end(family.kari.id, relation.id, now=NOW)
    assert (await Booking.get(id=made.id)).contact_id is None, "she is rung"


async def test_two_of_each_who_made_one_are_sound_and_two_of_one_are_not(family: Family) -> None:
    _offer, (first, _second, _third) = await three_dates()
    await make.booking(first, family.ada)
    await make.booking(first, family.ada, booked_by=family.kari)
    with pytest.raises(Exception, match="booking_one_active"):
        await make.booking(first, family.ada)


async def test_cancelling_one_of_them_leaves_the_other(family: Family) -> None:
    offer, (first, _second, _third) = await three_dates()
    own, made = await books(family.ada, offer, first), await books(family.kari, offer, first, family.ada)
    await actions.cancel(made.id, now=NOW)
    assert (await Booking.get(id=own.id)).state is BookingState.CONFIRMED
    assert (await Booking.get(id=made.id)).ended_by is EndedBy.SELF
    assert await rows("SELECT taken FROM seat_pool WHERE id = $1", first.id) == [{"taken": 1}]
