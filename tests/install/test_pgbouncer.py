"""A real PgBouncer before PostgreSQL: in transaction mode it is refused in a sentence, in session mode we run."""

import asyncio
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx2 as httpx
import pytest

from marketplace.base.data.database import config, credentials
from marketplace.base.postgres.programs import ServerUser
from tests import cluster
from tests.install.conftest import at_once, started, until
from tests.offers.seats.test_two_servers import free_port

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
pytestmark = pytest.mark.skipif(
    PGBOUNCER is None, reason="no PgBouncer here (bin/proxies installs it as root): neither mode was tried"
)


@pytest.fixture
def own(server: str) -> Iterator[str]:
    """A migrated database that no other test sees."""
    name = f"pooled_{secrets.token_hex(4)}"
    asyncio.run(tell(server, f"CREATE DATABASE {name} TEMPLATE {cluster.TEMPLATE}"))
    yield cluster.address_of(server, name)
    asyncio.run(tell(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def tell(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(**credentials(url))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def between(folder: Path, own: str) -> Callable[..., object]:
    """Starts one before it, and gives the address to reach it by."""

    @contextmanager
    def start(mode: str, more: str = "") -> Iterator[str]:
        there, port, user = credentials(own), free_port(), ServerUser()
        server = f"host={there['host']} port={there['port']} dbname={there['database']} user={there['user']}"
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\ntreffpunkt = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
            f"unix_socket_dir =\nauth_type = any\npool_mode = {mode}\n{more}\n"
        )
        (folder / "pgbouncer.ini").chmod(0o644)
        assert PGBOUNCER
        running = subprocess.Popen(
            [PGBOUNCER, folder / "pgbouncer.ini"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            user=user.uid if user.account else None, group=user.account.pw_gid if user.account else None,
        )  # fmt: skip
        try:
            yield f"postgres://treffpunkt@127.0.0.1:{port}/treffpunkt?sslmode=disable"
        finally:
            running.terminate()
            running.wait(60)

    return start


def ignoring() -> str:
    """What PgBouncer is told to leave to the role, as our sentence has it."""
    ours = config("postgres:///none")["connections"]["default"]["credentials"]["server_settings"]
    return "ignore_startup_parameters = " + ", ".join(sorted(set(ours) - {"timezone"}))


def asked(environment: dict[str, str], url: str, *command: str) -> tuple[int, str]:
    """Once it listens."""
    said: list[tuple[int, str]] = []

    def answered() -> bool:
        said.append(at_once(environment | {"TREFFPUNKT_DATABASE_URL": url}, *command))
        return "Connect call failed" not in said[-1][1]

    assert until(answered)
    return said[-1]


@pytest.mark.parametrize(
    "settings", ["", "server_round_robin = 1", "default_pool_size = 2\nmin_pool_size = 2"]
)
def test_transaction_mode_is_refused_in_a_sentence(
    environment: dict[str, str], between: Callable[..., object], settings: str
) -> None:
    with between("transaction", f"{ignoring()}\n{settings}") as url:  # type: ignore[attr-defined]
        for command in ("migrate", "doctor", "serve", "worker"):
            code, told = asked(environment, url, command)
            assert (code, "A pooler in transaction mode" in told, "Traceback" in told) == (1, True, False), (
                told
            )


def test_a_pooler_that_takes_none_of_our_settings_or_drops_them_is_told_what_to_write(
    environment: dict[str, str], between: Callable[..., object]
) -> None:
    with between("session") as url:  # type: ignore[attr-defined]
        code, told = asked(environment, url, "migrate")
        assert (code, ignoring() in told) == (1, True), told
    with between("session", ignoring()) as url:  # type: ignore[attr-defined]
        code, told = asked(environment, url, "migrate")
        assert (code, "ALTER ROLE … SET lock_timeout = '3500'" in told) == (1, True), told


def test_session_mode_serves_a_whole_instance(
    environment: dict[str, str], between: Callable[..., object], own: str, folder: Path
) -> None:
    """With what our sentences ask for."""
    ours = config("postgres:///none")["connections"]["default"]["credentials"]["server_settings"]
    name = credentials(own)["database"]
    asyncio.run(tell(own, *(f"ALTER DATABASE {name} SET {key} = '{text}'" for key, text in ours.items())))
    port, said = free_port(), folder / "said"
    with between("session", ignoring()) as url:  # type: ignore[attr-defined]
        assert asked(environment, url, "check-data") == (0, "0 violations\n")
        pooled = environment | {"TREFFPUNKT_DATABASE_URL": url}
        with (
            started(pooled, "serve", "--port", str(port), said=said),
            started(pooled, "worker", said=folder / "worker"),
        ):
            assert until(lambda: well(port)), said.read_text()
            told = httpx.get(f"http://127.0.0.1:{port}/health/ready").json()
            assert until(
                lambda: httpx.get(f"http://127.0.0.1:{port}/health/ready").json()["worker"] == "ok"
            ), told
    assert "Traceback" not in said.read_text() + (folder / "worker").read_text()


def well(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=10).status_code == 200
    except httpx.TransportError:
        return False
