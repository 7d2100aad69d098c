"""Clocks, ends of years, killed workers and organisations that go: what is stored stands, and nothing counts twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from marketplace.base.data.database import credentials, rows, value
from marketplace.operations.check.figures import FIGURES
from marketplace.privacy.actions import close_years
from marketplace.settings import settings
from marketplace.statistics import stored
from marketplace.statistics.jobs import close_cells
from marketplace.statistics.measures import Measure
from marketplace.statistics.stored import By, Cells
from offers.attendance import actions, keys
from offers.attendance.keys import YearClosed
from offers.attendance.year_keys import key_of
from offers.catalogue.models import Offer, Session
from offers.seats.models import Booking
from offers.sessions.actions import move
from organizations.directory.models import Organization, OrganizationState
from organizations.members.models import Role
from tests import make
from tests.marketplace.attended import CAST, held
from tests.marketplace.statistics.attacks.test_hostile import registered, signed_in, typed

OCTOBER_IS_OVER = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
IN_JANUARY = datetime(2027, 1, 5, 8, 0, tzinfo=UTC)
IN_FEBRUARY = datetime(2027, 2, 3, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def own_keys(db: None, data_dir: Path) -> AsyncIterator[None]:
    folder = keys.path_of(2026).parent
    for path in folder.glob("participation-*"):
        path.unlink()
    yield
    for path in folder.glob("participation-*"):
        path.unlink()


async def numbers(year: int, measure: Measure = Measure.PEOPLE) -> dict[int, int]:
    here = Cells((await make.municipality()).id)
    found = await stored.by(here, year, [measure], By.MONTH)
    return {number: sums[measure].value for number, sums in found.items()}


async def all_stored() -> list[dict[str, Any]]:
    return await rows("SELECT * FROM cell_figure ORDER BY id")


async def broken_figures() -> list[str]:
    return [sentence for sentence, sql in FIGURES if await rows(sql)]


async def test_a_clock_that_is_set_back_closes_nothing_again() -> None:
    await registered(await held(), *[await typed(name) for name in CAST[:5]])
    await close_cells(OCTOBER_IS_OVER)
    before = await all_stored()
    await registered(await held("Kor"), *[await typed(name) for name in CAST[:9]])
    for back in (timedelta(days=40), timedelta(days=2), timedelta(0)):
        await close_cells(OCTOBER_IS_OVER - back)
    assert await all_stored() == before
    assert await broken_figures() == []


async def test_a_session_that_is_moved_across_new_year_counts_in_the_year_it_is_held_in() -> None:
    """Its register was begun in December, and ends there: in the old year it is not even due."""
    await registered(await held("Kor"), *[await typed(name) for name in CAST[:5]])
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)
    offer = await held("Nyttårskor", start=new_year)
    session = await registered(offer, *[await signed_in(name) for name in CAST[:5]])
    editor = await make.member(await Organization.get(id=offer.owner_id), Role.EDITOR, "Kari")
    await move(
        session, sequence=0, starts_at=new_year + timedelta(days=2), ends_at=new_year + timedelta(days=2, hours=1),
        venue_id=None, by=editor.id, now=new_year - timedelta(hours=1),
    )  # fmt: skip
    await close_cells(IN_JANUARY)
    assert (await numbers(2026))[12] == 5
    assert (await numbers(2026, Measure.DUE))[12] == 1
    again = await Session.get(offer=offer).select_related("offer")
    await mark_everybody(again)
    await close_cells(IN_FEBRUARY)
    assert (await numbers(2026))[13] == 5
    assert (await numbers(2027))[1] == 5
    assert (await numbers(2027, Measure.DUE))[1] == 1


async def test_a_night_that_goes_over_into_another_month_is_of_the_one_it_began_in() -> None:
    """Its month closes while it is still on, its register saved: it comes with the next, and once."""
    offer = await held("Natteravn", start=datetime(2026, 9, 30, 20, 0, tzinfo=UTC), minutes=240)
    await registered(offer, *[await typed(name) for name in CAST[:5]])
    await close_cells(datetime(2026, 9, 30, 22, 5, tzinfo=UTC))
    assert (await numbers(2026, Measure.SESSIONS))[9] == (await numbers(2026, Measure.DUE))[9] == 0
    await close_cells(OCTOBER_IS_OVER)
    assert (await numbers(2026))[10] == (await numbers(2026, Measure.ATTENDANCES))[10] == 5
    assert (await numbers(2026, Measure.SESSIONS))[10] == (await numbers(2026, Measure.DUE))[10] == 1


async def test_a_night_that_goes_over_into_another_year_is_of_the_old_one_alone() -> None:
    await registered(await held("Kor"), *[await typed(name) for name in CAST[:5]])
    party = await held("Nyttårsaften", start=datetime(2026, 12, 31, 20, 0, tzinfo=UTC), minutes=300)
    await registered(party, *[await typed(name) for name in CAST[5:10]])
    await close_cells(datetime(2026, 12, 31, 23, 5, tzinfo=UTC))
    assert (await numbers(2026))[12] == 5, "it is still on"
    await registered(
        await held("Skitur", start=datetime(2027, 1, 9, 9, 0, tzinfo=UTC)), await signed_in("Zoe")
    )
    await close_cells(IN_FEBRUARY)
    assert (await numbers(2026))[13] == (await numbers(2026, Measure.ATTENDANCES))[13] == 10
    assert (await numbers(2027, Measure.SESSIONS))[1] == (await numbers(2027, Measure.DUE))[1] == 1


async def mark_everybody(session: Session) -> None:
    there = {each.id for each in await Booking.filter(offer_id=session.offer_id)}
    await actions.save(
        session, there, {}, None, version=None, by=(await make.person("Tom")).id, now=session.ends_at
    )


async def test_what_is_saved_in_january_of_december_comes_with_the_thirteenth_and_then_the_year_is_shut() -> (
    None
):
    await registered(await held("Kor"), *[await typed(name) for name in CAST[:5]])
    late = await held("Julekor", start=datetime(2026, 12, 20, 9, 0, tzinfo=UTC))
    await close_cells(IN_JANUARY)
    await registered(late, *[await typed(name) for name in CAST[:5]])
    await close_cells(IN_JANUARY)
    assert max(await numbers(2026)) == 12
    assert (await numbers(2026, Measure.ATTENDANCES))[12] == 5
    await close_cells(IN_FEBRUARY)
    assert (await numbers(2026, Measure.ATTENDANCES))[13] == 10
    assert await close_years(IN_FEBRUARY) == 1
    with pytest.raises(YearClosed):
        await registered(late, await typed("Zoe"))


KILL = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()
    AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO cell_figure%'"""


async def test_a_worker_that_is_killed_halfway_leaves_nothing_and_the_next_one_closes_all() -> None:
    await registered(await held(), *[await typed(name) for name in CAST[:5]])
    await close_cells(datetime(2026, 9, 2, tzinfo=UTC))
    at = credentials(settings().database_url or "")
    holding = await asyncpg.connect(**at)
    within = holding.transaction()
    await within.start()
    await holding.execute("LOCK TABLE cell_figure IN EXCLUSIVE MODE")
    closing = asyncio.create_task(close_cells(OCTOBER_IS_OVER))
    for _moment in range(200):
        await asyncio.sleep(0.05)
        if await value(KILL):
            break
    [error] = await asyncio.gather(closing, return_exceptions=True)
    assert isinstance(error, Exception), "its server is gone, however the driver says so"
    await within.rollback()
    await holding.close()
    assert await value("SELECT count(*) FROM closing WHERE number = 9") == 0, "nothing of the month it was at"
    await close_cells(OCTOBER_IS_OVER + timedelta(minutes=10))
    assert (await numbers(2026)) | {9: 5, 10: 5} == await numbers(2026)
    assert await broken_figures() == []


async def test_an_organisation_that_is_suspended_changes_nothing_that_was_and_adds_nothing() -> None:
    offer = await held()
    await registered(offer, *[await typed(name) for name in CAST[:5]])
    await close_cells(datetime(2026, 10, 2, tzinfo=UTC))
    before = await all_stored()
    await Organization.filter(id=offer.owner_id).update(state=OrganizationState.SUSPENDED)
    await Offer.filter(id=offer.id).update(state="cancelled")
    await close_cells(OCTOBER_IS_OVER)
    assert [each for each in await all_stored() if each in before] == before
    assert (await numbers(2026))[10] == (await numbers(2026))[9] == 5
    assert await broken_figures() == []


async def test_no_key_is_made_for_a_year_that_is_settled() -> None:
    """An old session whose register nobody saved would open its year: every municipality's thirteen months would close
    at once around the one register, and its key be destroyed."""
    assert await key_of(2025, datetime(2026, 1, 31, 22, 59, tzinfo=UTC))
    keys.path_of(2025).unlink()
    await rows("DELETE FROM year_key")
    with pytest.raises(YearClosed):
        await key_of(2025, datetime(2026, 1, 31, 23, 0, tzinfo=UTC))
    assert not keys.here(2025)
    assert await value("SELECT count(*) FROM year_key") == 0
