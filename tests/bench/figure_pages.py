"""How long pages of statistics take when they are first opened, in municipalities with a thousand cells each, two years
of closings and fifteen measures. Nothing of a municipality has been read before its page is asked for."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from marketplace.base.data.database import connected, credentials
from marketplace.base.migrate import migrate
from marketplace.base.postgres.embedded import EmbeddedPostgres
from marketplace.settings import settings
from organizations.directory.models import Municipality, OrganizationKind
from organizations.members.models import Membership, Role
from tests import make
from tests.visitor import Visitor

LONGEST = 300.0
"""Milliseconds, cold."""
FEBRUARY = datetime(2027, 2, 10, 9, tzinfo=UTC)
PAGES = {
    "statistics": "/statistics?municipality={slug}",
    "statistics_by_organization": "/statistics?municipality={slug}&part=organization",
    "statistics_workbook": "/statistics/download?municipality={slug}&as=xlsx",
    "coverage": "/statistics/coverage?municipality={slug}",
    "plan_of_thirty_goals": "/plans/plan-{slug}",
    "goal": "/goals/goal-{slug}-1",
}
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
        SELECT gen_random_uuid(), m.id, y, n, {at}, 1, '' FROM municipality m, unnest(ARRAY[2025, 2026]) y,
            generate_series(1, 13) n""",
    """INSERT INTO cell_figure (id, closing_id, cell_id, figures)
        SELECT gen_random_uuid(), k.id, c.id, f.figures FROM closing k JOIN cell c USING (municipality_id),
            LATERAL (SELECT jsonb_object_agg(m, 5 * k.number) AS figures FROM unnest({measures}) m) f""",
    """INSERT INTO plan (id, slug, title, summary, first_year, last_year, municipality_id)
        SELECT gen_random_uuid(), 'plan-' || slug, '{{"nb": "Plan"}}', '{{"nb": ""}}', 2025, 2028, id
        FROM municipality""",
    """INSERT INTO focus_area (id, number, title, summary, plan_id)
        SELECT gen_random_uuid(), 1, '{{"nb": "Med"}}', '{{"nb": ""}}', id FROM plan""",
    """INSERT INTO goal (id, slug, title, indicator, target, first_year, last_year, audiences, focus_area_id)
        SELECT gen_random_uuid(), 'goal-' || substr(p.slug, 6) || '-' || n, '{{"nb": "Flere er med"}}',
            (ARRAY['people', 'attendances', 'sessions'])[1 + n % 3], 5000, 2026, 2026,
            CASE WHEN n % 2 = 0 THEN ARRAY['seniors'] ELSE ARRAY[]::text[] END, a.id
        FROM plan p JOIN focus_area a ON a.plan_id = p.id, generate_series(1, 30) n""",
]  # fmt: skip


async def fill(dsn: str) -> None:
    connection = await asyncpg.connect(**credentials(dsn))
    try:
        for statement in FILL:
            await connection.execute(statement.format(at=f"'{FEBRUARY}'", measures=f"ARRAY{list(MEASURES)}"))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def opened(dsn: str) -> dict[str, list[float]]:
    """Milliseconds of each page, once in each of its municipalities; the first that a process opens is left out."""
    await migrate(dsn)
    await fill(dsn)
    took: dict[str, list[float]] = {name: [] for name in PAGES}
    async with connected(dsn), Visitor.at(FEBRUARY) as somebody:
        places = await Municipality.all().order_by("slug")
        who = await make.person("Nora", "nora@example.no")
        for place in places:
            root = await make.organization(
                f"{place.name} kommune", kind=OrganizationKind.MUNICIPAL, municipality=place
            )
            await Membership.create(person=who, organization=root, role=Role.COORDINATOR, created_at=FEBRUARY)
        await somebody.sign_in(who)
        for path in PAGES.values():
            await somebody.open(path.format(slug=places[0].slug))
        for number, place in enumerate(places[1:]):
            name = list(PAGES)[number % len(PAGES)]
            began = time.monotonic()
            page = await somebody.open(PAGES[name].format(slug=place.slug))
            took[name].append(1000 * (time.monotonic() - began))
            assert page.status == 200, (name, page.status)
    return took


def measure(results: dict[str, Any], note: Callable[..., None]) -> None:
    """Put it among the results of `make bench`."""
    with tempfile.TemporaryDirectory(dir="var") as folder:
        os.environ["TREFFPUNKT_DATA_DIR"] = folder
        with EmbeddedPostgres(Path(folder)) as dsn:
            os.environ["TREFFPUNKT_DATABASE_URL"] = dsn
            settings.cache_clear()
            for name, took in asyncio.run(opened(dsn)).items():
                note(results, f"{name}_cold", median(took), "ms", "300 ms", LONGEST)
                note(results, f"{name}_worst", max(took), "ms", "300 ms", LONGEST)


if __name__ == "__main__":
    from tests.bench.measuring import note as told

    Path("var").mkdir(exist_ok=True)
    os.environ["TREFFPUNKT_DEMO"] = "1"
    measure({}, told)
