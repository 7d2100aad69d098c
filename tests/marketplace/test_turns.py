"""One that can never be done keeps no other from its turn, whatever stands first; and the job is known to go wrong."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
import time_machine
from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

from marketplace.base.data import jobs
from marketplace.base.data.database import column, rows, value
from marketplace.base.models import OutboxMessage, SentForm
from marketplace.privacy import jobs as privacy_jobs
from marketplace.statistics.jobs import close_cells
from offers.attendance import keys
from offers.attendance.closing import actions as closing
from offers.attendance.year_keys import key_of
from offers.catalogue.models import Joining, Offer, Promotion, SeatPool, Session
from offers.search.words.jobs import make_parts
from offers.seats.actions import expire_offers
from offers.seats.models import Booking, BookingState
from offers.sessions.jobs import tell_added
from offers.work.jobs import tell_days, tell_of_calls, tell_of_requests, tell_who_waits
from organizations.directory.models import Organization
from organizations.members.models import Role
from organizations.notices.models import MemberNotice, Notice
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.registers import evening

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.usefixtures("db")
BAD = "outbox_message", "address <> 'first@example.no'"


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@asynccontextmanager
async def refusing(table: str, holds: str) -> AsyncIterator[None]:
    """A database that takes no row of this table but those of which that holds."""
    await rows(f"ALTER TABLE {table} ADD CONSTRAINT trial CHECK ({holds}) NOT VALID")
    try:
        yield
    finally:
        await rows(f"ALTER TABLE {table} DROP CONSTRAINT trial")


async def both(**other: object) -> list[Offer]:
    """Two organisations with one who is told, and an offer each; what is made first stands first."""
    found = []
    for name in ("first", "second"):
        owner = await make.organization(name)
        await make.member(owner, Role.EDITOR, "Kari", email=f"{name}@example.no")
        found.append(await make.offer(name, owner=owner, **other))  # type: ignore[arg-type]
    return found


async def told(mail: str) -> list[str]:
    return [one.address for one in await OutboxMessage.filter(mail=mail).order_by("address")]


async def test_a_seat_that_cannot_go_on_keeps_no_other_from_the_next() -> None:
    held = []
    for offer in await both(promotion=Promotion.HELD, capacity=1):
        pool = await SeatPool.get(offer=offer)
        held.append(await make.booking(pool, await make.person(), BookingState.OFFERED))
    async with refusing("booking", f"state <> 'expired' OR id <> '{held[0].id}'"):
        with pytest.raises(IntegrityError):
            await expire_offers(now=NOW + 3 * DAY)
    assert [(await Booking.get(id=one.id)).state for one in held] == ["offered", "expired"]


async def test_somebody_elses_lock_on_one_is_not_taken_for_a_database_that_is_away() -> None:
    done = []

    async def act(one: Exception | None) -> None:
        if one:
            raise one
        done.append(one)

    with pytest.raises(asyncpg.LockNotAvailableError):
        await jobs.each([asyncpg.LockNotAvailableError("trial"), None], act)
    with pytest.raises(PermissionError):
        await jobs.each([PermissionError(13, "trial", "a-file"), None], act)
    assert len(done) == 2
    with pytest.raises(ConnectionRefusedError):
        await jobs.each([ConnectionRefusedError(111, "trial"), None], act)
    assert len(done) == 2, "and one that is away is not asked again and again"


async def test_a_register_that_cannot_be_closed_keeps_no_other_open() -> None:
    await key_of(2026, NOW)
    sessions = []
    for name in ("Ola", "Liv"):
        _offer, session, _host = await evening(name, starts=NOW - 5 * HOUR)
        await rows("INSERT INTO register (id, session_id, saved_at) VALUES (gen_random_uuid(), $1, $2)",
                   session.id, session.starts_at)  # fmt: skip
        booking = await Booking.get(participant__name=name)
        await rows(
            """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, recorded_at, cause)
            VALUES (gen_random_uuid(), $1, $2, 'absent', 0, $3, 'tap')""",
            session.id, booking.id, session.starts_at,
        )  # fmt: skip
        sessions.append(session.id)
    first, second = sorted(sessions)
    async with refusing("register", f"closed_at IS NULL OR session_id <> '{first}'"):
        with pytest.raises(IntegrityError):
            await closing.close_by_the_clock(NOW + DAY)
    assert await column("SELECT session_id FROM register WHERE closed_at IS NOT NULL") == [second]


async def test_a_date_that_cannot_be_told_of_keeps_no_other_from_being_told() -> None:
    for name in ("first", "second"):
        offer = await make.offer(name, joining=Joining.WHOLE)
        person = await make.person(name)
        contact = await make.contact(person, f"{name}@example.no")
        await make.booking(await SeatPool.get(offer=offer), person, contact=contact, created_at=NOW - DAY)
        await Session.filter(offer=offer).update(untold_since=NOW)
    async with refusing(*BAD):
        with pytest.raises(IntegrityError):
            await tell_added(NOW)
    assert await told("session_added") == ["second@example.no"]
    await tell_added(NOW)
    assert await told("session_added") == ["first@example.no", "second@example.no"]


async def test_who_asks_one_organisation_waits_for_no_other() -> None:
    offers = await both(joining=Joining.REQUEST, starts=[NOW + 30 * DAY])
    for offer, address in zip(offers, ("first@example.no", "ola@example.no"), strict=True):
        ola = await make.person("Ola")
        contact = await make.contact(ola, address, verified=False)
        await make.booking(await SeatPool.get(offer=offer), ola, BookingState.REQUESTED, contact=contact,
                           created_at=NOW - 8 * DAY)  # fmt: skip
    async with refusing(*BAD):
        for tell in (tell_of_requests, tell_who_waits):
            with pytest.raises(IntegrityError):
                await tell(NOW)
    assert await told("asked_before") + await told("asked") == ["second@example.no"]
    assert await told("still_waiting") == ["ola@example.no"]
    assert sorted(await column("SELECT told_times FROM booking")) == [0, 3], "what nobody heard is not noted"


async def test_who_asked_to_be_rung_waits_for_no_other() -> None:
    for offer in await both():
        booking = await make.booking(await SeatPool.get(offer=offer), await make.person())
        await rows(
            """INSERT INTO phone_call (id, booking_id, about, key, since)
            VALUES ($4, $1, 'asked', $2, $3)""",
            booking.id, f"asked:{booking.id}", NOW, uuid7(),
        )  # fmt: skip
    async with refusing(*BAD):
        with pytest.raises(IntegrityError):
            await tell_of_calls(NOW)
    assert await told("ring_me") == ["second@example.no"]


async def test_a_day_is_told_to_all_others_and_goes_wrong_until_it_is_told_to_all() -> None:
    noon = datetime(2026, 10, 13, 10, tzinfo=UTC)
    for offer in await both():
        owner = await Organization.get(id=offer.owner_id)
        (kari,) = await column("SELECT person_id FROM membership WHERE organization_id = $1", owner.id)
        await MemberNotice.create(
            person_id=kari, organization=owner, kind=Notice.DIGEST, wanted=True, changed_at=NOW
        )
    async with refusing(*BAD):
        for minute in range(3):
            with pytest.raises(IntegrityError):  # at each run: a lease would hide it from whoever looks
                await tell_days(noon + timedelta(minutes=minute))
    assert await told("day_before") == ["second@example.no"]
    assert await value("SELECT done_at FROM job_run WHERE job = 'who_came'") is not None, "its turn comes too"
    await tell_days(noon + timedelta(minutes=3))
    await tell_days(noon + timedelta(minutes=4))
    assert await told("day_before") == ["first@example.no", "second@example.no"]


async def test_nobodys_data_stays_because_anothers_cannot_go() -> None:
    old = NOW - 4000 * DAY
    for number in range(3):
        await SentForm.create(key=bytes([number]) * 32, led_to="/", created_at=old)
    await rows("INSERT INTO forgetting (id, at, gone) VALUES (gen_random_uuid(), $1, 0)", old)
    ids = sorted(await column("SELECT id FROM sent_form"))
    await rows(
        f"""CREATE FUNCTION trial() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF OLD.id = '{ids[0]}' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN OLD; END $$"""
    )
    await rows("CREATE TRIGGER trial BEFORE DELETE ON sent_form FOR EACH ROW EXECUTE FUNCTION trial()")
    try:
        for again in range(2):
            with pytest.raises(Exception, match="not this one"):
                await privacy_jobs.forget(NOW + again * timedelta(minutes=10))
    finally:
        await rows("DROP FUNCTION trial CASCADE")
    assert await column("SELECT id FROM sent_form") == ids[:1]
    assert await value("SELECT count(*) FROM forgetting") == 0, (
        "what comes after it goes; the night is not done"
    )
    await privacy_jobs.forget(NOW + HOUR)
    assert await column("SELECT id FROM sent_form") == []
    assert await value("SELECT count(*) FROM forgetting") == 1


async def test_a_month_that_cannot_be_closed_keeps_no_other_municipality_from_theirs(data_dir: Path) -> None:
    for year in keys.years():
        keys.path_of(year).unlink()
    await key_of(2026, NOW)
    one = await make.municipality()
    other = await make.municipality(number="1103", slug="stavanger", name="Stavanger")
    first, second = sorted([one.id, other.id])
    async with refusing("closing", f"municipality_id <> '{first}' OR number <> 2"):
        with pytest.raises(asyncpg.CheckViolationError):
            await close_cells(NOW)
    closed: dict[UUID, int] = {
        each["municipality_id"]: each["last"]
        for each in await rows("SELECT municipality_id, max(number) AS last FROM closing GROUP BY 1")
    }
    assert closed == {first: 1, second: 9}
    await close_cells(NOW)
    assert await column("SELECT DISTINCT max(number) FROM closing GROUP BY municipality_id") == [9]


async def test_a_text_that_cannot_be_divided_keeps_no_other_from_being_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("offers.search.words.jobs.AT_ONCE", 1)
    monkeypatch.setattr("offers.search.words.jobs.TO_DO", limited())
    for title in ("Turgruppe", "Bokkafé"):
        await make.offer(title)
    await rows("UPDATE offer_text SET parts = NULL")
    first, *others = sorted(await column("SELECT id FROM offer_text"))
    async with refusing("offer_text", f"parts IS NULL OR id <> '{first}'"):
        for _again in range(2):
            with pytest.raises(IntegrityError):
                await make_parts(NOW)
    assert sorted(await column("SELECT id FROM offer_text WHERE parts IS NOT NULL")) == others


def limited() -> str:
    from offers.search.words.jobs import TO_DO

    return TO_DO.replace("LIMIT 500", "LIMIT 1")


async def test_what_fails_gives_its_slot_back_and_what_is_done_keeps_it() -> None:
    for minute in range(2):
        with suppress(ValueError):
            async with jobs.leased("trial", "1", now=NOW + minute * timedelta(minutes=1)) as ours:
                assert ours
                raise ValueError
    async with jobs.leased("trial", "1", now=NOW + timedelta(minutes=2)) as ours:
        assert ours
        async with jobs.leased("trial", "1", now=NOW + timedelta(minutes=3)) as anothers:
            assert not anothers
        await jobs.done("trial", "1", now=NOW)
    async with jobs.leased("trial", "1", now=NOW + DAY) as ours:
        assert not ours
