"""`python -m marketplace …` as an operator types it, without the second of a processor's time that it takes to import
the libraries: a process that has imported them forks for each command.

What the forked process does is all that the command does: it runs the same module, with the environment, the folder
and the channels that it is given. Of our own code only `marketplace.cli` has been imported, which every command imports
first: what a command forgets to import is missing here too.

As Python itself, it also runs a program that stands behind `-c`.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import shutil
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

ROOT = Path(__file__).parent.parent
LIBRARIES = (
    "PIL.Image", "aiosmtplib", "anyascii", "apscheduler.schedulers.asyncio", "dateutil.rrule", "email_validator",
    "icalendar", "nh3", "phonenumbers", "pyotp", "rapidfuzz.process", "segno", "starlette.routing", "stdnum.no.orgnr",
    "webauthn", "xlsxwriter",
)  # fmt: skip
"""What our code imports, but for what `marketplace.cli` does."""
PATIENCE = 240
LOCK = threading.Lock()


@dataclass(frozen=True)
class Ran:
    """`code` of its end, and what it said on each channel."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def run(
    *arguments: str, environment: Mapping[str, str] | None = None, typed: str = "", together: bool = False
) -> Ran:
    """Run a command. `typed` is what the operator types at its questions; `together`: both channels go to the first,
    in the order in which they are written."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as keys:
        keys.write(typed.encode())
        keys.seek(0)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
            asked.connect(_forker())
            asked.settimeout(PATIENCE)
            told = json.dumps([arguments, dict(os.environ if environment is None else environment)]).encode()
            channels = [keys.fileno(), out.fileno(), (out if together else err).fileno()]
            socket.send_fds(asked, [len(told).to_bytes(4, "big")], channels)
            asked.sendall(told)
            code = asked.recv(4)
        assert code, f"{arguments} ended without a word"
        out.seek(0)
        err.seek(0)
        return Ran(int.from_bytes(code, "big", signed=True), out.read().decode(), err.read().decode())


@cache
def _started() -> tuple[str, subprocess.Popen[bytes]]:
    """Address of the process that forks, one for each worker of the tests. It ends when nobody holds its input."""
    name = f"{tempfile.mkdtemp(prefix='treffpunkt-forker-', dir='/tmp')}/socket"
    started = subprocess.Popen(
        [sys.executable, __file__, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={each: text for each, text in os.environ.items() if not each.startswith("TREFFPUNKT_")},
    )  # fmt: skip
    assert started.stdout is not None
    assert started.stdout.read(1) == b".", "the process that forks did not start"
    atexit.register(started.communicate)
    return name, started


def _forker() -> str:
    with LOCK:
        return _started()[0]


def _asked(name: str) -> tuple[list[str], dict[str, str]]:
    """In each process that is to run a command, which has its channels by then: its arguments and its environment. The
    process that forks never comes back from here."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(name)
    listener.listen()
    os.write(1, b".")
    while listener in select.select([listener, 0], [], [])[0]:
        asked, _ = listener.accept()
        if not os.fork():
            listener.close()
            head, channels, _flags, _address = socket.recv_fds(asked, 4, 3)
            arguments, environment = json.loads(asked.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
            if not (pid := os.fork()):
                asked.close()
                for number, channel in enumerate(channels):
                    os.dup2(channel, number)
                    os.close(channel)
                return arguments, environment
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            asked.sendall(code.to_bytes(4, "big", signed=True))
            os._exit(0)
        asked.close()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    shutil.rmtree(Path(name).parent)
    os._exit(0)


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    for library in LIBRARIES:
        importlib.import_module(library)
    importlib.import_module("marketplace.cli")
    gc.freeze()
    given, around = _asked(sys.argv[1])
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(around)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    if given[0] == "-c":
        sys.argv[:] = ["-c", *given[2:]]
        exec(compile(given[1], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - a test's own program
    else:
        sys.argv[1:] = given
        runpy.run_module("marketplace", run_name="__main__", alter_sys=True)
