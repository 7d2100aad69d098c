"""One PostgreSQL a run (tests/cluster.py), one database a worker; every test begins with empty tables."""

import asyncio
import importlib
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from tortoise import Tortoise
from xdist.scheduler import LoadScopeScheduling

sys.dont_write_bytecode = False
os.environ["PYTHONDONTWRITEBYTECODE"] = ""
"""Python keeps what it has compiled, as in the Makefile: for the workers, and for each program that a test starts."""

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    REGISTER = free.getsockname()
"""Where the registers of organisations answer, when a test starts them (tests/organizations/approval); else nobody."""

os.environ.update(
    {
        "TREFFPUNKT_REGISTER_URL": f"http://127.0.0.1:{REGISTER[1]}",
        "TREFFPUNKT_DEMO": "1",
        "TREFFPUNKT_PUBLIC_URL": "http://127.0.0.1:8000",
        "TREFFPUNKT_LOOPBACK_LIMIT_FACTOR": "1000",
        "TREFFPUNKT_PAGE_SECONDS": "0",
    }
)
for name in ("TREFFPUNKT_DATABASE_URL", "TREFFPUNKT_SMTP_URL", "TREFFPUNKT_DATA_DIR"):
    os.environ.pop(name, None)

import marketplace.every_mail  # noqa: F401 - it fills MAILS: every mail there is can be sent
from marketplace.base.data import database
from marketplace.settings import settings
from tests import cluster, compiled, emptying, typed_rows
from tests.visitor import Visitor

typed_rows.use()
compiled.use()
structlog.configure(
    processors=[
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    ]
)
"""What the tests' own process logs, which a failed test shows. An exception as Python tells it: where rich is
installed structlog has it draw each frame with its locals, which was 17 of the 22 s of CPU of `test_turns.py`."""
NOW = datetime(2026, 10, 13, 10, 0, tzinfo=UTC)
"""A Tuesday at noon in Oslo: the usual moment of a test."""


def pytest_configure(config: pytest.Config) -> None:
    """Starts the run's PostgreSQL in its controller, which outlives the workers; they inherit the address."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="treffpunkt-test-", dir="/tmp"))
    compiled.forget()
    postgres = cluster.start(folder)
    os.environ["TEST_SERVER"] = postgres.dsn

    def clean_up() -> None:
        postgres.delete()
        shutil.rmtree(folder)

    config.add_cleanup(clean_up)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """What pytest makes of the tests' sources is kept, and takes most of the time of collecting: where nothing is kept
    yet, each worker makes its share before all of them read all."""
    if (
        hasattr(session.config, "workerinput")
        and session.config.args_source is session.config.ArgsSource.TESTPATHS
    ):
        worker = session.config.workerinput
        tests = sorted(Path(__file__).parent.rglob("test_*.py"))
        for file in tests[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
            importlib.import_module(".".join(file.relative_to(session.config.rootpath).with_suffix("").parts))


LONG = ("journeys", "house", "upgrades", "install")
"""Where a file or two take longest: begun first, so that at the end no worker waits for one of them."""
OWN_INSTANCE = ("/test_attendance.py", "/test_numbers.py")
"""Journeys that do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins; the rest stays in its order."""
    folders = {item: item.nodeid.split("/")[1] for item in items}
    items.sort(key=lambda item: LONG.index(folders[item]) if folders[item] in LONG else len(LONG))


class ByFile(LoadScopeScheduling):
    """A file's tests stay with one worker, in their order: it puts up its town once. The journeys stay with one too: it
    starts one instance and one browser; but for those that have an instance of their own, whose clock they move. So do
    all that look into the program's own code: it is parsed once.
    (xdist's own groups are no names of ours, and pytest 9 knows them no more.)"""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # else those with the most cases would begin

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if "/journeys/" in file and not file.endswith(OWN_INSTANCE):
            return "journeys"
        return "code" if file in looking_into_code() else file


@cache
def looking_into_code() -> frozenset[str]:
    """Files of tests that ask for the program's code as trees (tests/house/code.py)."""
    house = Path(__file__).parent / "house"
    asking = [file for file in house.glob("test_*.py") if "from tests.house.code import" in file.read_text()]
    return frozenset(file.relative_to(house.parents[1]).as_posix() for file in asking)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def server() -> str:
    """URL of the run's PostgreSQL, with a migrated template in it."""
    return os.environ["TEST_SERVER"]


@pytest.fixture(scope="session")
def database_url(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a migrated, empty database of this worker's own; the settings point to it."""
    name = f"test_{secrets.token_hex(6)}"

    async def statement(sql: str) -> None:
        connection = await asyncpg.connect(**database.credentials(server))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    asyncio.run(statement(f"CREATE DATABASE {name} TEMPLATE {cluster.TEMPLATE}"))
    os.environ["TREFFPUNKT_DATABASE_URL"] = cluster.address_of(server, name)
    os.environ["TREFFPUNKT_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))
    settings.cache_clear()
    yield os.environ["TREFFPUNKT_DATABASE_URL"]
    asyncio.run(statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
async def pool(database_url: str) -> AsyncIterator[None]:
    """The program's own connections. What was prepared on them stays so: a worker sends thousands of statements, some
    of them all the time, and asyncpg would keep a hundred."""
    config = database.config(database_url)
    config["connections"]["default"]["credentials"]["statement_cache_size"] = 2000
    await Tortoise.init(config=config, _enable_global_fallback=True)
    yield
    await database.disconnect()
    await emptying.end()


@pytest.fixture
async def db(pool: None) -> None:
    """Empty tables, but for the words that all begin with. The rows stay after a failed test, for looking at."""
    await emptying.empty()


@pytest.fixture
def data_dir(database_url: str) -> Path:
    """The data folder of this worker (mailbox, keys, the clock's offset)."""
    return settings().data_dir


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
async def visitor(db: None) -> AsyncIterator[Visitor]:
    """Somebody without a sign-in, over HTTP, at the moment NOW. `await visitor.sign_in(person)` signs them in."""
    async with Visitor.at(NOW) as somebody:
        yield somebody
