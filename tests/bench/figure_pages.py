"""How long pages of statistics take when they are first opened, and how many of them a second when many open them, in
municipalities with a thousand cells each, two years of closings and fifteen measures. When a page is first opened,
nothing of its municipality has been read before."""

import asyncio
import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import httpx2 as httpx
import psutil
from uuid_utils.compat import uuid7

from marketplace.base.data.database import connected, credentials, rows
from marketplace.base.data.migrate import migrate
from marketplace.base.signing import secret_hash
from marketplace.people.models import Person
from marketplace.people.sign_in.models import SignIn
from organizations.directory.models import Municipality, Organization, OrganizationKind
from organizations.members.models import Membership, Role
from tests.bench.measuring import (
    AS_BROWSERS,
    CONNECTIONS,
    HERE,
    cpu,
    free_port,
    own_database,
    per_request,
    process,
    served,
    wrk,
)

LONGEST = 300.0
"""Milliseconds, cold."""
LEAST = 0.05
"""Of hello, with several connections."""

THIS_YEAR = datetime.now(UTC).year
PAGES = {
    "statistics": "/statistics?municipality={slug}",
    "statistics_by_organization": "/statistics?municipality={slug}&part=organization",
    "statistics_workbook": "/statistics/download?municipality={slug}&as=xlsx",
    "coverage": "/statistics/coverage?municipality={slug}",
    "plan_of_thirty_goals": "/plans/plan-{slug}",
    "goal": "/goals/goal-{slug}-1",
}
FILES = {"statistics_workbook"}
"""No pages: they are saved, and made for whoever does."""
MEASURES = (
    "attendances", "people", "sessions", "offers", "drop_in", "seats_offered", "minutes", "due", "listed",
    "came_three", "started", "completed", "waited", "placed", "requests",
)  # fmt: skip
FILL = [
    """INSERT INTO municipality (id, number, slug, name)
        SELECT gen_random_uuid(), lpad(n::text, 4, '0'), 'by-' || n, 'By ' || n FROM generate_series(1, 20) n""",
    """INSERT INTO organization (id, slug, name, kind, state, municipality_id, source_lang, created_at)
        SELECT gen_random_uuid(), m.slug || '-lag-' || n, 'Lag ' || n, 'voluntary', 'approved', m.id, 'nb', {at}
        FROM municipality m, generate_series(1, 50) n""",
    """INSERT INTO cell (id, municipality_id, organization_id, main_audience, kind, evening)
        SELECT gen_random_uuid(), o.municipality_id, o.id, a, k, e FROM organization o,
            unnest(ARRAY['everyone', 'seniors', 'youth', 'adults', 'parents']) a,
            unnest(ARRAY['course', 'activity']) k, unnest(ARRAY[false, true]) e""",
    """INSERT INTO closing (id, municipality_id, year, number, closed_at, rule, key_fingerprint)
        SELECT gen_random_uuid(), m.id, y, n, {at}, 1, '' FROM municipality m, unnest(ARRAY[{year} - 1, {year}]) y,
            generate_series(1, 13) n""",
    """INSERT INTO cell_figure (id, closing_id, cell_id, figures)
        SELECT gen_random_uuid(), k.id, c.id, f.figures FROM closing k JOIN cell c USING (municipality_id),
            LATERAL (SELECT jsonb_object_agg(m, 5 * k.number) AS figures FROM unnest({measures}) m) f""",
    """INSERT INTO plan (id, slug, title, summary, first_year, last_year, municipality_id)
        SELECT gen_random_uuid(), 'plan-' || slug, '{{"nb": "Plan"}}', '{{"nb": ""}}', {year} - 1, {year} + 2, id
        FROM municipality""",
    """INSERT INTO focus_area (id, number, title, summary, plan_id)
        SELECT gen_random_uuid(), 1, '{{"nb": "Med"}}', '{{"nb": ""}}', id FROM plan""",
    """INSERT INTO goal (id, slug, title, indicator, target, first_year, last_year, audiences, focus_area_id)
        SELECT gen_random_uuid(), 'goal-' || substr(p.slug, 6) || '-' || n, '{{"nb": "Flere er med"}}',
            (ARRAY['people', 'attendances', 'sessions'])[1 + n % 3], 5000, {year}, {year},
            CASE WHEN n % 2 = 0 THEN ARRAY['seniors'] ELSE ARRAY[]::text[] END, a.id
        FROM plan p JOIN focus_area a ON a.plan_id = p.id, generate_series(1, 30) n""",
]  # fmt: skip


async def fill(dsn: str) -> None:
    connection = await asyncpg.connect(**credentials(dsn))
    try:
        for statement in FILL:
            await connection.execute(
                statement.format(at="now()", measures=f"ARRAY{list(MEASURES)}", year=THIS_YEAR)
            )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def filled(dsn: str) -> None:
    await migrate(dsn)
    await fill(dsn)


async def coordinators(dsn: str) -> dict[str, str]:
    """One of each municipality: by its slug the cookie of their sign-in."""
    now, found = datetime.now(UTC), {}
    async with connected(dsn):
        await rows(
            "INSERT INTO instance (id, demo, began_at) VALUES (1, true, $1) ON CONFLICT DO NOTHING", now
        )
        for place in await Municipality.all().order_by("slug"):
            who = await Person.create(name=f"Nora i {place.name}", created_at=now)
            root = await Organization.create(
                slug=f"{place.slug}-kommune", name=f"{place.name} kommune", kind=OrganizationKind.MUNICIPAL,
                state="approved", municipality=place, source_lang="nb", created_at=now,
            )  # fmt: skip
            await Membership.create(person=who, organization=root, role=Role.COORDINATOR, created_at=now)
            secret = secrets.token_urlsafe(24)
            await SignIn.create(
                id=uuid7(), person_id=who.id, secret_hash=secret_hash(secret), device="bench", created_at=now,
                seen_at=now, expires_at=now + timedelta(days=1), second_factor_at=now,
            )  # fmt: skip
            found[place.slug] = f"sign-in={secret}"
    return found


def opened(address: str, path: str, slug: str, cookie: str) -> float:
    """Milliseconds of a page, on a connection of its own."""
    began = time.monotonic()
    page = httpx.get(address + path.format(slug=slug), headers={"cookie": cookie})
    assert page.status_code == 200, (path, page.status_code)
    return 1000 * (time.monotonic() - began)


def cold(address: str, cookies: dict[str, str], note: Callable[..., None], results: dict[str, Any]) -> None:
    """Each page once in each of its municipalities; the first ones that a process opens are left out."""
    (first, cookie), *others = cookies.items()
    for path in PAGES.values():
        for _ in range(8):  # both processes have been at work
            opened(address, path, first, cookie)
    took: dict[str, list[float]] = {name: [] for name in PAGES}
    for number, (slug, own) in enumerate(others):
        name = list(PAGES)[number % len(PAGES)]
        took[name].append(opened(address, PAGES[name], slug, own))
    for name, times in took.items():
        note(results, f"{name}_cold", median(times), "ms", "300 ms", LONGEST)
        note(results, f"{name}_worst", max(times), "ms", "300 ms", LONGEST)


def cpu_of(ours: psutil.Process, server: psutil.Process) -> dict[str, float]:
    """As `cpu`, where the database is none of the web's children."""
    return cpu(ours) | {"database": cpu(server)["database"]}


def many(
    address: str, hello: str, ours: psutil.Process, server: psutil.Process, cookies: dict[str, str],
    note: Callable[..., None], results: dict[str, Any],
) -> None:  # fmt: skip
    """Requests a second of each page, of which coordinators open the same one, beside hello."""
    slug, cookie = list(cookies.items())[-1]
    for connections in CONNECTIONS:
        ending = "" if connections == CONNECTIONS[-1] else f"_{connections}"
        before = wrk(hello, connections).rate
        for name, path in PAGES.items():
            if name in FILES:
                continue
            opened(address, path, slug, cookie)
            used = cpu_of(ours, server)
            run = wrk(address + path.format(slug=slug), connections, *AS_BROWSERS, "-H", f"Cookie: {cookie}")
            per = per_request(used, cpu_of(ours, server), run)
            after = wrk(hello, connections).rate
            note(
                results, f"{name}{ending}", run.rate, "requests/s", f"{LEAST} of hello", (before + after) / 2, run, per
            )  # fmt: skip
            before = after


def measure(results: dict[str, Any], note: Callable[..., None]) -> None:
    """Put it among the results of `make bench`: as a browser sees it, of two web processes."""
    hello_port = free_port()
    hello = f"http://127.0.0.1:{hello_port}/"
    with own_database() as (data, dsn):
        asyncio.run(filled(dsn))
        cookies = asyncio.run(coordinators(dsn))
        server = psutil.Process(int((data / "pg" / "postmaster.pid").read_text().split()[0]))
        with (
            served(data, dsn, 2) as (address, ours),
            process([str(HERE / "hello.py"), str(hello_port)], {"PYTHONPATH": os.getcwd()}, hello),
        ):
            cold(address, cookies, note, results)
            many(address, hello, ours, server, cookies, note, results)


if __name__ == "__main__":
    from tests.bench.measuring import note as told

    Path("var").mkdir(exist_ok=True)
    os.environ["TREFFPUNKT_DEMO"] = "1"
    measure({}, told)
