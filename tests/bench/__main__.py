"""`make bench`: speed and memory as ratios to limits measured in the same run. Writes bench.json.

hello is a bare Starlette page from two processes; pgbench one UPDATE and one INSERT a transaction on 100 rows.
Data: the large demo (10,000 offers, 100,000 sessions) and a tenth of it, kept in var/bench-*.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg
import httpx2 as httpx
from bs4 import BeautifulSoup
from uuid_utils.compat import uuid7

from marketplace.base.data.database import credentials
from marketplace.base.postgres.embedded import EmbeddedPostgres
from tests.bench import figure_pages, figures, found, lists, mails, offline, report, taps
from tests.bench.crash import crash
from tests.bench.feeds import change
from tests.bench.measuring import (
    AS_BROWSERS,
    CONNECTIONS,
    HERE,
    cpu,
    free_port,
    memory,
    note,
    per_request,
    pgbench,
    process,
    whole_booking,
    wrk,
)
from tests.bench.promotion import LONGEST, WAITING, promotion

SIZES = {"large": (10_000, 50_000), "tenth": (1_000, 5_000)}


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
    Path("var/bench.log").unlink(missing_ok=True)
    run = ["-m", "marketplace", "run", "--port", str(port), "--data", str(data)]
    hello_url = f"http://127.0.0.1:{hello_port}/"
    with process(run, environment, f"{address}/health/ready") as ours:
        found = asyncio.run(prepare(dsn, datetime.now(UTC)))
        print(f"{size}: {found['offers']} offers, {found['sessions']} sessions")
        forms = booking_forms(address, found["pools"])
        note(results, f"memory_started{suffix}", memory(ours), "MB")
        with process([str(HERE / "hello.py"), str(hello_port)], {"PYTHONPATH": os.getcwd()}, hello_url):
            feed = f"{address}/calendar/organizations/bench.ics"
            listed = f"{address}/offers?municipality=all"
            pages = {
                "offer_list": (listed, ["-s", str(HERE / "filters.lua")]),
                "offer_list_dates": (f"{listed}&more=dates", ["-s", str(HERE / "filters.lua")]),
                "offer_list_words": (f"{listed}&more=words", ["-s", str(HERE / "filters.lua")]),
                "offer_list_again": (f"{address}/offers?municipality=all&kind=course&audience=adults", AS_BROWSERS),
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
        for name, took in asyncio.run(lists.booked(dsn, address)).items():
            note(results, f"{name}{suffix}", took, "ms")
        for name, took in asyncio.run(lists.made_anew(dsn, address)).items():
            note(results, f"{name}{suffix}", took, "s" if name == "index_made" else "ms")
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
        used = cpu(ours)
        result = whole_booking(address, f"127.0.0.1:{port}", forms)
        per = per_request(used, cpu(ours), result)
        note(results, f"whole_booking{suffix}", result.rate, "bookings/s", "pgbench", limit, result, per)
        results[f"whole_booking{suffix}"]["ratio_hello"] = round(
            result.rate / results[f"hello{suffix}"]["value"], 4
        )
        note(results, f"memory{suffix}", memory(ours), "MB")
        seconds = asyncio.run(promotion(dsn))
        note(results, f"promotion_of_{WAITING}{suffix}", seconds, "s", "5 s", LONGEST)
        if size != "large":
            for name, count in asyncio.run(crash(ours, port, dsn, forms)).items():
                note(results, f"kill_{name}", count, "bookings")
    if size != "large":
        check = [sys.executable, "-m", "marketplace", "check-data", "--data", str(data)]
        subprocess.run(check, env=os.environ | environment, check=True)


def main() -> None:
    if not shutil.which("wrk"):
        sys.exit("make bench needs wrk (apt-get install wrk)")
    Path("var").mkdir(exist_ok=True)
    os.environ["TREFFPUNKT_DEMO"] = "1"  # what is measured in this process has settings too
    results: dict[str, Any] = {}
    for size in os.environ.get("BENCH_SIZES", "large,tenth").split(","):
        measure(size, results)
    found.measure(results, note)
    mails.measure(results, note)
    figures.measure(results, note)
    figure_pages.measure(results, note)
    taps.measure(results, note)
    offline.measure(results, note)
    note(results, "report_pdf", report.printed(), "s", "5 s", report.LONGEST)
    Path("bench.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
