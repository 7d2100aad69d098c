"""/metrics of a real instance: what is counted, what is never told, and what survives the death of a process."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from marketplace.base.data.instance import claim
from marketplace.base.insight.board import CLASSES
from marketplace.operations.insight.facts import in_tens
from marketplace.routes import ROUTES
from marketplace.schedule import TIMETABLE
from tests import program
from tests.emptying import empty_at
from tests.offers.seats.test_two_servers import free_port

ROOT = Path(__file__).parents[4]
CANARY = "kanarifugl"
LABELS = {
    "route": {route.path for route in ROUTES} | {"none"},
    "method": {"GET", "POST", "other"},
    "status": set(CLASSES),
    "le": {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "+Inf"},
    "process": {"web1", "web2"},
    "carrier": {"email", "sms"},
    "state": {"due", "later", "held", "failed"},
    "task": {job.name for job in TIMETABLE},
    "outcome": {"done", "failed"},
    "folder": {"data", "keys"},
    "answer": {"kept", "made"},
}
"""Every label there may be with every value: nothing else is told of anything."""


@dataclass
class Instance:
    address: str
    metrics: str
    process: psutil.Process

    def scraped(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        text = httpx.get(f"{self.metrics}/metrics", timeout=10).text
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def of(self, name: str, **labels: str) -> float | None:
        return self.scraped().get((f"treffpunkt_{name}", tuple(sorted(labels.items()))))

    def until(self, name: str, number: float, **labels: str) -> None:
        deadline = time.monotonic() + 60
        while self.of(name, **labels) != number:
            assert time.monotonic() < deadline, (name, labels, self.of(name, **labels))
            time.sleep(0.1)


async def emptied(url: str) -> None:
    """Nothing of an earlier test, and the demo's: else `serve` leaves it alone."""
    await empty_at(url)
    await claim(url, datetime.now(UTC))


@pytest.fixture(scope="module")
def watched(database_url: str) -> Iterator[Instance]:
    """Two web processes over the test's database, with their collector."""
    asyncio.run(emptied(database_url))
    port, metrics = free_port(), free_port()
    settings = {"TREFFPUNKT_METRICS_PORT": str(metrics), "TREFFPUNKT_WEB_PROCESSES": "2"}
    ran = program.start("serve", "--port", str(port), environment=os.environ | settings)
    made = Instance(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{metrics}", psutil.Process(ran.pid))
    try:
        deadline = time.monotonic() + 120
        for address in (f"{made.address}/health/live", f"{made.metrics}/metrics"):
            while True:
                try:
                    if httpx.get(address, timeout=10).status_code == 200:
                        break
                except httpx.TransportError:
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
        yield made
    finally:
        ran.send_signal(signal.SIGTERM)
        ran.wait(60)


def test_requests_are_counted_over_all_processes_by_route_method_and_status(watched: Instance) -> None:
    before = watched.of("requests_total", route="/offers", method="GET", status="2xx") or 0
    took = watched.of("request_seconds_count", route="/offers", method="GET") or 0
    with httpx.Client() as client:
        for _ in range(10):
            assert client.get(f"{watched.address}/offers?municipality=all").status_code == 200
        client.head(f"{watched.address}/offers?municipality=all")
    labels = {"route": "/offers", "method": "GET"}
    assert watched.of("requests_total", **labels, status="2xx") == before + 11, "HEAD answers as GET"
    assert watched.of("request_seconds_count", **labels) == took + 11
    assert watched.of("request_seconds_bucket", **labels, le="+Inf") == took + 11
    assert watched.of("requests_total", **labels, status="5xx") == 0, "the zero that an alert needs"
    booking = {"route": "/offers/{slug}/bookings", "method": "POST", "status": "5xx"}
    assert watched.of("requests_total", **booking) == 0, "also where nobody has asked yet"


def test_nothing_that_somebody_sent_is_ever_a_label(watched: Instance) -> None:
    with httpx.Client(headers={"user-agent": CANARY, "cookie": f"form={CANARY}"}) as client:
        client.get(f"{watched.address}/offers/{CANARY}?q={CANARY}")
        client.get(f"{watched.address}/{CANARY}/{CANARY}")
        client.get(f"{watched.address}/calendar/offers/{CANARY}.ics")
        client.request(CANARY.upper(), f"{watched.address}/offers")
        client.request("DELETE", f"{watched.address}/offers/{CANARY}")
        client.post(f"{watched.address}/sign-in", data={"address": f"{CANARY}@example.no"})
        client.get(f"{watched.address}/offers", headers={"host": f"{CANARY}.example"})
    told = httpx.get(f"{watched.metrics}/metrics").text
    assert CANARY not in told.lower()
    assert str(Path.home()) not in told
    for name, labels in watched.scraped():
        for label, text in labels:
            assert text in LABELS[label], (name, label, text)


def test_nothing_is_told_of_people_offers_or_organisations(watched: Instance) -> None:
    """A gauge of them would tell of one, where there is one. What has a number of people in it has no metric."""
    names = {name for name, _labels in watched.scraped()}
    of_people = re.compile(
        "people|person|booking|participant|contact|member|sign_in|attend|erase|organi|wait_list"
    )
    assert [name for name in names if of_people.search(name)] == []


def test_a_process_that_dies_goes_on_counting_where_it_was(watched: Instance) -> None:
    labels = {"route": "/health/live", "method": "GET", "status": "2xx"}
    httpx.get(f"{watched.address}/health/live")
    before = watched.of("requests_total", **labels) or 0
    starts = sum(watched.of("process_starts_total", process=each) or 0 for each in LABELS["process"])
    next(child for child in watched.process.children() if child.nice() == watched.process.nice()).kill()
    deadline = time.monotonic() + 60
    while (
        sum(watched.of("process_starts_total", process=each) or 0 for each in LABELS["process"]) != starts + 1
    ):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for process in LABELS["process"]:
        watched.until("process_alive", 1, process=process)
    httpx.get(f"{watched.address}/health/live")
    assert watched.of("requests_total", **labels) == before + 1


def test_a_collector_that_dies_is_started_again_and_knows_all(watched: Instance) -> None:
    labels = {"route": "/health/live", "method": "GET", "status": "2xx"}
    httpx.get(f"{watched.address}/health/live")
    before = watched.of("requests_total", **labels)
    assert before
    collector = max(watched.process.children(), key=psutil.Process.nice)  # it gives way to the others
    collector.kill()
    deadline = time.monotonic() + 60
    while True:
        try:
            assert (watched.of("requests_total", **labels) or 0) >= before
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_it_answers_nothing_else_and_needs_no_host_name(watched: Instance) -> None:
    for path in ("/", "/offers", "/metrics/x", "/health/live"):
        assert httpx.get(watched.metrics + path).status_code == 404
    assert httpx.post(f"{watched.metrics}/metrics").status_code == 404
    assert httpx.get(f"{watched.metrics}/metrics", headers={"host": "10.0.0.7:9100"}).status_code == 200
    assert httpx.get(f"{watched.address}/metrics").status_code == 404, "nor do visitors get there"


def test_messages_are_counted_in_tens() -> None:
    assert [in_tens(number) for number in (0, 1, 9, 10, 11, 101)] == [0, 10, 10, 10, 20, 110]


def test_without_the_setting_nothing_is_opened_or_imported() -> None:
    says = (
        "import sys; from functools import partial; from marketplace import cli, app; "
        "print(cli.web(partial(print)) == [partial(print)] * 2 or len(cli.web(print)));"
        "print([name for name in sys.modules if name.startswith(('prometheus', 'opentelemetry'))])"
    )
    ran = subprocess.run([sys.executable, "-c", says], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:2] == ["2", "[]"]


def test_a_port_that_is_taken_is_told_in_a_sentence(watched: Instance) -> None:
    port = watched.metrics.rpartition(":")[2]
    taken = os.environ | {"TREFFPUNKT_METRICS_PORT": port}
    ran = program.run("serve", "--port", str(free_port()), environment=taken)
    assert ran.code == 1
    assert f"Port {port} of 127.0.0.1 cannot be opened for metrics" in ran.err
    assert "Traceback" not in ran.err
