"""A month closes once: what is stored of its cells never changes, and without the year's own key nothing closes."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from marketplace.base.data import jobs
from marketplace.base.data.database import rows, value
from marketplace.operations.check.figures import FIGURES
from marketplace.privacy.actions import close_years
from marketplace.statistics import closing, stored
from marketplace.statistics.jobs import close_cells
from marketplace.statistics.measures import Measure
from marketplace.statistics.staircase import Staircase
from marketplace.statistics.stored import By, Cells
from offers.attendance import keys, year_keys
from offers.catalogue.models import Offer
from organizations.directory.models import District, DistrictPlace
from tests import make
from tests.marketplace.attended import CAST, SEPTEMBER, came, elsewhere, goal, held, plan

OCTOBER = datetime(2026, 10, 6, 8, 0, tzinfo=UTC)
IN_NOVEMBER = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def own_keys(db: None, data_dir: Path) -> Any:
    """Keys of this test's own."""
    for year in keys.years():
        keys.path_of(year).unlink()
    for gone in keys.path_of(2026).parent.glob("*.closed"):
        gone.unlink()
    yield
    for year in keys.years():
        keys.path_of(year).unlink()
    for gone in keys.path_of(2026).parent.glob("*.closed"):
        gone.unlink()


async def sandnes() -> UUID:
    return (await make.municipality()).id


async def numbers(measure: Measure = Measure.PEOPLE, cells: Cells | None = None) -> dict[int, int]:
    """By closing, what is stored of the year."""
    found = await stored.by(cells or Cells(await sandnes()), 2026, [measure], By.MONTH)
    return {number: sums[measure].value for number, sums in found.items()}


def rounded(count: int, offer: Offer) -> int:
    """What a count becomes in the cell of an offer for everyone, in office hours and in no district."""
    cell = (offer.municipality_id, offer.owner_id, "everyone", offer.kind.value, None, False)
    return Staircase(keys.year_key(2026), 2026, cell).rounded(count)


async def test_months_that_are_over_close_and_the_present_one_does_not() -> None:
    offer = await held()
    await came(offer, *CAST[:7], head_count=20)
    await close_cells(IN_NOVEMBER)
    assert await numbers() == dict.fromkeys(range(1, 9), 0) | dict.fromkeys((9, 10), rounded(7, offer))
    assert (await numbers(Measure.ATTENDANCES))[9] == rounded(27, offer)
    assert (await numbers(Measure.SESSIONS))[9] == 1
    assert [(each.year, each.number) for each in await stored.closings(await sandnes())] == [
        (2026, number) for number in range(1, 11)
    ]


async def test_a_month_closes_when_it_is_over_in_oslo() -> None:
    await came(await held(), *CAST[:7])
    await close_cells(datetime(2026, 9, 30, 21, 59, tzinfo=UTC))
    assert max(await numbers()) == 8
    await close_cells(datetime(2026, 9, 30, 22, 0, tzinfo=UTC))
    assert max(await numbers()) == 9


async def test_what_is_saved_late_comes_with_the_next_closing_and_changes_none() -> None:
    offer = await held()
    await came(offer, *CAST[:5])
    await close_cells(datetime(2026, 10, 1, tzinfo=UTC))
    before = await rows("SELECT * FROM cell_figure ORDER BY id")
    late = await held(start=SEPTEMBER + timedelta(days=1), owner=await offer.owner)
    await came(late, *CAST[5:10])
    await close_cells(IN_NOVEMBER)
    assert await numbers() | {9: 5, 10: 10} == await numbers()
    after = {each["id"]: each for each in await rows("SELECT * FROM cell_figure")}
    assert [after[each["id"]] for each in before] == before


async def test_the_year_closes_once_more_on_the_first_of_february_with_what_was_saved_late() -> None:
    offer = await held(start=datetime(2026, 12, 20, 9, 0, tzinfo=UTC))
    await close_cells(datetime(2027, 1, 31, 22, 59, tzinfo=UTC))
    assert await numbers() == {}, "no register, no key, no closing"
    await came(offer, *CAST[:5])
    await close_cells(datetime(2027, 1, 31, 22, 59, tzinfo=UTC))
    assert max(await numbers()) == 12
    await close_cells(datetime(2027, 1, 31, 23, 0, tzinfo=UTC))
    assert max(await numbers()) == 13


async def test_what_was_marked_on_the_last_evening_is_counted_in_it() -> None:
    """Whichever job comes first that night: nobody had said "Ferdig", and twelve the next day is too late."""
    offer = await held(start=datetime(2026, 12, 20, 9, 0, tzinfo=UTC))
    await came(offer, *CAST[:5])
    evening = datetime(2027, 1, 31, 20, 0, tzinfo=UTC)
    await rows("UPDATE register SET closed_at = NULL, closed_by = NULL, saved_at = $1", evening)
    await close_cells(datetime(2027, 1, 31, 22, 59, tzinfo=UTC))
    assert (await numbers()).get(12, 0) == 0
    await close_cells(datetime(2027, 1, 31, 23, 0, tzinfo=UTC))
    assert (await numbers())[13] == 5


async def test_a_person_is_counted_where_they_came_first_and_once() -> None:
    first, second = await held(), await held(start=OCTOBER)
    for name in CAST[:5]:
        person = await make.person(name, f"{name.lower()}@example.no")
        for offer in (first, second):
            await came_signed_in(offer, person)
    await close_cells(IN_NOVEMBER)
    assert await numbers() | {9: 5, 10: 5} == await numbers()
    here = await stored.by(Cells(await sandnes()), 2026, [Measure.PEOPLE], By.ORGANIZATION)
    assert {key: sums[Measure.PEOPLE].value for key, sums in here.items()} == {
        first.owner_id: 5,
        second.owner_id: 0,
    }


async def came_signed_in(offer: Offer, person: Any) -> None:
    """Somebody who has signed in came, with others who were saved before."""
    from offers.attendance import actions
    from offers.attendance.models import Register
    from offers.catalogue.models import SeatPool, Session
    from offers.seats.models import Booking

    session = await Session.get(offer=offer).select_related("offer")
    await make.booking(
        await SeatPool.get(session=session), person, contact=await person.contact_points.all().first()
    )
    before = await Register.get_or_none(session=session)
    there = {each.id for each in await Booking.filter(offer=offer)}
    await actions.save(
        session, there, {}, None, version=before.saved_at if before else None, by=person.id,
        now=session.starts_at + timedelta(minutes=len(there)),
    )  # fmt: skip


async def test_a_session_stays_in_its_cell_whatever_becomes_of_the_offer() -> None:
    offer = await held(audiences=["everyone", "seniors"], main_audience="seniors")
    await came(offer, *CAST[:5])
    await close_cells(datetime(2026, 10, 1, tzinfo=UTC))
    await Offer.filter(id=offer.id).update(main_audience="everyone", kind="talk")
    await close_cells(IN_NOVEMBER)
    seniors = Cells(await sandnes(), audiences=("seniors",), kinds=("activity",))
    assert (await numbers(cells=seniors))[10] == 5
    assert await value("SELECT count(*) FROM cell_figure WHERE (figures->>'people')::int > 0") == 2


async def test_a_cell_knows_its_district_by_postcode_else_by_town_and_its_time_of_day() -> None:
    municipality = await sandnes()
    centre = await District.create(municipality_id=municipality, slug="sentrum", name="Sentrum")
    village = await District.create(municipality_id=municipality, slug="hommersak", name="Hommersåk")
    await DistrictPlace.create(district=centre, municipality_id=municipality, postcode="4306")
    await DistrictPlace.create(district=village, municipality_id=municipality, city="hommersåk")
    for venue in (
        await make.venue(),
        await make.venue(postcode="4311", city="Hommersåk"),
        await make.venue(postcode=None, city=None),
    ):  # fmt: skip
        await came(await held(venue=venue), head_count=5)
    await came(await held(start=SEPTEMBER + timedelta(hours=6)), head_count=5)  # four o'clock in Oslo
    await close_cells(IN_NOVEMBER)
    cells = Cells(municipality)
    found = await stored.by(cells, 2026, [Measure.ATTENDANCES], By.DISTRICT)
    assert {key: sums[Measure.ATTENDANCES].value for key, sums in found.items()} == {
        centre.id: 5,
        village.id: 5,
        None: 10,
    }
    evening = await stored.total(Cells(municipality, evening=True), 2026, [Measure.ATTENDANCES])
    assert evening[Measure.ATTENDANCES] == stored.Sum(5, 1)
    nowhere = await stored.total(
        Cells(municipality, districts=(None, centre.id)), 2026, [Measure.ATTENDANCES]
    )
    assert nowhere[Measure.ATTENDANCES].value == 15


async def test_what_is_for_staff_only_is_counted_apart() -> None:
    training, walk = await held(audiences=["staff"]), await held(start=OCTOBER)
    for name in CAST[:5]:
        person = await make.person(name, f"{name.lower()}@example.no")
        for offer in (training, walk):
            await came_signed_in(offer, person)
    await close_cells(IN_NOVEMBER)
    assert (await numbers())[10] == 5
    assert (await numbers(cells=Cells(await sandnes(), audiences=("staff",))))[10] == 5


async def test_without_the_years_own_key_nothing_closes_and_none_is_made(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await came(await held(), *CAST[:5])
    key = keys.path_of(2026).read_bytes()
    keys.path_of(2026).unlink()
    await close_cells(IN_NOVEMBER)
    assert await value("SELECT count(*) FROM closing") == 0
    assert not keys.here(2026)
    keys.path_of(2026).write_bytes(b"another" * 5)
    await close_cells(IN_NOVEMBER)
    assert await value("SELECT count(*) FROM closing") == 0
    keys.path_of(2026).write_bytes(key)
    await close_cells(IN_NOVEMBER)
    assert await value("SELECT count(*) FROM closing") == 10
    assert {bytes(each["key_fingerprint"]) for each in await rows("SELECT key_fingerprint FROM closing")} == {
        year_keys.fingerprint(key)
    }


async def test_a_key_goes_only_when_the_thirteenth_closing_of_its_year_is_stored() -> None:
    await came(await held(), *CAST[:5])
    assert await close_years(FEBRUARY) == 0
    assert keys.here(2026)
    await close_cells(datetime(2027, 1, 31, 12, 0, tzinfo=UTC))
    assert await close_years(FEBRUARY) == 0, "the thirteenth is not stored"
    await close_cells(FEBRUARY)
    assert max(await numbers()) == 13
    assert await close_years(FEBRUARY) == 1
    assert not keys.here(2026)
    await close_cells(FEBRUARY)
    assert max(await numbers()) == 13


async def test_a_year_with_figures_by_the_old_rule_keeps_those_and_the_next_one_has_the_cube() -> None:
    await came(await held(), *CAST[:5])
    old = await goal(await plan())
    await rows(
        "INSERT INTO goal_figure (id, goal_id, month, value, counted_at) VALUES (gen_random_uuid(), $1, $2, 5, $3)",
        old.id, datetime(2026, 9, 1).date(), IN_NOVEMBER,  # noqa: DTZ001 - a date
    )  # fmt: skip
    await close_cells(IN_NOVEMBER)
    assert await value("SELECT count(*) FROM closing") == 0
    await came(await held(start=datetime(2027, 1, 12, 9, 0, tzinfo=UTC)), *CAST[:5])
    await close_cells(FEBRUARY)
    assert [(each.year, each.number) for each in await stored.closings(await sandnes())] == [(2027, 1)]


async def test_a_month_that_is_closed_twice_stands_once() -> None:
    await came(await held(), *CAST[:5])
    due = (await closing.due(IN_NOVEMBER))[0]
    assert await closing.close(due, keys.year_key(2026), now=IN_NOVEMBER)
    assert await closing.close(due, keys.year_key(2026), now=IN_NOVEMBER)
    assert await value("SELECT count(*) FROM closing") == 1
    assert due not in await closing.due(IN_NOVEMBER)


async def test_no_month_overtakes_one_that_a_killed_worker_left() -> None:
    """Its lease stands for a while: the later months of that year wait for it, and other municipalities do not."""
    there = await elsewhere()
    await came(await held(), *CAST[:5])
    mine = [each for each in await closing.due(IN_NOVEMBER) if each.municipality == await sandnes()]
    assert await jobs.lease(closing.JOB, mine[2].slot, now=IN_NOVEMBER)
    await close_cells(IN_NOVEMBER)
    assert max(await numbers()) == 2
    assert len(await stored.closings(there.id)) == 10
    assert not await closing.close(mine[5], keys.year_key(2026), now=IN_NOVEMBER), "nor who has got its lease"
    assert await value("SELECT count(*) FROM job_run WHERE slot = $1", mine[5].slot) == 0
    await close_cells(IN_NOVEMBER + timedelta(minutes=10))
    assert max(await numbers()) == 10
    assert await broken_figures() == []


async def test_two_workers_at_once_close_each_month_once_and_in_order() -> None:
    await came(await held(), *CAST[:7])
    await asyncio.gather(*[close_cells(IN_NOVEMBER) for _worker in range(4)])
    await close_cells(IN_NOVEMBER + timedelta(minutes=10))
    assert [each.number for each in await stored.closings(await sandnes())] == list(range(1, 11))
    assert await broken_figures() == []


async def broken_figures() -> list[str]:
    """What `check-data` would say of stored figures."""
    return [sentence for sentence, sql in FIGURES if await rows(sql)]


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", ["closing", "cell_figure"])
async def test_what_is_stored_cannot_be_changed(statement: str, table: str) -> None:
    await came(await held(), *CAST[:5])
    await close_cells(IN_NOVEMBER)
    with pytest.raises(Exception, match="append-only"):
        await rows(statement.format(table))


async def test_an_offer_counts_as_one_of_those_it_is_for() -> None:
    one = await make.offer(audiences=["seniors"])
    several = await make.offer(audiences=["everyone", "youth"], main_audience="parents")
    chosen = await make.offer(audiences=["everyone", "youth"], main_audience="youth")
    for offer, expected in ((one, "seniors"), (several, "everyone"), (chosen, "youth")):
        assert (await Offer.get(id=offer.id)).main_audience == expected
    await Offer.filter(id=chosen.id).update(audiences=["parents"])
    assert (await Offer.get(id=chosen.id)).main_audience == "parents"
