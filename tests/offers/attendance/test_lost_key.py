"""The key of the year is gone: nobody is counted and nothing is closed, no tap is lost, and the operator is told."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from marketplace.base.data.database import credentials, rows, value
from marketplace.operations.doctor import counting
from marketplace.operations.doctor.findings import Found, Kind, Looking
from marketplace.settings import settings
from offers.attendance import keys
from offers.attendance.closing.jobs import close_registers
from offers.attendance.year_keys import KeyGone, key_of
from offers.catalogue.models import Session
from offers.seats.models import Booking
from tests.conftest import NOW
from tests.offers.attendance.check_in import wall
from tests.offers.attendance.registers import evening, states
from tests.offers.attendance.taps.conftest import register_of, send, tap, token_of
from tests.visitor import Page, Visitor

YEAR, DAY = NOW.year, timedelta(days=1)
WAIT = "Oppmøtet kan ikke lagres akkurat nå. Skriv opp hvem som kom"


@pytest.fixture
async def key(db: None, data_dir: Path) -> AsyncIterator[Path]:
    """Where the key of the year lies, that the database knows."""
    shutil.rmtree(settings().keys, ignore_errors=True)
    await key_of(YEAR, NOW)
    yield keys.path_of(YEAR)
    shutil.rmtree(settings().keys, ignore_errors=True)


class Taken:
    """A key that is taken away, and brought back."""

    def __init__(self, path: Path) -> None:
        self.path, self.bytes = path, path.read_bytes()
        path.unlink()

    def bring_back(self) -> None:
        self.path.write_bytes(self.bytes)


async def written() -> list[int]:
    """Rows of whatever a register is made of."""
    tables = ("attendance", "register", "register_tap", "head_count", "check_in_browser")
    return [await value(f"SELECT count(*) FROM {table}") for table in tables]


async def test_taps_wait_on_the_phone_and_are_kept_when_the_key_is_back(key: Path, visitor: Visitor) -> None:
    session, host, who = await register_of("Amina")
    await visitor.sign_in(host)
    taken = Taken(key)
    taps = [tap("state", "present", who["Amina"], at=NOW), tap("heads", 3, at=NOW)]
    answer = await send(visitor, session, taps)
    assert answer.status == 503, "what a phone sends again later"
    assert str(answer.told["why"]).startswith(WAIT)
    assert await written() == [0] * 5
    taken.bring_back()
    assert (await send(visitor, session, taps)).outcomes == ["kept", "kept"]
    assert await states() == {"Amina": ("present", 1)}


async def test_a_form_says_so_kindly_and_keeps_what_was_filled_in(key: Path, visitor: Visitor) -> None:
    _offer, session, host = await evening("Amina", "Elin")
    amina = await Booking.get(participant__name="Amina")
    await visitor.sign_in(host)
    path = f"/manage/sessions/{session.id}/register"
    page = await visitor.open(path)
    taken = Taken(key)
    answered = await visitor.submit(page, path, present=[str(amina.id)], head_count="4")
    assert answered.status == 503
    assert WAIT in answered.text
    assert checked(answered) == {str(amina.id)}
    assert answered.soup.select_one('input[name="head_count"][value="4"]')
    assert await written() == [0] * 5
    taken.bring_back()
    assert (await visitor.submit(page, path, present=[str(amina.id)])).status == 303


def checked(page: Page) -> set[str]:
    return {str(one["value"]) for one in page.soup.select('input[name="present"][checked]')}


async def test_no_register_is_closed_by_a_host(key: Path, visitor: Visitor) -> None:
    session, host, who = await register_of("Amina")
    await visitor.sign_in(host)
    await send(visitor, session, [tap("state", "present", who["Amina"], at=NOW)])
    visitor.wait(timedelta(hours=3))
    await visitor.sign_in(host)
    token = await token_of(visitor)
    Taken(key)
    for act in ("done", "nobody"):
        path = f"/manage/sessions/{session.id}/register/{act}"
        answered = await visitor.client.post(path, data={"form_token": token})
        assert answered.status_code == 422, act
        assert WAIT in answered.text, act
    assert await value("SELECT count(*) FROM register WHERE closed_at IS NOT NULL") == 0


async def test_the_clock_closes_no_register_of_that_year_and_those_of_another(
    key: Path, visitor: Visitor
) -> None:
    session, host, who = await register_of("Amina")
    await visitor.sign_in(host)
    await send(visitor, session, [tap("state", "present", who["Amina"], at=NOW)])
    january = NOW.replace(year=YEAR + 1, month=1, day=20)
    await key_of(YEAR + 1, january)
    _offer, other, _host = await evening("Elin")
    starts = january - 2 * DAY
    await rows("UPDATE session SET starts_at = $2, ends_at = $3 WHERE id = $1", other.id, starts,
               starts + timedelta(hours=2))  # fmt: skip
    for table, values in (("register (saved_at", "$2"), ("head_count (count, recorded_at", "3, $2")):
        await rows(
            f"INSERT INTO {table}, session_id, id) VALUES ({values}, $1, gen_random_uuid())", other.id, starts
        )
    taken = Taken(key)
    await close_registers(january)
    assert await closed() == [other.id]
    assert (
        await value("SELECT count(*) FROM attendance WHERE cause = 'closing' AND session_id = $1", session.id)
        == 0
    )
    taken.bring_back()
    await close_registers(january)
    assert await closed() == sorted([session.id, other.id])


async def closed() -> list[object]:
    found = await rows("SELECT session_id FROM register WHERE closed_at IS NOT NULL ORDER BY 1")
    return [each["session_id"] for each in found]


async def test_nobody_checks_in(key: Path, visitor: Visitor) -> None:
    session, _host = await wall.awaiting()
    words = await wall.words_of(session)
    Taken(key)
    answered = await wall.says(visitor, words)
    assert answered.status == 422
    assert await written() == [0] * 5


async def test_the_probe_says_so_and_bookings_go_on(key: Path, visitor: Visitor) -> None:
    ready = await visitor.open("/health/ready")
    assert ready.response.json()["keys"] == "ok"
    Taken(key)
    ready = await visitor.open("/health/ready")
    assert (ready.status, ready.response.json()["keys"]) == (200, f"missing: {YEAR}")


async def doctor() -> list[Found]:
    connection = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        return [found async for found in counting.keys(Looking("127.0.0.1", NOW, connection))]
    finally:
        await connection.close()


async def test_doctor_says_so_and_what_serves_starts_all_the_same(key: Path) -> None:
    assert [kind for kind, _said in await doctor()] == [Kind.WELL]
    Taken(key)
    (kind, said), *rest = await doctor()
    assert (kind, rest) == (Kind.AWAY, []), "a lost key is no reason to book nobody"
    assert said.startswith(f"the key that {YEAR} was counted under is not in TREFFPUNKT_KEYS_DIR")


def spoil(key: Path, how: str) -> None:
    whole = key.read_bytes()
    key.unlink()
    if how == "a folder":
        key.mkdir()
    elif how == "a link to nothing":
        key.symlink_to(key.with_name("gone"))
    else:
        key.write_bytes({"empty": b"", "half": whole[:16], "longer": whole + b"\n"}[how])


@pytest.mark.parametrize("broken", ["empty", "half", "longer", "a folder", "a link to nothing"])
async def test_a_file_that_is_no_whole_key_is_not_counted_by(broken: str, key: Path) -> None:
    """Nor is it where the database knows of none: by an empty key anybody can tell who came."""
    await asyncio.to_thread(spoil, key, broken)
    for known in (True, False):
        with pytest.raises(KeyGone):
            await key_of(YEAR, NOW)
        if known:
            assert [kind for kind, _said in await doctor()] == [Kind.AWAY]
            await rows("DELETE FROM year_key")


async def test_a_folder_that_nothing_can_be_written_in_is_no_500(key: Path) -> None:
    await rows("DELETE FROM year_key")
    shutil.rmtree(key.parent)
    key.parent.write_text("no folder")
    try:
        with pytest.raises(KeyGone):
            await key_of(YEAR, NOW)
    finally:
        key.parent.unlink()


async def test_a_file_of_another_name_is_passed_over(key: Path) -> None:
    for name in ("participation-2026 (copy).key", "participation-old.key", "participation-20266.key"):
        await asyncio.to_thread((key.parent / name).write_bytes, b"x")
    assert keys.years() == [YEAR]
    assert await Session.all().count() == 0
