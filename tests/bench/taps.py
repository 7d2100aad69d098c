"""A register while it is kept: taps one by one and a thousand at once, and its page; of forty sessions at a time with
forty people each, more than there are connections: whoever keeps a register waits for each answer."""

import asyncio
import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import psutil
from uuid_utils.compat import uuid7

from marketplace.base.data.database import connected, rows
from marketplace.base.data.migrate import migrate
from marketplace.base.signing import secret_hash
from marketplace.people.sign_in.models import SignIn
from offers.catalogue.models import SeatPool
from organizations.members.models import Role
from tests import make
from tests.bench.figure_pages import cpu_of
from tests.bench.measuring import CONNECTIONS, HERE, own_database, per_request, pgbench, served, wrk

LEAST = 0.10
"""Of pgbench: a tap's request."""
AT_ONCE = 40
RUNS = (CONNECTIONS[0], *CONNECTIONS)
"""The first is told to nobody: each connection of the server plans its statements in it (the reading: 34 ms, once)."""
SESSIONS = 1 + AT_ONCE * len(RUNS)
"""One for the page and what waited; and so many for each run, for whoever has not seen what stands there is in conflict
with it."""
PEOPLE, QUEUED, BATCH = 40, 1000, 50
QUICKLY = 2.0
"""Seconds for so many that waited without a connection."""


async def filled(dsn: str, now: datetime, sessions: int = SESSIONS) -> tuple[str, dict[str, list[str]]]:
    """The sign-in of a host, and the bookings of each session that they keep the register of."""
    await migrate(dsn)
    async with connected(dsn):
        await rows("INSERT INTO instance (id, demo, began_at) VALUES (1, true, $1)", now)
        owner = await make.organization("Frivilligsentralen")
        host = await make.member(owner, Role.EDITOR)
        starts = [now - timedelta(minutes=number + 1) for number in range(sessions)]
        offer = await make.offer(owner=owner, starts=starts, capacity=PEOPLE)
        found = {}
        for pool in await SeatPool.filter(offer=offer):
            made = [await make.booking(pool, created_at=now, seated_at=now) for _ in range(PEOPLE)]
            found[str(pool.session_id)] = [str(one.id) for one in made]
        secret = secrets.token_urlsafe(24)
        await SignIn.create(
            id=uuid7(), person_id=host.id, secret_hash=secret_hash(secret), device="bench", created_at=now,
            seen_at=now, expires_at=now + timedelta(days=1), second_factor_at=now,
        )  # fmt: skip
        return f"sign-in={secret}", found


def waited(address: str, session: str, bookings: list[str], headers: dict[str, str]) -> float:
    """Seconds until a thousand taps that waited are written: of one phone, in batches, one after the other."""
    at = datetime.now(UTC).isoformat()
    last: dict[str, str] = {}
    taps = []
    for number in range(QUEUED):
        booking, made = bookings[number % PEOPLE], str(uuid4())
        value = "present" if number // PEOPLE % 2 == 0 else "absent"
        taps.append({"id": made, "at": at, "booking": booking, "field": "state", "value": value, "saw": 0}
                    | ({"after": last[booking]} if booking in last else {}))  # fmt: skip
        last[booking] = made
    with httpx.Client(headers=headers, timeout=20) as phone:
        began = time.monotonic()
        for start in range(0, QUEUED, BATCH):
            sent = {"sent": at, "taps": taps[start : start + BATCH]}
            answer = phone.post(f"{address}/manage/sessions/{session}/register/taps", json=sent)
            assert answer.status_code == 200, answer.text
            assert {one["outcome"] for one in answer.json()["taps"]} == {"kept"}, answer.text
        return time.monotonic() - began


def listed(path: Path, registers: dict[str, list[str]]) -> Path:
    """A file with the addresses and bookings to tap, one of each register after the other."""
    path.write_text("".join(
        f"/manage/sessions/{session}/register/taps {bookings[turn]}\n"
        for turn in range(PEOPLE) for session, bookings in registers.items()
    ))  # fmt: skip
    return path


def measure(results: dict[str, Any], note: Callable[..., None]) -> None:
    """Put it among the results of `make bench`: two web processes."""
    with own_database() as (data, dsn):
        cookie, found = asyncio.run(filled(dsn, datetime.now(UTC)))
        first, *others = found
        server = psutil.Process(int((data / "pg" / "postmaster.pid").read_text().split()[0]))
        with served(data, dsn, 2) as (address, ours):
            page = f"{address}/manage/sessions/{first}/register"
            token = httpx.get(f"{page}/taps", headers={"cookie": cookie}).json()["token"]
            headers = {"cookie": cookie, "x-form-token": token, "origin": address}
            for number, connections in enumerate(RUNS):
                own = others[number * AT_ONCE : (number + 1) * AT_ONCE]
                lines = listed(data / "taps.txt", {each: found[each] for each in own})
                ending = "" if connections == CONNECTIONS[-1] else f"_{connections}"
                limit, used = pgbench(dsn) if number else 0, cpu_of(ours, server)
                run = wrk(address, connections, "-s", str(HERE / "taps.lua"), environment={
                    "BENCH_TAPS": str(lines), "BENCH_COOKIE": cookie, "BENCH_TOKEN": token,
                    "BENCH_HOST": address.removeprefix("http://")})  # fmt: skip
                if not number:
                    continue
                per = per_request(used, cpu_of(ours, server), run)
                note(
                    results,
                    f"tap{ending}",
                    run.rate,
                    "requests/s",
                    f"{LEAST} of pgbench",
                    limit,
                    run,
                    per,
                )
            used = cpu_of(ours, server)
            run = wrk(page, CONNECTIONS[0], "-H", f"Cookie: {cookie}")
            note(results, "register_page", run.rate, "requests/s", None, 0, run,
                 per_request(used, cpu_of(ours, server), run))  # fmt: skip
            took = waited(address, first, found[first], headers)
            note(results, "thousand_taps", took, "s", f"{QUICKLY} s", QUICKLY)


if __name__ == "__main__":
    from tests.bench.measuring import note as told

    Path("var").mkdir(exist_ok=True)
    os.environ["TREFFPUNKT_DEMO"] = "1"
    measure({}, told)
