"""What the coordinator sees of how organisations answer: names of organisations, and nothing of anybody who asked."""

from datetime import timedelta

from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.participants import actions as participants_actions
from offers.seats.models import Booking, BookingState
from organizations.directory.models import Organization, OrganizationKind
from organizations.members.models import Role
from organizations.notices.queries import answering_late, nobody_told
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

DAY = timedelta(days=1)


async def group(*, sensitive: bool = False, told: bool = True) -> tuple[Organization, Offer]:
    here = await make.organization("Turlaget")
    if told:
        await make.member(here, Role.EDITOR, "Kari", email="kari@example.no")
    offer = await make.offer("Turgruppa", owner=here, joining=Joining.REQUEST, sensitive=sensitive, starts=[])
    return here, offer


async def nora() -> object:
    town = await make.organization("Sandnes kommune", kind=OrganizationKind.MUNICIPAL)
    return await make.member(town, Role.COORDINATOR, "Nora")


async def ask(offer: Offer, days: int, **other: object) -> Booking:
    pool = await SeatPool.get(offer=offer)
    return await make.booking(pool, state=BookingState.REQUESTED, created_at=NOW - days * DAY, **other)


async def late(who: object) -> list[str]:
    return [each.name for each in await answering_late(who, NOW)]


async def test_after_a_week_the_organisation_is_named_and_nothing_else(visitor: Visitor) -> None:
    _here, offer = await group()
    who = await nora()
    booking = await ask(offer, 6)
    await visitor.sign_in(who)  # type: ignore[arg-type]
    assert "Disse svarer sent" not in (await visitor.open("/approvals")).text
    await Booking.filter(id=booking.id).update(created_at=NOW - 8 * DAY)
    page = await visitor.open("/approvals")
    assert "Disse svarer sent" in page.text
    assert "Turlaget" in page.text
    assert "Turgruppa" not in page.text
    before = page.text
    await ask(offer, 9)
    assert (await visitor.open("/approvals")).text == before, "how many is told nobody"


async def test_who_asked_waits_for_an_answer_whatever_the_offer_has_become_since(db: None) -> None:
    _here, offer = await group()
    who = await nora()
    await ask(offer, 8)
    await Offer.filter(id=offer.id).update(joining="whole")
    assert await late(who) == ["Turlaget"]


async def test_one_request_for_a_sensitive_offer_tells_the_coordinator_nothing(db: None) -> None:
    _here, offer = await group(sensitive=True)
    who = await nora()
    await ask(offer, 8)
    await ask(offer, 9)
    assert await late(who) == []
    await ask(offer, 10)
    assert await late(who) == ["Turlaget"]


async def test_one_who_asks_three_times_is_one(db: None) -> None:
    _here, offer = await group(sensitive=True)
    who, ola = await nora(), await make.person("Ola")
    pool = await SeatPool.get(offer=offer)
    for number in range(3):
        await make.booking(
            pool, ola, BookingState.CANCELLED, ended_by="self", created_at=NOW - (20 + number) * DAY,
            changed_at=NOW - DAY,
        )  # fmt: skip
    assert await late(who) == []


async def test_what_becomes_of_the_request_changes_nothing_that_one_can_read(db: None) -> None:
    _here, offer = await group()
    who, kari = await nora(), await make.person("Kari")
    answered, withdrawn = await ask(offer, 8), await ask(offer, 8)
    assert await late(who) == ["Turlaget"]
    await participants_actions.answer_request(answered.id, True, now=NOW, by=kari.id)
    await actions.cancel(withdrawn.id, now=NOW)
    assert await late(who) == ["Turlaget"]


async def test_who_answers_in_time_or_asks_for_a_talk_is_not_named(db: None) -> None:
    _here, offer = await group()
    who, kari = await nora(), await make.person("Kari")
    answered = await ask(offer, 8)
    await participants_actions.answer_request(answered.id, True, now=NOW - 3 * DAY, by=kari.id)
    await ask(offer, 9, talk_asked_at=NOW - 8 * DAY)
    withdrawn = await ask(offer, 12)
    await actions.cancel(withdrawn.id, now=NOW - 10 * DAY)
    assert await late(who) == []


async def test_where_nobody_hears_of_a_request_the_coordinator_sees_it(db: None) -> None:
    here, _offer = await group(told=False)
    who = await nora()
    assert [each.name for each in await nobody_told(who)] == ["Turlaget"]
    kari = await make.member(here, Role.EDITOR, "Kari", email="kari@example.no")
    assert await nobody_told(who) == []
    await make.notice(kari, here, "request", wanted=False)
    assert [each.name for each in await nobody_told(who)] == ["Turlaget"]


async def test_what_one_cannot_ask_needs_nobody(db: None) -> None:
    here = await make.organization("Kafeen")
    await make.offer(owner=here, joining=Joining.DROP_IN)
    assert await nobody_told(await nora()) == []


async def test_another_municipalitys_are_not_seen(db: None) -> None:
    _here, offer = await group(told=False)
    await ask(offer, 30)
    other = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    town = await make.organization("Kommunen", kind=OrganizationKind.MUNICIPAL, municipality=other)
    ingeborg = await make.member(town, Role.COORDINATOR, "Ingeborg")
    assert (await late(ingeborg), await nobody_told(ingeborg)) == ([], [])
