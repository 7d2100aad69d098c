"""`python -m marketplace …` as an operator types it, without the seconds of a processor's time that it takes to import
what it needs: a process that has imported that forks for each program.

What the forked process does is all that the program does: it runs the same module, with the environment, the folder
and the channels that it is given. There are two that fork. One knows the libraries, and of our own code
`marketplace.cli`, which every command imports first: what a command forgets to import is missing here too. It runs a
command whenever its words are new (`command`, `sub-command`, `--options`). The other has imported our own code as well,
and runs what has been run before, and the servers: those import all there is before they do anything.

As Python itself, both run a program that stands behind `-c`, or a module behind `-m`.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent
LIBRARIES = (
    "PIL.Image", "aiosmtplib", "anyascii", "apscheduler.schedulers.asyncio", "dateutil.rrule", "email_validator",
    "icalendar", "nh3", "phonenumbers", "pyotp", "rapidfuzz.process", "segno", "starlette.routing", "stdnum.no.orgnr",
    "webauthn", "xlsxwriter",
)  # fmt: skip
"""What our code imports, but for what `marketplace.cli` does."""
ALL = (
    "marketplace.app", "marketplace.schedule", "marketplace.demo.load", "marketplace.operations.backup.following",
    "marketplace.operations.backup.restoring", "marketplace.operations.check.whole",
    "marketplace.operations.doctor.examining", "marketplace.operations.restore.actions", "marketplace.processes",
)  # fmt: skip
"""Of our own code what imports nearly all of it. None of it reads the settings when it is imported."""
PATIENCE = 240
LOCK = threading.Lock()
DONE: set[tuple[str, ...]] = set()
"""The words of commands that were run here already."""


@dataclass(frozen=True)
class Ran:
    """`code` of its end, and what it said on each channel."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Running:
    """A program that was started. It answers as `subprocess.Popen` does; it is no child of ours."""

    def __init__(self, asked: socket.socket, arguments: tuple[str, ...]) -> None:
        self.args = arguments
        self.returncode: int | None = None
        self._asked = asked
        asked.settimeout(PATIENCE)
        self.pid = int.from_bytes(asked.recv(4), "big")
        assert self.pid, f"{arguments} did not start"

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = PATIENCE) -> int:
        """Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._asked.settimeout(timeout)
            try:
                code = self._asked.recv(4)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            assert code, f"{self.args} ended without a word"
            self.returncode = int.from_bytes(code, "big", signed=True)
            self._asked.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(
    *arguments: str, environment: Mapping[str, str] | None = None, typed: str = "", together: bool = False
) -> Ran:
    """Run a command. `typed` is what the operator types at its questions; `together`: both channels go to the first,
    in the order in which they are written."""
    words = (*arguments[:2], *(each for each in arguments[2:] if each.startswith("-")))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as keys:
        keys.write(typed.encode())
        keys.seek(0)
        known = words in DONE or arguments[0] in ("-c", "-m")
        DONE.add(words)
        code = _asked_for(arguments, environment, [keys, out, out if together else err], known).wait()
        out.seek(0)
        err.seek(0)
        return Ran(code, out.read().decode(), err.read().decode())


def start(
    *arguments: str, environment: Mapping[str, str] | None = None, said: IO[bytes] | None = None,
    handed: socket.socket | None = None,
) -> Running:  # fmt: skip
    """Start one that goes on. `said`: a file for what it says on both channels, else nobody hears it. `handed`: a
    socket that it gets as from systemd."""
    with open(os.devnull, "r+b") as nothing:
        hears = said or nothing
        more = [handed] if handed else []
        return _asked_for(arguments, environment, [nothing, hears, hears, *more], known=True)


def _asked_for(
    arguments: tuple[str, ...], environment: Mapping[str, str] | None,
    channels: list[IO[bytes] | socket.socket], known: bool,
) -> Running:  # fmt: skip
    asked = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    asked.connect(_forker(known))
    told = json.dumps([arguments, dict(os.environ if environment is None else environment)]).encode()
    numbers = [each.fileno() for each in channels]
    socket.send_fds(asked, [len(told).to_bytes(4, "big")], numbers)
    asked.sendall(told)
    return Running(asked, arguments)


@cache
def _started(known: bool) -> tuple[str, subprocess.Popen[bytes]]:
    """Address of a process that forks, two for each worker of the tests. It ends when nobody holds its input."""
    name = f"{tempfile.mkdtemp(prefix='treffpunkt-forker-', dir='/tmp')}/socket"
    started = subprocess.Popen(
        [sys.executable, __file__, name, "known" if known else "new"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={each: text for each, text in os.environ.items() if not each.startswith("TREFFPUNKT_")},
    )  # fmt: skip
    assert started.stdout is not None
    assert started.stdout.read(1) == b".", "the process that forks did not start"
    atexit.register(started.communicate)
    return name, started


def _forker(known: bool) -> str:
    with LOCK:
        return _started(known)[0]


def _asked(name: str) -> tuple[list[str], dict[str, str]]:
    """In each process that is to run a program, which has its channels by then: its arguments and its environment. The
    process that forks never comes back from here."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(name)
    listener.listen()
    os.write(1, b".")
    while listener in select.select([listener, 0], [], [])[0]:
        asked, _ = listener.accept()
        if not os.fork():
            listener.close()
            head, channels, _flags, _address = socket.recv_fds(asked, 4, 4)
            arguments, environment = json.loads(asked.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
            if not (pid := os.fork()):
                asked.close()
                for number, channel in enumerate(channels):
                    os.dup2(channel, number)
                    os.close(channel)
                if channels[3:]:
                    environment |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
                return arguments, environment
            for channel in (0, 1, *channels):
                os.close(channel)
            asked.sendall(pid.to_bytes(4, "big"))
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            with suppress(BrokenPipeError):
                asked.sendall(code.to_bytes(4, "big", signed=True))
            os._exit(0)
        asked.close()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    shutil.rmtree(Path(name).parent)
    os._exit(0)


def _import(known: bool) -> None:
    gc.disable()
    for library in (*LIBRARIES, "marketplace.cli", *(ALL if known else ())):
        importlib.import_module(library)
    if known:
        from marketplace.base.data import marks
        from marketplace.settings import settings

        for name in marks.names():
            marks.said(name)
        assert not settings.cache_info().currsize, "some module reads the settings when it is imported"
    gc.enable()
    gc.freeze()


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    _import(sys.argv[2] == "known")
    given, around = _asked(sys.argv[1])
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(around)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    if given[0] == "-c":
        sys.argv[:] = ["-c", *given[2:]]
        exec(compile(given[1], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - a test's own program
    elif given[0] == "-m":
        sys.argv[:] = given[1:]
        runpy.run_module(given[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv[1:] = given
        runpy.run_module("marketplace", run_name="__main__", alter_sys=True)
