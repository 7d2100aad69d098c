"""No line of the log holds what somebody typed, whatever fails: a real instance, real faults, and a canary in each."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from tests.house.canaries import CANARY, FAULTS, ONE_EACH

ROOT = Path(__file__).parents[2]
TYPED = f"{CANARY}-skrevet"
PLACES = [*FAULTS, "outside"]


@pytest.fixture(scope="module")
def log(database_url: str) -> Iterator[str]:
    """All that an instance wrote while everything in it failed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile("w+") as written:
        command = [sys.executable, "-m", "tests.house.canaries", str(port)]
        with subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=written, stderr=written) as ran:
            try:
                ask(port)
            finally:
                ran.send_signal(signal.SIGTERM)
                ran.wait(60)
        written.seek(0)
        yield written.read()


def ask(port: int) -> None:
    """Each fault once, with a canary wherever one can be typed; then until the worker's and the dying process's are
    told, too."""
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    sent = {"x-typed": TYPED, "cookie": f"form={TYPED}"}
    with httpx.Client(headers=sent, timeout=10, limits=ONE_EACH) as client:
        while True:
            try:
                client.get(f"{address}/health/live")
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        for place in PLACES:
            client.get(f"{address}/{CANARY}/{place}/{TYPED}?q={TYPED}")
        client.get(f"{address}/no/such/{TYPED}")
        client.post(f"{address}/sign-in", data={"address": f"{TYPED}@example.no"})
        client.post(f"{address}/sign-in", content=b"\xff" + TYPED.encode())
        client.request("KANARI", f"{address}/offers/{TYPED}")
        time.sleep(2.5)  # the worker and the process that dies


def lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def test_no_line_holds_what_somebody_typed(log: str) -> None:
    told = re.sub(rf'"route": "/{CANARY}/[a-z]+/{{typed}}"', "", log)  # the test's own routes are called so
    assert [line for line in told.splitlines() if CANARY in line.lower()] == []
    assert "DETAIL" not in told
    assert "Failing row" not in told


def test_every_fault_is_told_all_the_same(log: str) -> None:
    """Each with the place it came from: a log that held its tongue would pass the test above."""
    where = {
        "a view": "in_a_view", "Python": "in_python", "outside of a view": "outside_of_a_view", "a task": "forgotten",
        "a callback or thread": "broken", "a finaliser": "__del__", "a job": "in job", "a process": "ending",
    }  # fmt: skip
    found = log.replace("canaries.py:", "in ")
    missing = [what for what, name in where.items() if name.removeprefix("in ") not in found]
    assert missing == []
    said = lines(log)
    assert any(one["event"] == "ended" and "ending" in one["exception"] for one in said)
    assert any(one["event"] == "job failed" and one["job"] == "broken" for one in said)
    assert "a.library WARNING canaries:" in log
    assert "asyncio ERROR" in log


def test_what_the_database_refused_is_told_by_its_own_names(log: str) -> None:
    found = [one for one in lines(log) if one["event"] in ("error", "job failed") and "sqlstate" in one]
    assert {(one["sqlstate"], one["table"]) for one in found} == {("23502", "person")}
    assert {one["event"] for one in found} == {"error", "job failed"}
