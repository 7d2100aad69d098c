"""A coordinator who means harm, with an organisation's editor to help: what they do changes nothing that was published,
and brings nothing new but closed cells."""

import secrets
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from marketplace.base.data import database
from marketplace.base.data.database import patient, rows, value
from marketplace.base.postgres.embedded import binary
from marketplace.people.models import Person
from marketplace.privacy.erasure.actions import erase
from marketplace.schedule import TIMETABLE
from marketplace.settings import settings
from marketplace.statistics import counting, stored
from marketplace.statistics.jobs import close_cells
from marketplace.statistics.measures import Measure
from marketplace.statistics.stored import By, Cells
from offers.attendance import actions, keys
from offers.attendance.models import Register
from offers.catalogue.models import Offer, SeatPool, Session
from offers.seats.models import Booking
from offers.sessions.actions import move
from organizations.directory.models import District, DistrictPlace, Organization
from organizations.members.models import Role
from tests import make
from tests.marketplace.attended import CAST, SEPTEMBER, goal, held, plan

OCTOBER_IS_OVER = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
NOVEMBER_IS_OVER = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
OF_PEOPLE = (Measure.PEOPLE, Measure.ATTENDANCES)


@pytest.fixture(autouse=True)
async def own_keys(db: None, data_dir: Path) -> AsyncIterator[None]:
    for path in keys.path_of(2026).parent.glob("participation-*"):
        path.unlink()
    yield
    for path in keys.path_of(2026).parent.glob("participation-*"):
        path.unlink()


async def registered(offer: Offer, *guests: tuple[Person, Any], head_count: int | None = None) -> Session:
    """Save the register of an offer's session with these, beside those who were there: (who comes, contact)."""
    session = await Session.get(offer=offer).select_related("offer")
    pool = await SeatPool.get(session=session)
    for person, contact in guests:
        await make.booking(pool, person, contact=contact)
    before = await Register.get_or_none(session=session)
    await actions.save(
        session, {each.id for each in await Booking.filter(offer=offer)}, {}, head_count,
        version=before.saved_at if before else None, by=(await make.person("Tom")).id,
        now=max(session.starts_at, before.saved_at if before else session.starts_at) + timedelta(seconds=1),
    )  # fmt: skip
    return session


async def typed(name: str) -> tuple[Person, Any]:
    """Somebody as a host or a guest types them: nothing is proven."""
    person = await make.person(name)
    return person, await make.contact(person, f"{name.lower()}@example.no", verified=False)


async def signed_in(name: str) -> tuple[Person, Any]:
    person = await make.person(name)
    return person, await make.contact(person, f"{name.lower()}@example.no")


async def published() -> dict[str, Any]:
    """All that is stored, and all that anybody is answered of it."""
    municipality = (await make.municipality()).id
    answers = {
        (way, number): await stored.by(Cells(municipality), 2026, OF_PEOPLE, way, number)
        for way in By
        for number in range(1, 11)
    }
    return {
        "closing": await rows("SELECT * FROM closing WHERE number <= 10 ORDER BY id"),
        "cells": await rows(
            "SELECT f.* FROM cell_figure f JOIN closing k ON k.id = f.closing_id WHERE k.number <= 10 ORDER BY f.id"
        ),
        "answers": answers,
    }


async def all_jobs(now: datetime) -> None:
    """All that a worker does in a while."""
    for job in TIMETABLE:
        if not job.everywhere:
            await job.run(now)


@pytest.mark.parametrize("was_elsewhere", [True, False])
async def test_a_name_that_is_typed_into_an_own_register_tells_nothing_of_where_she_was(
    was_elsewhere: bool,
) -> None:
    if was_elsewhere:
        await registered(await held(), await signed_in("Aud"))
    spy = await held(start=SEPTEMBER + timedelta(days=7))
    await registered(spy, *[await typed(name) for name in ("Aud", *CAST[1:5])])
    await close_cells(OCTOBER_IS_OVER)
    municipality = (await make.municipality()).id
    found = await stored.by(Cells(municipality), 2026, [Measure.PEOPLE], By.ORGANIZATION)
    assert found[spy.owner_id][Measure.PEOPLE].value == 5
    async with patient() as connection:
        cells = await counting.counts(connection, municipality, 2026, OCTOBER_IS_OVER, OCTOBER_IS_OVER)
    assert {'"people": 5' in each["counts"] for each in cells if each["organization_id"] == spy.owner_id} == {
        True
    }


async def test_what_a_hostile_coordinator_does_changes_nothing_that_was_published() -> None:
    others, spy = await held("Kor"), await held("Spion", start=SEPTEMBER + timedelta(days=7))
    aud = await signed_in("Aud")
    await registered(others, aud, *[await typed(name) for name in CAST[1:9]], head_count=3)
    await registered(spy, *[await typed(name) for name in CAST[3:9]])
    await all_jobs(OCTOBER_IS_OVER)
    assert await value("SELECT max(number) FROM closing") == 10
    before = await published()
    for act in ACTS:
        await act(spy, aud[0])
        await all_jobs(OCTOBER_IS_OVER)
        assert await published() == before, act.__name__
        assert await value("SELECT max(number) FROM closing") == 10, act.__name__
    theirs = Cells((await make.municipality()).id, organizations=(others.owner_id,))
    was = (await stored.total(theirs, 2026, OF_PEOPLE))[Measure.PEOPLE]
    await all_jobs(NOVEMBER_IS_OVER)
    assert await published() == before
    assert await value("SELECT max(number) FROM closing") == 11
    assert (await stored.total(theirs, 2026, OF_PEOPLE))[Measure.PEOPLE] == was, "no cell of others moved"


async def make_goals(spy: Offer, _aud: Person) -> None:
    area = await plan(slug="harm")
    await goal(area, slug="alle")
    await goal(area, slug="alle-en-gang-til")


async def offer_for_one(spy: Offer, _aud: Person) -> None:
    owner = await Organization.get(id=spy.owner_id)
    one = await make.offer("For deg", starts=[datetime(2026, 10, 20, 8, tzinfo=UTC)], capacity=1, owner=owner)
    await registered(one, await typed("Aud"))


async def type_a_resident(spy: Offer, _aud: Person) -> None:
    await registered(spy, await typed("Aud"))


async def move_a_session(spy: Offer, _aud: Person) -> None:
    owner = await Organization.get(id=spy.owner_id)
    offer = await make.offer("Flyttet", starts=[datetime(2026, 11, 29, 8, tzinfo=UTC)], owner=owner)
    session = await Session.get(offer=offer).select_related("offer")
    editor = await make.member(owner, Role.EDITOR, "Kari")
    later = timedelta(days=3)
    await move(
        session, sequence=0, starts_at=session.starts_at + later, ends_at=session.ends_at + later, venue_id=None,
        by=editor.id, now=OCTOBER_IS_OVER,
    )  # fmt: skip


async def correct_an_old_register(spy: Offer, _aud: Person) -> None:
    session = await Session.get(offer=spy).select_related("offer")
    before = await Register.get(session=session)
    await actions.save(
        session, set(), {}, 40, version=before.saved_at, by=(await make.person("Tom")).id, now=OCTOBER_IS_OVER
    )


async def redraw_districts_and_change_the_offer(spy: Offer, _aud: Person) -> None:
    district = await District.create(municipality_id=spy.municipality_id, slug="bare-dem", name="Bare dem")
    await DistrictPlace.create(district=district, municipality_id=spy.municipality_id, postcode="4306")
    await Offer.filter(municipality_id=spy.municipality_id).update(audiences=["everyone", "seniors"])
    await Offer.filter(municipality_id=spy.municipality_id).update(main_audience="seniors")


async def erase_a_person(_spy: Offer, aud: Person) -> None:
    await erase(aud.id, now=OCTOBER_IS_OVER)


ACTS = (make_goals, offer_for_one, type_a_resident, move_a_session, correct_an_old_register,
        redraw_districts_and_change_the_offer, erase_a_person)  # fmt: skip


async def in_words(number: int) -> dict[Any, Any]:
    """What stands at a closing, by what its cells are."""
    found = await rows(
        """SELECT c.organization_id, c.main_audience, c.kind, c.evening, f.figures FROM closing k
        JOIN cell_figure f ON f.closing_id = k.id JOIN cell c ON c.id = f.cell_id WHERE k.number = $1""",
        number,
    )
    return {tuple(each.values())[:4]: each["figures"] for each in found}


async def test_a_restored_backup_closes_the_month_with_the_same_numbers(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cells that it makes anew have the same staircases: else one count would be seen rounded twice."""
    for number, size in enumerate((3, 4, 6, 7, 8, 9), 1):
        offer = await held(f"Kor {number}", start=SEPTEMBER + timedelta(days=30))
        await registered(offer, *[await typed(name) for name in CAST[:size]])
    await close_cells(datetime(2026, 10, 1, tzinfo=UTC))
    name, url = f"restored_{secrets.token_hex(6)}", settings().database_url or ""
    _dump(url, tmp_path / "backup")
    await close_cells(OCTOBER_IS_OVER)
    stood = await in_words(10)
    assert len(stood) == 6
    connection = await asyncpg.connect(**database.credentials(server))
    try:
        await connection.execute(f"CREATE DATABASE {name}")
        again = server.replace("/treffpunkt?", f"/{name}?")
        _restore(again, tmp_path / "backup")
        await database.disconnect()
        monkeypatch.setenv("TREFFPUNKT_DATABASE_URL", again)
        settings.cache_clear()
        await database.connect(again)
        await close_cells(OCTOBER_IS_OVER)
        assert await in_words(10) == stood
    finally:
        await database.disconnect()
        monkeypatch.undo()
        settings.cache_clear()
        await database.connect(url)
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.close()


def _run(program: str, url: str, *arguments: str) -> None:
    at = database.credentials(url)
    done = subprocess.run(
        [binary(program), "-h", at["host"], "-p", str(at["port"]), "-U", at["user"], "-d", at["database"], *arguments],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _dump(url: str, file: Path) -> None:
    _run("pg_dump", url, "-Fc", "-f", str(file))


def _restore(url: str, file: Path) -> None:
    _run("pg_restore", url, "--no-owner", str(file))


async def test_who_is_in_one_cell_is_there_once_a_year_whatever_is_made() -> None:
    """A proven person at two organisations counts where she came first; a plan or a goal makes no second count."""
    aud = await signed_in("Aud")
    ids: list[UUID] = []
    for week in range(6):
        offer = await held(f"Kor {week}", start=SEPTEMBER + timedelta(days=7 * week))
        ids.append(offer.id)
        await registered(offer, aud)
    await make_goals(await Offer.get(id=ids[0]), aud[0])
    await close_cells(OCTOBER_IS_OVER)
    here = (await make.municipality()).id
    async with patient() as connection:
        cells = await counting.counts(connection, here, 2026, OCTOBER_IS_OVER, OCTOBER_IS_OVER)
    assert [each["counts"].count('"people": 1') for each in cells].count(1) == 1
