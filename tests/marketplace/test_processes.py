"""The parent of the processes: who is told to end starts nobody any more, and who hangs is started again."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import program
from tests.marketplace.test_run import until_ready
from tests.offers.seats.test_two_servers import claimed, free_port  # noqa: F401 - a fixture

PROGRAM = """
import sys, time
from marketplace.processes import supervise

def begin():
    with open(sys.argv[1], "a") as file:
        file.write("began\\n")

def dies():
    begin()
    raise SystemExit(1)

def stays():
    begin()
    time.sleep(60)

supervise([dies, stays])
"""


def test_a_child_that_died_is_not_started_again_by_who_is_told_to_end(tmp_path: Path) -> None:
    """The parent waits a second before it starts one again that has died at once; in that second it is told."""
    note = tmp_path / "note"
    parent = program.start("-c", PROGRAM, str(note))
    until = time.monotonic() + 60
    while not note.exists() or note.read_text().count("began") < 2:
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(0.4)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(60) == 0
    assert note.read_text().count("began") == 2


QUICKLY = """
import os, signal, sys, time
from marketplace.base.web import pulse
from marketplace.processes import supervise
pulse.HANGS = 3.0

def say(what, where=""):
    with open(sys.argv[1] + where, "a") as file:
        file.write(f"{what} {os.getpid()}\\n")

def beats():
    signal.signal(signal.SIGTERM, takes_its_time)
    say("began")
    while True:
        pulse.beat()
        time.sleep(0.05)

def takes_its_time(number, frame):
    time.sleep(5)
    say("ended")
    os._exit(0)

def never_beats():
    say("began", "-of-the-silent")
    time.sleep(60)

supervise([beats, never_beats])
"""


class Supervised:
    """A parent that takes a child to hang after three seconds, and what its child has said."""

    def __init__(self, note: Path) -> None:
        self.note = note
        self.parent = program.start("-c", QUICKLY, str(note))
        self.pid = int(self.said(1)[0].split()[1])

    def said(self, lines: int, seconds: float = 60) -> list[str]:
        """So many lines, as soon as they are there."""
        until = time.monotonic() + seconds
        while len(found := self.note.read_text().splitlines() if self.note.exists() else []) < lines:
            assert time.monotonic() < until, found
            time.sleep(0.02)
        return found

    def ends(self) -> None:
        self.parent.send_signal(signal.SIGTERM)
        assert self.parent.wait(60) == 0


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    made = Supervised(tmp_path / "note")
    yield made
    made.parent.kill()  # its children end with it
    made.parent.wait()


def test_a_child_that_stands_still_is_started_again_and_no_other(supervised: Supervised) -> None:
    time.sleep(7)  # one that is killed is back within six
    silent = supervised.note.with_name("note-of-the-silent").read_text()
    assert (len(supervised.said(1)), silent.count("began")) == (1, 1), "nor is who never has beaten killed"
    os.kill(supervised.pid, signal.SIGSTOP)
    again = supervised.said(2, 15)[1]
    assert again.startswith("began")
    assert not psutil.pid_exists(supervised.pid)


def test_who_ends_may_take_its_time(supervised: Supervised) -> None:
    supervised.ends()
    assert supervised.said(2)[1] == f"ended {supervised.pid}"


def test_time_in_which_the_parent_stood_still_is_held_against_nobody(supervised: Supervised) -> None:
    """A machine that sleeps, or that is stopped as a whole, wakes its processes in any order."""
    os.kill(supervised.pid, signal.SIGSTOP)
    time.sleep(0.5)  # the parent has seen its last beat
    os.kill(supervised.parent.pid, signal.SIGSTOP)
    time.sleep(6)
    os.kill(supervised.parent.pid, signal.SIGCONT)
    time.sleep(0.3)
    os.kill(supervised.pid, signal.SIGCONT)
    time.sleep(1)
    assert len(supervised.said(1)) == 1


SERVES = """
import sys
from marketplace.base.web import pulse
pulse.HANGS = 5.0
from marketplace.cli import commands
commands(["serve", "--port", sys.argv[1]])
"""


@pytest.mark.usefixtures("claimed")
def test_a_web_process_that_hangs_is_started_again() -> None:
    port = free_port()
    environment = os.environ | {
        "TREFFPUNKT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TREFFPUNKT_WEB_PROCESSES": "1",
    }
    server = program.start("-c", SERVES, str(port), environment=environment)
    try:
        assert until_ready(f"http://127.0.0.1:{port}", 120)
        (web,) = psutil.Process(server.pid).children()
        time.sleep(7)
        assert psutil.Process(server.pid).children() == [web], "nobody asks, and it is alive"
        web.suspend()
        assert until_ready(f"http://127.0.0.1:{port}", 120)
        assert not web.is_running()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
