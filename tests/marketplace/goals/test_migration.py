"""Goals from before the cube: what was shown of them stays, frozen, and the raw numbers are nowhere any more."""

import os
import secrets
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from marketplace.base.data.database import credentials
from tests import program

BEFORE = "0023_gaps_and_reminders"
TOWN = """
    INSERT INTO instance (id, demo, began_at) VALUES (1, true, now());
    INSERT INTO municipality (id, number, slug, name) VALUES (gen_random_uuid(), '1108', 'sandnes', 'Sandnes');
    INSERT INTO organization (id, slug, name, kind, state, municipality_id, source_lang, created_at)
        SELECT gen_random_uuid(), 'lag', 'Laget', 'voluntary', 'approved', id, 'nb', now() FROM municipality;
    INSERT INTO plan (id, slug, title, summary, first_year, last_year, municipality_id)
        SELECT gen_random_uuid(), 'plan', '{"nb": "Plan"}', '{"nb": ""}', 2025, 2028, id FROM municipality;
    INSERT INTO focus_area (id, number, title, summary, plan_id)
        SELECT gen_random_uuid(), 1, '{"nb": "Med"}', '{"nb": ""}', id FROM plan;
"""
GOAL = """INSERT INTO goal (id, slug, title, metric, target, year, audience, kind, evenings_only, focus_area_id)
    SELECT gen_random_uuid(), $1, '{"nb": "Flere"}', $2, 50, $3, $4, $5, $6, id FROM focus_area"""
FIGURE = """INSERT INTO goal_figure (id, goal_id, month, value, groups, counted_at)
    SELECT gen_random_uuid(), id, make_date(year, $2::int, 1), $3, '{"youth": 3}',
        make_date(year, $2::int + 1, CASE WHEN $1 = 'all' THEN 2 ELSE 1 END)
    FROM goal WHERE slug = $1"""


def migrate(url: str, *arguments: str) -> None:
    done = program.run("migrate", *arguments, environment=os.environ | {"TREFFPUNKT_DATABASE_URL": url})
    assert (done.code, done.err) == (0, "")


@pytest.fixture
async def before(server: str) -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    """A database as it was before this migration: its address and a connection."""
    name = f"before_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(**credentials(server))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE template_treffpunkt")
    url = server.replace("/treffpunkt?", f"/{name}?")
    migrate(url, "--to", BEFORE, "--yes")
    connection = await asyncpg.connect(**credentials(url))
    await connection.execute(TOWN)
    yield url, connection
    await connection.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def offers(connection: asyncpg.Connection, *audiences: list[str]) -> None:
    for each in audiences:
        await connection.execute(
            """INSERT INTO offer (id, slug, owner_id, municipality_id, kind, audiences, joining, state, source_lang,
                visibility, sensitive, created_at, changed_at, keep_months, max_party, promotion,
                hold_hours, session_count)
            SELECT gen_random_uuid(), $1, o.id, o.municipality_id, 'activity', $2, 'drop_in', 'published', 'nb',
                'public', false, now(), now(), 3, 4, 'automatic', 24, 0 FROM organization o""",
            "-".join(each), each,
        )  # fmt: skip


async def test_what_was_shown_stays_frozen_and_goals_get_their_cells(before: Any) -> None:
    url, connection = before
    await offers(connection, ["youth"], ["seniors", "adults"])
    for slug, metric, year, audience, kind, evenings in (
        ("all", "distinct_people", 2025, None, None, False),
        ("seniors", "distinct_people", 2025, "seniors", None, False),
        ("courses", "offers_held", 2025, None, "course", True),
        ("meetings", "organizations_at_meeting", 2025, None, None, False),
        ("youth-next", "distinct_people", 2027, "youth", None, False),
        ("seniors-next", "attendances", 2027, "seniors", None, False),
    ):
        await connection.execute(GOAL, slug, metric, year, audience, kind, evenings)
    # Four at first; then 12, which is shown; 15 is too near 12; and of the whole, 14 is too near the part.
    for slug, month, number in (
        ("seniors", 1, 4), ("seniors", 2, 12), ("seniors", 3, 15), ("all", 2, 14), ("all", 3, 40),
        ("courses", 1, 2), ("meetings", 1, 9),
    ):  # fmt: skip
        await connection.execute(FIGURE, slug, month, number)
    migrate(url)
    goals = {
        each["slug"]: dict(each)
        for each in await connection.fetch(
            """SELECT slug, indicator, first_year, last_year, audiences, kinds, evening, cells_known, counted_as,
                direction FROM goal"""
        )
    }
    assert {slug: each["indicator"] for slug, each in goals.items()} == {
        "all": "people", "seniors": "people", "courses": "offers", "meetings": "organizations_at_meeting",
        "youth-next": "people", "seniors-next": "attendances",
    }  # fmt: skip
    assert goals["courses"] | {"slug": ""} == {
        "slug": "", "indicator": "offers", "first_year": 2025, "last_year": 2025, "audiences": [], "kinds": ["course"],
        "evening": True, "cells_known": True, "counted_as": "number", "direction": "at_least",
    }  # fmt: skip
    assert goals["seniors"]["audiences"] == ["seniors"]
    asked = {slug for slug, each in goals.items() if not each["cells_known"]}
    assert asked == {"seniors-next"}, "only what names an audience beside others, and has no figures yet"
    found = await connection.fetch(
        """SELECT g.slug, extract(month FROM f.month)::int AS month, f.value FROM goal_figure f
        JOIN goal g ON g.id = f.goal_id ORDER BY 1, 2"""
    )
    assert [tuple(each) for each in found] == [
        ("all", 2, None), ("all", 3, 40), ("courses", 1, 2), ("seniors", 1, None), ("seniors", 2, 12),
        ("seniors", 3, 12),
    ]  # fmt: skip
    with pytest.raises(asyncpg.RaiseError, match="frozen"):
        await connection.execute("UPDATE goal_figure SET value = 1")
    columns = await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'goal_figure'"
    )
    assert "groups" not in {each["column_name"] for each in columns}

    migrate(url, "--to", BEFORE, "--yes")
    found = await connection.fetch(
        "SELECT slug, metric, year, audience, kind, evenings_only FROM goal ORDER BY slug LIMIT 3"
    )
    assert [tuple(each) for each in found] == [
        ("all", "distinct_people", 2025, None, None, False),
        ("courses", "offers_held", 2025, None, "course", True),
        ("meetings", "organizations_at_meeting", 2025, None, None, False),
    ]
    assert await connection.fetchval("SELECT count(*) FROM goal_figure") == 4, (
        "what was hidden has no number to go back to"
    )
