"""A year is counted under one key; one that is gone or another is refused and told, and nobody is counted twice."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from marketplace.base.data.database import credentials, rows, value
from marketplace.operations.check.whole import violations
from marketplace.settings import settings
from offers.attendance import keys, year_keys
from offers.attendance.keys import YearClosed
from offers.attendance.year_keys import KeyGone, key_of
from offers.catalogue.models import SeatPool, Session
from tests import make
from tests.conftest import NOW


@pytest.fixture
async def folder(db: None, data_dir: Path) -> AsyncIterator[Path]:
    """The folder of the keys, empty."""
    shutil.rmtree(settings().keys, ignore_errors=True)
    yield settings().keys
    shutil.rmtree(settings().keys, ignore_errors=True)


async def told() -> list[str]:
    connection = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        return await year_keys.problems(connection)
    finally:
        await connection.close()


async def test_the_first_register_of_a_year_makes_its_key_and_the_database_knows_it(folder: Path) -> None:
    made = await key_of(2026, NOW)
    assert len(made) == 32
    assert await value("SELECT fingerprint FROM year_key") == year_keys.fingerprint(made)
    assert made not in bytes(await value("SELECT fingerprint FROM year_key"))
    assert await key_of(2026, NOW) == made
    assert await told() == []


async def test_an_empty_folder_where_there_was_a_key_makes_no_new_one(folder: Path) -> None:
    await key_of(2026, NOW)
    shutil.rmtree(folder)
    with pytest.raises(KeyGone, match="Skriv opp hvem som kom"):
        await key_of(2026, NOW)
    assert not keys.here(2026)
    missing = "the key that 2026 was counted under is not in TREFFPUNKT_KEYS_DIR: bring it back"
    assert await told() == [missing]
    assert f"Broken: {missing}" in await violations()


async def test_an_empty_folder_is_refused_too_where_a_year_was_counted_before_fingerprints(
    folder: Path,
) -> None:
    offer = await make.offer(starts=[NOW - timedelta(hours=2)])
    session = await Session.get(offer=offer)
    booking = await make.booking(await SeatPool.get(offer=offer))
    await rows(
        """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at)
        VALUES (gen_random_uuid(), $1, $2, 'present', 1, $3, $4)""",
        session.id, booking.id, b"p" * 32, NOW,
    )  # fmt: skip
    assert await value("SELECT count(*) FROM year_key") == 0
    with pytest.raises(KeyGone):
        await key_of(NOW.year, NOW)
    assert not keys.here(NOW.year)
    assert await told() == [
        f"the key that {NOW.year} was counted under is not in TREFFPUNKT_KEYS_DIR: bring it back"
    ]


async def test_another_key_is_refused_also_after_a_restore(folder: Path) -> None:
    await key_of(2026, NOW)
    shutil.rmtree(folder)
    keys.year_key(2026)
    with pytest.raises(KeyGone):
        await key_of(2026, NOW)
    assert await told() == [
        "the key of 2026 in TREFFPUNKT_KEYS_DIR is another than the year was counted under: bring it back"
    ]


async def test_a_year_that_is_closed_stays_so_when_the_folder_is_lost(folder: Path) -> None:
    await key_of(2026, NOW)
    await year_keys.close(2026, NOW)
    assert await told() == []
    shutil.rmtree(folder)
    with pytest.raises(YearClosed):
        await key_of(2026, NOW)
    assert not keys.here(2026)


async def test_a_key_from_before_fingerprints_is_remembered_at_the_start(folder: Path) -> None:
    made = keys.year_key(2025)
    connection = await asyncpg.connect(**credentials(settings().database_url or ""))
    for _ in range(2):
        await year_keys.remember(connection, NOW)
    await connection.close()
    assert await rows("SELECT year, fingerprint FROM year_key") == [
        {"year": 2025, "fingerprint": year_keys.fingerprint(made)}
    ]


async def test_ten_registers_at_once_are_counted_under_one_key(folder: Path) -> None:
    found = await asyncio.gather(*[key_of(2026, NOW + timedelta(seconds=n)) for n in range(10)])
    assert len(set(found)) == 1


async def test_a_key_that_another_makes_just_as_we_have_looked_is_not_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = keys.read

    def and_then_it_is_made(year: int) -> bytes | None:
        found = read(year)
        keys.year_key(year)
        return found

    monkeypatch.setattr(keys, "read", and_then_it_is_made)
    assert not await year_keys.lost(2026)
    shutil.rmtree(folder)
    assert await key_of(2026, NOW) == read(2026)
