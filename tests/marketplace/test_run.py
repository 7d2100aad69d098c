"""`python -m marketplace run` as a whole: it starts, survives what dies under it, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest

from tests import cluster
from tests.offers.seats.test_two_servers import free_port


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Address and process of a running instance with the demo in it."""
    port = free_port()
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TREFFPUNKT_")}
    cluster.begin(tmp_path / "data")
    started = subprocess.Popen(
        [sys.executable, "-m", "marketplace", "run", "--port", str(port), "--data", str(tmp_path / "data")],
        env=environment | {"TREFFPUNKT_DEMO": "1", "TREFFPUNKT_BACKUP_DIR": str(tmp_path / "backups")},
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        assert until_ready(address, 240)
        yield address, psutil.Process(started.pid)
    finally:
        if started.poll() is None:
            started.kill()
            started.wait()
        cluster.end(tmp_path / "data")


def until_ready(address: str, seconds: float) -> bool:
    """Does it answer well within so many seconds?"""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/health/ready", timeout=10).status_code == 200:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    return False


def backed_up_since(moment: datetime, data: Path, seconds: float) -> bool:
    """Is there a copy, and is the log streamed up to after that moment?"""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError, TypeError):
            copy, log = (json.loads((data / f"backup-{each}.json").read_text()) for each in ("copy", "log"))
            if copy["at"] and datetime.fromisoformat(log["at"]) > moment:
                return True
        time.sleep(0.2)
    return False


def test_it_survives_the_death_of_its_children_and_stops_cleanly(
    instance: tuple[str, psutil.Process], tmp_path: Path
) -> None:
    address, process = instance
    assert httpx.get(f"{address}/offers?municipality=all").status_code == 200
    database = next(child for child in process.children() if child.name() == "postgres")
    database.kill()
    assert until_ready(address, 60)
    # Not postgres, and not the psql that looked if it is back.
    web = [child for child in process.children() if child.name().startswith("python")]
    assert len(web) == 4
    killed = datetime.now(UTC)
    for child in web:
        child.kill()
    assert until_ready(address, 60)
    assert httpx.get(f"{address}/offers?municipality=all").status_code == 200
    assert backed_up_since(killed, tmp_path / "data", 60)
    everybody = process.children(recursive=True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) in (0, None)
    _gone, alive = psutil.wait_procs(everybody, timeout=60)
    assert not alive
