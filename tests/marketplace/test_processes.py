"""The parent of the processes: who is told to end starts nobody any more."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

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
    parent = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(note)], env=os.environ, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while not note.exists() or note.read_text().count("began") < 2:
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(0.4)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(10) == 0
    assert note.read_text().count("began") == 2
