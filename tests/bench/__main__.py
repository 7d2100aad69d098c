"""`make bench`: speed and memory as ratios to limits measured in the same run. Writes bench.json.

hello is a bare Starlette page from two processes; pgbench one UPDATE and one INSERT a transaction on 100 rows.
Data: the large demo (10,000 offers, 100,000 sessions) and a tenth of it, kept in var/bench-*.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg
import httpx2 as httpx
import psutil
from bs4 import BeautifulSoup
from uuid_utils.compat import uuid7

from marketplace.base.database import credentials
from marketplace.base.embedded import EmbeddedPostgres, binary
from tests.bench.feeds import change

HERE = Path(__file__).parent
SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
CONNECTIONS = (8, 32)
AS_BROWSERS = ["-H", "Accept-Encoding: gzip"]
SIZES = {"large": (10_000, 50_000), "tenth": (1_000, 5_000)}


@dataclass
class Run:
    """One run of wrk."""

    rate: float
    p50: float
    p99: float
    errors: int


def wrk(url: str, connections: int, *arguments: str, environment: dict[str, str] | None = None) -> Run:
    """Requests a second, and latencies in ms. Anything but 2xx and 3xx counts as an error."""
    done = subprocess.run(
        ["wrk", "-t2", f"-c{connections}", f"-d{SECONDS}s", "--latency", *arguments, url],
        capture_output=True, text=True, check=True, env=os.environ | (environment or {}),
    )  # fmt: skip
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])  # type: ignore[index]
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    return Run(rate, _ms(done.stdout, "50%"), _ms(done.stdout, "99%"), int(bad[1]) if bad else 0)


def _ms(text: str, quantile: str) -> float:
    found = re.search(rf"{quantile}\s+([\d.]+)(us|ms|s)", text)
    assert found
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def process(arguments: list[str], environment: dict[str, str], url: str) -> Iterator[psutil.Process]:
    """A process of ours, from its first answer to its end."""
    with open("var/bench.log", "a") as log:
        started = subprocess.Popen(
            [sys.executable, *arguments], env=os.environ | environment, stderr=log, stdout=log
        )
    try:
        for _ in range(600):
            try:
                if httpx.get(url).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        else:
            raise RuntimeError(f"{arguments} did not start, see var/bench.log")
        yield psutil.Process(started.pid)
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(20)


def memory(root: psutil.Process) -> float:
    """MB that the processes below (and this one) really take: PSS counts a shared page once."""
    return sum(each.memory_full_info().pss for each in [root, *root.children(recursive=True)]) / 1e6


def cpu(root: psutil.Process) -> dict[str, float]:
    """Seconds of CPU so far: of the web processes, of the database, and of the worker (it alone is nice)."""
    used = {"web": 0.0, "database": 0.0, "worker": 0.0}
    for each in root.children(recursive=True):
        times = each.cpu_times()
        name = "database" if each.name() == "postgres" else "worker" if each.nice() else "web"
        used[name] += times.user + times.system
        if name == "database":  # backends that have ended are counted with their parent
            used[name] += times.children_user + times.children_system
    return used


def per_request(before: dict[str, float], after: dict[str, float], run: Run) -> dict[str, float]:
    """Milliseconds of CPU a request, of each."""
    return {kind: (after[kind] - before[kind]) * 1000 / (run.rate * SECONDS) for kind in after}


async def prepare(dsn: str, now: datetime) -> dict[str, Any]:
    """What the measurements need of the data: a feed of exactly 200 sessions, 100 pools that never fill up."""
    connection = await asyncpg.connect(**credentials(dsn))
    try:
        if not await connection.fetchval("SELECT 1 FROM organization WHERE slug = 'bench'"):
            home = await connection.fetchval("SELECT id FROM municipality LIMIT 1")
            owner, offer = uuid7(), uuid7()
            await connection.execute(
                """INSERT INTO organization (id, slug, name, kind, state, municipality_id, source_lang, created_at)
                VALUES ($1, 'bench', 'Bench', 'voluntary', 'approved', $2, 'nb', $3)""", owner, home, now)  # fmt: skip
            await connection.execute(
                """INSERT INTO offer (id, slug, owner_id, municipality_id, kind, audiences, joining, visibility,
                sensitive, state, source_lang, max_party, promotion, hold_hours, keep_months, created_at, changed_at,
                session_count, next_session_at, next_session_ends, last_session_ends)
                VALUES ($1, 'bench', $2, $3, 'activity', '{everyone}', 'drop_in', 'public', false,
                'published', 'nb', 1, 'automatic', 24, 6, $4, $4, 200, $5, $6, $7)""",
                offer, owner, home, now, now + timedelta(days=1), now + timedelta(days=1, hours=2),
                now + timedelta(days=200, hours=2))  # fmt: skip
            await connection.execute(
                """INSERT INTO offer_text (id, offer_id, lang, title, summary, body, meets_you, way_in, bring_someone,
                what_happens, may_leave, bring, keywords) VALUES ($1, $2, 'nb', 'Kafé', 'Kom innom', '', '', '', '',
                '', '', '', '')""", uuid7(), offer)  # fmt: skip
            await connection.executemany(
                """INSERT INTO session (id, offer_id, starts_at, ends_at, status, note, sequence, changed_at)
                VALUES ($1, $2, $3, $4, 'scheduled', '', 0, $5)""",
                [(uuid7(), offer, now + timedelta(days=day), now + timedelta(days=day, hours=2), now)
                 for day in range(1, 201)])  # fmt: skip
        pools = await connection.fetch(
            """UPDATE seat_pool SET capacity = NULL WHERE id IN (
                SELECT p.id FROM seat_pool p JOIN offer o ON o.id = p.offer_id WHERE o.joining = 'per_session'
                AND o.state = 'published' AND o.visibility = 'public' AND p.starts_at > $1 AND p.opens_at IS NULL
                AND p.closes_at IS NULL AND p.waiting = 0 ORDER BY p.starts_at, p.id LIMIT 100)
            RETURNING (SELECT slug FROM offer WHERE id = offer_id) AS slug, session_id""",
            now + timedelta(days=30),
        )
        return {"pools": [(row["slug"], row["session_id"]) for row in pools],
                "slug": pools[0]["slug"], "offers": await connection.fetchval("SELECT count(*) FROM offer"),
                "sessions": await connection.fetchval("SELECT count(*) FROM session")}  # fmt: skip
    finally:
        await connection.close()


def booking_forms(address: str, pools: list[tuple[str, Any]]) -> Path:
    """Path and body of a booking form for each pool, as the page gives it; wrk fills in the visitor."""
    lines = []
    for slug, session in pools:
        page = httpx.get(
            f"{address}/offers/{slug}/bookings/new?session={session}", headers={"cookie": f"form={'0' * 32}"}
        )
        page.raise_for_status()
        hidden = BeautifulSoup(page.text, "html.parser").select("form[method=post] input[type=hidden]")
        fields = {str(field["name"]): str(field["value"]) for field in hidden}
        fields.pop("form_key")
        fields |= {"who": "me", "name": "Ola", "contact": "email", "seats": "1"}
        lines.append(f"/offers/{slug}/bookings {urlencode(fields)}")
    path = Path("var/bench-forms.txt")
    path.write_text("\n".join(lines) + "\n")
    return path.resolve()


def pgbench(dsn: str) -> float:
    """Transactions a second of one UPDATE and one INSERT on 100 rows, 8 clients."""
    where = credentials(dsn)
    script = Path("var/bench.sql")
    script.write_text(
        "\\set id random(1, 100)\nBEGIN;\nUPDATE bench_pool SET taken = taken + 1 WHERE id = :id;\n"
        "INSERT INTO bench_booking (pool) VALUES (:id);\nCOMMIT;\n"
    )
    common = ["-h", where["host"], "-p", str(where["port"]), "-U", where["user"], where["database"]]
    make = (
        "DROP TABLE IF EXISTS bench_pool, bench_booking; CREATE TABLE bench_pool (id int PRIMARY KEY, taken int);"
        "INSERT INTO bench_pool SELECT n, 0 FROM generate_series(1, 100) n;"
        "CREATE TABLE bench_booking (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pool int);"
    )
    subprocess.run([str(binary("psql")), "-Xq", *common, "-c", make], check=True, stderr=subprocess.DEVNULL)
    done = subprocess.run(
        [str(binary("pgbench")), "-n", "-c8", "-j2", f"-T{SECONDS}", "-M", "prepared", "-f", str(script), *common],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    subprocess.run(
        [str(binary("psql")), "-Xq", *common, "-c", "DROP TABLE bench_pool, bench_booking"], check=True
    )
    return float(re.search(r"tps = ([\d.]+)", done.stdout)[1])  # type: ignore[index]


def measure(size: str, results: dict[str, Any]) -> None:
    """All figures at one size of the data; the names of the smaller one end in its name."""
    offers, people = SIZES[size]
    data = Path(f"var/bench-{size}").resolve()
    port, hello_port = free_port(), free_port()
    environment = {
        "TREFFPUNKT_DEMO": "1", "TREFFPUNKT_PUBLIC_URL": f"http://127.0.0.1:{port}", "TREFFPUNKT_WEB_PROCESSES": "2",
        "TREFFPUNKT_TRUSTED_PROXIES": "127.0.0.1",
    }  # fmt: skip
    if not (data / "complete").exists():
        shutil.rmtree(data, ignore_errors=True)
        started = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "marketplace", "demo", "--data", str(data),
             "--offers", str(offers), "--people", str(people)],
            env=os.environ | environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        note(results, f"load_{size}", time.monotonic() - started, "s")
        (data / "complete").touch()
    suffix = "" if size == "large" else f"_{size}"
    address = f"http://127.0.0.1:{port}"
    dsn = EmbeddedPostgres(data).dsn
    run = ["-m", "marketplace", "run", "--port", str(port), "--data", str(data)]
    hello_url = f"http://127.0.0.1:{hello_port}/"
    with process(run, environment, f"{address}/health/ready") as ours:
        found = asyncio.run(prepare(dsn, datetime.now(UTC)))
        print(f"{size}: {found['offers']} offers, {found['sessions']} sessions")
        forms = booking_forms(address, found["pools"])
        note(results, f"memory_started{suffix}", memory(ours), "MB")
        with process([str(HERE / "hello.py"), str(hello_port)], {"PYTHONPATH": os.getcwd()}, hello_url):
            feed = f"{address}/calendar/organizations/bench.ics"
            pages = {
                "offer_list": (f"{address}/offers", ["-s", str(HERE / "filters.lua")]),
                "offer_list_again": (f"{address}/offers?kind=course&audience=adults", AS_BROWSERS),
                "offer_page": (f"{address}/offers/{found['slug']}", AS_BROWSERS),
                "front_page": (f"{address}/", AS_BROWSERS),
                "sign_in_page": (f"{address}/sign-in", [*AS_BROWSERS, "-H", f"Host: localhost:{port}"]),
                "feed_cached": (feed, AS_BROWSERS),
                "feed_304": (feed, ["-H", f"If-None-Match: {httpx.get(feed).headers['etag']}"]),
            }  # fmt: skip
            for connections in CONNECTIONS:
                ending = suffix + ("" if connections == CONNECTIONS[-1] else f"_{connections}")
                before = wrk(hello_url, connections).rate
                for name, (url, arguments) in pages.items():
                    httpx.get(url).raise_for_status()
                    used = cpu(ours)
                    result = wrk(url, connections, *arguments)
                    per = per_request(used, cpu(ours), result)
                    after = wrk(hello_url, connections).rate
                    limit = (before + after) / 2
                    note(results, name + ending, result.rate, "requests/s", "hello", limit, result, per)
                    before = after
                note(results, f"hello{ending}", before, "requests/s")
        for name, took in asyncio.run(change(dsn, address, lambda: cpu(ours)["web"])).items():
            note(results, f"{name}{suffix}", took, "ms")
        limit = pgbench(dsn)
        note(results, f"pgbench{suffix}", limit, "transactions/s")
        for connections in CONNECTIONS:
            ending = suffix + ("" if connections == CONNECTIONS[-1] else f"_{connections}")
            used = cpu(ours)
            result = wrk(
                address, connections, "-s", str(HERE / "booking.lua"),
                environment={"BENCH_FORMS": str(forms), "BENCH_HOST": f"127.0.0.1:{port}"},
            )  # fmt: skip
            per = per_request(used, cpu(ours), result)
            note(results, f"booking_post{ending}", result.rate, "requests/s", "pgbench", limit, result, per)
        note(results, f"memory{suffix}", memory(ours), "MB")


def note(
    results: dict[str, Any], name: str, value: float, unit: str, limit: str | None = None, limit_value: float = 0,
    run: Run | None = None, per: dict[str, float] | None = None,
) -> None:  # fmt: skip
    """Keep a figure and print it."""
    entry: dict[str, Any] = {"value": round(value, 1), "unit": unit}
    if limit:
        entry |= {"limit": limit, "ratio": round(value / limit_value, 3)}
    if run:
        entry |= {"p50_ms": run.p50, "p99_ms": run.p99, "errors": run.errors}
    if per:
        entry |= {f"cpu_{kind}_ms": round(used, 2) for kind, used in per.items()}
    results[name] = entry
    print(f"{name:24} " + "  ".join(f"{key} {figure}" for key, figure in entry.items()), flush=True)


def main() -> None:
    if not shutil.which("wrk"):
        sys.exit("make bench needs wrk (apt-get install wrk)")
    Path("var").mkdir(exist_ok=True)
    results: dict[str, Any] = {}
    for size in os.environ.get("BENCH_SIZES", "large,tenth").split(","):
        measure(size, results)
    Path("bench.json").write_text(json.dumps(results, indent=2) + "\n")


main()
