"""Migrations let everybody read and write meanwhile: what squawk says of their SQL is mended or has a reason."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration

from marketplace.base.data import marks
from marketplace.base.data.database import config

HOUSE = Path(__file__).parents[2]
SQUAWK = Path(sys.executable).parent / "squawk"
NEVER = {
    "prefer-robust-stmts": "a migration is one transaction, or (base/data/online.py) can be begun anew",
    "prefer-text-field": "a length is part of what a model promises; it is checked at the door as well",
    "prefer-bigint-over-int": "what is counted here never comes near two thousand millions",
    "prefer-bigint-over-smallint": "as above",
    "require-lock-timeout": "`migrate` sets one for all (base/data/migrate.py), and tries again",
    "require-statement-timeout": "a migration takes the time it takes; what others wait for is the lock's",
    "prefer-identity": "Tortoise makes serial columns",
}
"""Rules that are not for us, and why."""
IN_THE_PAST = {
    "0002_guards": "adding-field-with-default ban-drop-table constraint-missing-not-valid "
    "require-concurrent-index-creation",
    "0006_people_and_organizations": "adding-foreign-key-constraint require-concurrent-index-creation",
    "0007_booking_in_full": "adding-foreign-key-constraint ban-drop-constraint constraint-missing-not-valid "
    "require-concurrent-index-creation require-concurrent-index-deletion",
    "0008_whom_messages_are_for": "require-concurrent-index-creation",
    "0009_ended_by": "constraint-missing-not-valid",
    "0012_phone_calls": "constraint-missing-not-valid",
    "0013_telling": "constraint-missing-not-valid require-concurrent-index-creation",
    "0014_whose_bookings": "require-concurrent-index-creation require-concurrent-index-deletion",
    "0016_whose_searches": "adding-foreign-key-constraint require-concurrent-index-creation "
    "require-concurrent-index-deletion",
    "0020_untold_sessions": "require-concurrent-index-creation",
    "0021_the_cube": "require-concurrent-index-creation",
    "0024_goals": "adding-foreign-key-constraint adding-not-nullable-field ban-drop-column ban-drop-not-null "
    "constraint-missing-not-valid renaming-column require-concurrent-index-creation",
    "0025_whom_a_draft_is_for": "ban-drop-constraint ban-drop-default ban-drop-not-null constraint-missing-not-valid",
    "0026_tries": "ban-drop-column require-concurrent-index-deletion",
    "0027_volunteers_peers_and_ideas": "adding-foreign-key-constraint constraint-missing-not-valid "
    "require-concurrent-index-creation",
    "0030_parts_of_words": "adding-field-with-default ban-drop-column require-concurrent-index-creation",
    "0031_links_that_are_not_stored": "ban-drop-not-null",
    "0033_what_a_booking_was": "constraint-missing-not-valid",
    "0034_what_is_spoken_and_costs": "constraint-missing-not-valid",
    "0035_numbers_of_offers": "adding-field-with-default require-concurrent-index-creation",
    "0036_desks": "adding-foreign-key-constraint constraint-missing-not-valid",
    "0038_needs_taken_up": "adding-foreign-key-constraint require-concurrent-index-creation",
    "0041_other_words": "adding-field-with-default ban-drop-column require-concurrent-index-creation",
    "0042_taps": "adding-foreign-key-constraint constraint-missing-not-valid",
    "0043_proof": "constraint-missing-not-valid",
    "0044_a_bookings_pool_and_offer": "adding-foreign-key-constraint ban-drop-constraint "
    "constraint-missing-not-valid require-concurrent-index-creation require-concurrent-index-deletion",
}
"""Before there was such a law, and before any instance had people in it: they stay as databases were made by them. How
long each keeps others from writing was measured and stands in docs/upgrading.md. Nothing is added here."""
REASONS: dict[str, dict[str, str]] = {
    "0053_a_municipalitys_own": {
        "constraint-missing-not-valid": "there is a row for each municipality: a few",
        "require-concurrent-index-creation": "as above",
    },
    "0062_whom_somebody_rings": {
        "changing-column-type": "a varchar that may be longer: nothing is written anew, and the table is small"
    },
}
"""Of migrations since: rule and reason."""
FIRST_UNDER_THE_LAW = "0047_substitute"


@pytest.fixture(scope="module")
async def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What squawk says of each migration: names of rules."""
    folder = tmp_path_factory.mktemp("sql")
    settings = config("postgres:///none")  # no database is asked
    async with TortoiseContext() as context:
        await context.init(config=settings, init_connections=False)
        executor = MigrationExecutor(get_connection("default"), settings["apps"])
        await executor.loader.build_graph()
        state = await executor._project_state(set())  # of no tables; each migration takes it a step further
        for name in marks.names():
            editor = executor._schema_editor(atomic=False, collect_sql=True)
            migration = executor.loader.graph.nodes[MigrationKey("marketplace", name)]
            assert isinstance(migration, Migration)
            await migration.apply(state, schema_editor=editor, collect_sql=True)
            statements = editor.collected_sql
            (folder / f"{name}.sql").write_text("".join(f"{one.rstrip(';')};\n" for one in statements))
    return read_by_squawk(folder)


def read_by_squawk(folder: Path) -> dict[str, set[str]]:
    """By the files of a folder. One with CONCURRENTLY in it is for no transaction."""
    found: dict[str, set[str]] = {}
    files = sorted(folder.glob("*.sql"))
    alone = [file for file in files if " CONCURRENTLY " in file.read_text()]
    for some, options in (
        ([file for file in files if file not in alone], ["--assume-in-transaction"]),
        (alone, []),
    ):
        if not some:
            continue
        command = [str(SQUAWK), "--pg-version", "15", "--reporter", "json", *options, *map(str, some)]
        done = subprocess.run(command, capture_output=True, text=True)
        for each in json.loads(done.stdout):
            found.setdefault(Path(each["file"]).stem, set()).add(each["rule_name"])
    return {name: rules - {*NEVER} for name, rules in found.items() if rules - {*NEVER}}


async def test_squawk_has_nothing_to_say_of_a_migration_that_has_no_reason(said: dict[str, set[str]]) -> None:
    known = {name: {*rules.split()} for name, rules in IN_THE_PAST.items()}
    assert {name for name in known if name >= FIRST_UNDER_THE_LAW} == set()
    known |= {name: {*reasons} for name, reasons in REASONS.items()}
    assert said == known


@pytest.mark.parametrize(("sql", "rule"), [
    ("CREATE INDEX late ON booking (name)", "require-concurrent-index-creation"),
    ("ALTER TABLE booking ADD CONSTRAINT named CHECK (name <> '')", "constraint-missing-not-valid"),
    ("ALTER TABLE booking RENAME COLUMN name TO called", "renaming-column"),
    ("ALTER TABLE booking DROP COLUMN name", "ban-drop-column"),
    ("ALTER TABLE booking ADD COLUMN age int NOT NULL", "adding-required-field"),
    ("ALTER TABLE booking ALTER COLUMN seats TYPE bigint", "changing-column-type"),
])  # fmt: skip
def test_squawk_knows_what_keeps_others_from_writing(tmp_path: Path, sql: str, rule: str) -> None:
    (tmp_path / "9999_new.sql").write_text(f"{sql};\n")
    assert rule in read_by_squawk(tmp_path)["9999_new"]


def test_what_is_made_concurrently_stands_alone_and_in_no_transaction() -> None:
    for name in marks.names():
        text = (HOUSE / "marketplace" / "migrations" / f"{name}.py").read_text()
        online = "online.index(" in text or "online.no_index(" in text or "import index" in text
        assert ("atomic = False" in text) is online, name
        if online:
            assert text.count("index(") == 1, (
                f"{name}: what is broken off is begun anew, so it does one thing"
            )
