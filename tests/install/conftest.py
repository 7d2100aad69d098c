"""A production instance on this machine: its environment, and programs that start and stop."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from marketplace.cli import commands
from marketplace.settings import settings
from tests.production import GOOD
from tests.program import Running, start

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where an instance lies; the database's user may pass through it, which pytest's own folders do not allow."""
    made = Path(tempfile.mkdtemp(prefix="treffpunkt-test-", dir="/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """Of a production instance in it."""
    return production_in(folder)


def production_in(folder: Path) -> dict[str, str]:
    """README's settings, with folders there; the mail server is nowhere."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("TREFFPUNKT_")}
    return (
        ours
        | GOOD
        | {
            "TREFFPUNKT_DATA_DIR": str(folder / "data"),
            "TREFFPUNKT_KEYS_DIR": str(folder / "keys"),
            "TREFFPUNKT_SMTP_URL": "smtp://127.0.0.1:9",
            "TREFFPUNKT_WEB_PROCESSES": "1",
            "TREFFPUNKT_DRAIN_SECONDS": "0",
        }
    )


def program(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Exit code of `python -m marketplace …`, and all that it says."""
    done = subprocess.run(
        [sys.executable, "-m", "marketplace", *arguments],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def at_once(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """As `program`, from this process, which has imported everything: a twentieth of the time."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        os.dup2(write, 1)
        os.dup2(write, 2)
        os._exit(_run(environment, arguments))
    os.close(write)
    with open(read, encoding="utf-8") as said:
        told = said.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), told


def _run(environment: dict[str, str], arguments: tuple[str, ...]) -> int:
    code = 1
    with open(1, "w", closefd=False) as sys.stdout, open(2, "w", closefd=False) as sys.stderr:
        os.environ.clear()
        os.environ.update(environment)
        settings.cache_clear()
        try:
            commands.main(arguments, prog_name="python -m marketplace")
        except SystemExit as ended:
            code = int(ended.code or 0)
        except BaseException:
            traceback.print_exc()
    return code


@contextmanager
def started(environment: dict[str, str], *arguments: str, said: Path) -> Iterator[Running]:
    """A server while the block runs; what it says goes to a file. It is to stop as it should."""
    with said.open("wb") as out:
        running = start(*arguments, environment=environment, said=out)
    try:
        yield running
        running.send_signal(signal.SIGTERM)
        assert running.wait(120) == 0, said.read_text()
    finally:
        running.kill()
        running.wait()


def until(true: Callable[[], bool], seconds: float = 120) -> bool:
    """Does it become true within so many seconds?"""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False
