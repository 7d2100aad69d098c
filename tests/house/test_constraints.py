"""What the migrations promise stands in PostgreSQL's own catalogue, and nothing else does."""

import os
import secrets
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise

from marketplace.base.data.database import column, credentials, rows
from marketplace.base.data.migrate import NEWEST
from marketplace.base.postgres.embedded import binary
from tests import program
from tests.emptying import empty
from tests.house.town import Town

MIGRATIONS = Path(__file__).parents[2] / "marketplace/migrations"

TAP = (
    "INSERT INTO register_tap (id, session_id, field, booking_id, saw, version, tapped_at, arrived_at, outcome, why, "
    "chosen_at) VALUES (gen_random_uuid(), '{{session}}', '{0}', {1}, 0, {2}, clock_timestamp(), clock_timestamp(), "
    "{3})"
)
CHECKS = {
    "acts_for_desk": "UPDATE acts_for SET desk_id = (SELECT id FROM organization LIMIT 1), relation = 'guardian'",
    "acts_for_two": "INSERT INTO acts_for (id, actor_id, person_id, relation, created_at) "
    "SELECT gen_random_uuid(), id, id, 'guardian', clock_timestamp() FROM person",
    "attendance_cause": "INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, cause, "
    "recorded_at) VALUES (gen_random_uuid(), '{session}', '{booking}', 'present', 1, '', 'closing', "
    "clock_timestamp())",
    "attendance_pseudonym": "INSERT INTO attendance (id, session_id, booking_id, state, seats_present, recorded_at) "
    "VALUES (gen_random_uuid(), '{session}', '{booking}', 'present', 1, clock_timestamp())",
    "attendance_seats": "INSERT INTO attendance (id, session_id, booking_id, state, seats_present, recorded_at) "
    "VALUES (gen_random_uuid(), '{session}', '{booking}', 'absent', 1, clock_timestamp())",
    "booking_asked": "UPDATE booking SET asked = false, answered_at = clock_timestamp()",
    "booking_given_back": "UPDATE booking SET given_back_in_time = true WHERE state = 'confirmed'",
    "booking_ended_by": "UPDATE booking SET ended_by = 'self' WHERE state = 'offered'",
    "booking_held_until": "UPDATE booking SET held_until = NULL WHERE state = 'offered'",
    "booking_queue_no": "UPDATE booking SET queue_no = NULL WHERE state = 'offered'",
    "booking_seated_at": "UPDATE booking SET seated_at = NULL WHERE state = 'confirmed'",
    "booking_seats": "UPDATE booking SET seats = 0",
    "booking_told_times": "UPDATE booking SET told_times = 4",
    "cell_figure_figures": "INSERT INTO cell_figure (id, closing_id, cell_id, figures) "
    "SELECT gen_random_uuid(), f.closing_id, c.id, '{{\"people\": -5}}' FROM cell_figure f, cell c",
    "closing_number": "INSERT INTO closing (id, municipality_id, year, number, closed_at, rule, key_fingerprint) "
    "SELECT gen_random_uuid(), id, 2026, 14, clock_timestamp(), 1, '' FROM municipality",
    "contact_point_call": "UPDATE contact_point SET channel = 'call' WHERE verified_at IS NOT NULL",
    "contact_point_value": "UPDATE contact_point SET value = ''",
    "decision_reason": "INSERT INTO decision (id, organization_id, answer, reason, at) "
    "VALUES (gen_random_uuid(), '{organization}', 'approved', '', clock_timestamp())",
    "district_place_one": "INSERT INTO district_place (id, district_id, municipality_id, postcode, city) "
    "SELECT gen_random_uuid(), id, municipality_id, '4306', 'Sandnes' FROM district",
    "municipality_helpline": "UPDATE municipality SET helpline_name = 'Torget'",
    "goal_baseline": "UPDATE goal SET baseline = 90",
    "goal_change_target": "INSERT INTO goal_change (id, goal_id, what, why, at) "
    "SELECT gen_random_uuid(), id, 'target', '', clock_timestamp() FROM goal",
    "goal_figure_month": "INSERT INTO goal_figure (id, goal_id, month, value, counted_at) "
    "SELECT gen_random_uuid(), id, '2026-10-02', 1, clock_timestamp() FROM goal",
    "goal_people": "UPDATE goal SET last_year = first_year + 1",
    "goal_share": "UPDATE goal SET counted_as = 'share', target = 101",
    "goal_span": "UPDATE goal SET each_year = true, last_year = first_year - 1",
    "goal_target": "UPDATE goal SET target = 0",
    "check_in_browser_browser": "INSERT INTO check_in_browser (id, session_id, browser, counted_as) "
    "VALUES (gen_random_uuid(), '{session}', 'short', 'head')",
    "check_in_digest": "INSERT INTO check_in (id, session_id, version, digest, opened_at) "
    "VALUES (gen_random_uuid(), '{session}', 1, 'short', clock_timestamp())",
    "substitute_opened": "INSERT INTO substitute (id, session_id, channel, address, created_at, ends_at, opened_at) "
    "VALUES (gen_random_uuid(), '{session}', 'email', 'a@example.no', clock_timestamp(), clock_timestamp(), "
    "clock_timestamp())",
    "check_in_version": "INSERT INTO check_in (id, session_id, version, opened_at) "
    "VALUES (gen_random_uuid(), '{session}', 0, clock_timestamp())",
    "head_count_apart": "INSERT INTO head_count (id, session_id, count, adults, recorded_at) "
    "VALUES (gen_random_uuid(), '{session}', 3, 2, clock_timestamp())",
    "head_count_by_code": "INSERT INTO head_count (id, session_id, count, by_code, recorded_at) "
    "VALUES (gen_random_uuid(), '{session}', 1, -1, clock_timestamp())",
    "head_count_count": "INSERT INTO head_count (id, session_id, count, recorded_at) "
    "VALUES (gen_random_uuid(), '{session}', -1, clock_timestamp())",
    "instance_one": "INSERT INTO instance (id, demo, began_at) VALUES (2, true, clock_timestamp())",
    "offer_ages": "UPDATE offer SET age_from = 30, age_to = 16",
    "offer_audiences": "UPDATE offer SET audiences = '{{}}' WHERE state <> 'draft'",
    "offer_closes": "UPDATE offer SET closes_hours = -1",
    "offer_cost": "UPDATE offer SET cost = 'free', cost_text = '30 kroner'",
    "offer_spoken": "UPDATE offer SET spoken = '{{Engelsk}}'",
    "offer_party": "UPDATE offer SET max_party = 0",
    "offer_question_keep": "INSERT INTO offer_question (id, offer_id, position, kind, text, purpose, choices, "
    "required, keep_days) SELECT gen_random_uuid(), id, 1, 'text', '', '', '{{}}', false, 366 FROM offer",
    "outbox_message_written": "INSERT INTO outbox_message (id, channel, address, mail, facts, lang, dedupe_key, "
    "created_at, due_at) VALUES (gen_random_uuid(), 'call', '+4751000001', 'receipt', '{{}}', 'nb', 'a call', "
    "clock_timestamp(), clock_timestamp())",
    "offer_certificate_share": "UPDATE offer SET certificate_share = 101",
    "own_goal_sealed": "INSERT INTO own_goal (id, person_id, sealed, created_at, changed_at) "
    "SELECT gen_random_uuid(), id, '', clock_timestamp(), clock_timestamp() FROM person LIMIT 1",
    "phone_call_number": "INSERT INTO phone_call (id, booking_id, about, key, since, number) "
    "VALUES (gen_random_uuid(), '{booking}', 'asked', 'no number', clock_timestamp(), '')",
    "phone_call_called": "INSERT INTO phone_call (id, booking_id, about, key, since, called_by_id) "
    "SELECT gen_random_uuid(), '{booking}', 'offered', 'by somebody', clock_timestamp(), id FROM person LIMIT 1",
    "plan_comment_one": "INSERT INTO plan_comment (id, body, at) "
    "VALUES (gen_random_uuid(), 'Bra', clock_timestamp())",
    "population_number": "INSERT INTO population (id, municipality_id, year, number, source) "
    "SELECT gen_random_uuid(), id, 2026, 0, 'SSB' FROM municipality",
    "report_version_approved": "UPDATE report_version SET approved_as = 'leder' WHERE approved_at IS NULL",
    "report_version_reason": "UPDATE report_version SET reason = 'uten grunn' WHERE approved_at IS NULL",
    "register_closed": "INSERT INTO register (id, session_id, saved_at, closed_at) "
    "VALUES (gen_random_uuid(), '{session}', clock_timestamp(), clock_timestamp())",
    "register_tap_booking": TAP.format("heads", "'{booking}'", 0, "'kept', NULL, NULL"),
    "register_tap_chosen": TAP.format("heads", "NULL", 1, "'kept', NULL, clock_timestamp()"),
    "register_tap_version": TAP.format("heads", "NULL", -1, "'kept', NULL, NULL"),
    "register_tap_why": TAP.format("heads", "NULL", 1, "'refused', NULL, NULL"),
    "register_volunteers": "INSERT INTO register (id, session_id, saved_at, volunteers) "
    "VALUES (gen_random_uuid(), '{session}', clock_timestamp(), -1)",
    "seat_pool_capacity": "UPDATE seat_pool SET capacity = 100001",
    "seat_pool_taken": "UPDATE seat_pool SET taken = capacity + 1 WHERE capacity IS NOT NULL",
    "seat_pool_waiting": "UPDATE seat_pool SET waiting = -1",
    "session_order": "UPDATE session SET ends_at = starts_at",
    "usefulness_count": "INSERT INTO usefulness (id, offer_id, month, answer, count) "
    "SELECT gen_random_uuid(), id, '2026-10-02', 'yes', 1 FROM offer",
    "yearly_report_year": "UPDATE yearly_report SET year = 1999",
}
"""Every CHECK, and a statement that it must refuse in the town."""
UNIQUES = {
    "acts_for_one": "(actor_id, person_id) WHERE (ended_at IS NULL)",
    "booking_form_key": "(form_key)",
    "booking_one_active": "(pool_id, participant_id, booked_by_id) WHERE (((state)::text = ANY ((ARRAY["
    "'requested'::character varying, 'confirmed'::character varying, 'waiting'::character varying, "
    "'offered'::character varying])::text[])) AND (handed_over_at IS NULL))",
    "check_in_words": "(digest) WHERE (digest IS NOT NULL)",
    "calendar_address_one": "(person_id, hosting, organization_id) NULLS NOT DISTINCT WHERE (revoked_at IS NULL)",
    "calendar_address_secret": "(secret_hash)",
    "cell_one": "(municipality_id, organization_id, main_audience, kind, district_id, evening) NULLS NOT DISTINCT",
    "contact_point_verified": "(channel, value) WHERE (verified_at IS NOT NULL)",
    "dialogue_item_one": "(dialogue_id, meeting_id, main_audience, kinds, district_id, evening) NULLS NOT DISTINCT",
    "district_place_city": "(municipality_id, lower(city))",
    "district_place_postcode": "(municipality_id, postcode)",
    "invitation_token": "(token_hash)",
    "membership_one": "(person_id, organization_id, role) WHERE (ended_at IS NULL)",
    "municipality_host": "(host)",
    "offer_number": "(number)",
    "passkey_challenge_one": "(challenge)",
    "passkey_credential": "(credential)",
    "picture_sha256": "(sha256)",
    "recovery_code_one": "(person_id, code_hash)",
    "register_tap_one_version": "(session_id, booking_id, (\nCASE\n    WHEN ((field)::text = ANY "
    "((ARRAY['adults'::character varying, 'children'::character varying])::text[])) THEN 'heads'::character varying\n"
    "    ELSE field\nEND), version) NULLS NOT DISTINCT WHERE ((outcome)::text = "
    "ANY ((ARRAY['kept'::character varying, 'conflict'::character varying])::text[]))",
    "report_version_draft": "(report_id) WHERE (approved_at IS NULL)",
    "saved_search_query": "(query, owner_id) NULLS NOT DISTINCT",
    "sent_form_key": "(key)",
    "seat_pool_whole": "(offer_id) WHERE (session_id IS NULL)",
    "sign_in_secret": "(secret_hash)",
    "sign_in_ticket_link": "(link_hash)",
    "unfound_hash": "(hash)",
    "unfound_key_one": "(one)",
    "unsubscription_one": "(address_hash)",
}
"""Unique indexes that are no constraint of a model, and what they are over."""
INDEXES = {
    "acts_for_person", "attendance_booking", "attendance_whose", "audit_entry_default_object_id_at_idx",
    "audit_entry_default_person_id_at_idx", "audit_entry_object", "audit_entry_person", "booking_booked_by",
    "booking_contact", "booking_held", "booking_made_with", "booking_offer", "booking_participant", "booking_pool",
    "booking_queue_order", "booking_requested", "calendar_entry_session", "companion_booking", "contact_point_lookup",
    "contact_point_person", "decision_organization", "dialogue_item_offer",
    "ended_register_session", "goal_change_goal",
    "host_assignment_offer", "host_ended_offer", "register_tap_booking", "register_taken_session",
    "substitute_made_by", "substitute_session",
    "host_message_offer", "invitation_organization", "measure_responsible", "member_notice_organization",
    "membership_organization", "need_district", "need_item", "need_place",
    "offer_audience_organization_organization", "offer_audiences_gin", "offer_kind_listing", "offer_listing",
    "offer_organizer_organization", "offer_over", "offer_owner", "offer_question_offer", "offer_text_search",
    "organization_owner_municipality", "organization_parent", "organization_state", "organization_text_search",
    "outbox_booking", "outbox_due", "outbox_waiting",
    "passkey_person", "own_goal_person", "coming_again_session", "phone_call_booking",
    "plan_comment_goal", "plan_comment_measure", "saved_search_owner", "seat_pool_offer",
    "sent_word_session", "session_cell_cell",
    "offer_text_unsplit",
    "session_offer", "session_start", "session_untold", "sign_in_person", "sign_in_ticket_address",
    "unfound_municipality",
}  # fmt: skip
"""The other indexes that the migrations name."""
TRIGGERS = {
    ("audit_entry", "audit_append_only"), ("audit_entry_default", "audit_append_only"),
    ("audit_entry", "audit_kept_whole"), ("audit_entry_default", "audit_kept_whole"),
    ("session", "catalogue_changed"), ("offer", "catalogue_changed"), ("offer_text", "catalogue_changed"),
    ("offer_organizer", "catalogue_changed"), ("organization_owner", "catalogue_changed"),
    ("equal_words", "catalogue_changed"),
    ("situation", "catalogue_changed"),
    ("municipality", "catalogue_changed"), ("organization", "catalogue_changed"), ("venue", "catalogue_changed"),
    ("closing", "closing_append_only"), ("closing", "closing_kept_whole"), ("cell_figure", "cell_figure_append_only"),
    ("cell_figure", "cell_figure_kept_whole"), ("goal_figure", "goal_figure_frozen"), ("offer", "offer_main_audience"),
    *((table, "catalogue_told") for table in (
        "offer", "offer_text", "session", "offer_organizer", "offer_audience_organization", "seat_pool",
        "organization", "organization_owner", "venue", "municipality")),
    ("session", "vevent_stale"), ("offer", "vevents_stale"), ("offer_text", "vevents_stale"),
    ("offer_text", "offer_text_parts"), ("register_tap", "register_tap_append_only"),

    ("offer", "picture_changed"), ("offer", "picture_told"),
    *((table, "own_changed") for table in ("municipality", "municipality_text", "organization")),
    ("organization", "vevents_stale"), ("venue", "vevents_stale"), ("report_version", "report_approved"),
}  # fmt: skip
FUNCTIONS = {
    "audit_is_append_only", "catalogue_changed", "catalogue_told", "figures_are_append_only",
    "main_audience_is_one_of_them", "taps_are_append_only", "wait_until",
    "old_figures_are_frozen", "parts_are_of_other_words", "report_is_approved", "vevent_stale", "vevents_stale",
}  # fmt: skip
GENERATED = {("offer_text", "search"), ("organization_text", "search")}
OF_NO_MODEL = {("offer_text", "parts", True), ("offer", "number", False)}
"""Columns that no model names: the worker writes them in SQL (offers/search/words/jobs.py), or the database counts
(offers/catalogue/sharing/short.py)."""
SEQUENCES = {
    "booking_queue", "catalogue_revision_id_seq", "instance_id_seq", "offer_number_seq", "tortoise_migrations_id_seq",
    "year_key_year_seq",
}  # fmt: skip
PARTITIONS = {"audit_entry_default"}

PUBLIC = "'public'::regnamespace"


@pytest.fixture
async def own(server: str) -> AsyncIterator[str]:
    """The URL of a migrated database of this test's own."""
    name = f"own_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(**credentials(server))
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template_treffpunkt")
    yield server.replace("/treffpunkt?", f"/{name}?")
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


async def names(sql: str) -> set[Any]:
    """The rows of a statement, as values or tuples."""
    return {next(iter(row.values())) if len(row) == 1 else tuple(row.values()) for row in await rows(sql)}


@pytest.fixture(scope="module")
async def fresh(pool: None) -> None:
    """No partitions but those that the migrations made."""
    await empty()
    for part in await names(
        "SELECT relname FROM pg_class WHERE relname LIKE 'audit_entry_2%' AND relkind = 'r'"
    ):
        await rows(f"DROP TABLE {part}")


async def test_every_check_exists_and_no_other(fresh: None) -> None:
    assert await names(
        f"SELECT conname FROM pg_constraint WHERE contype = 'c' AND connamespace = {PUBLIC}"
    ) == {*CHECKS}


@pytest.mark.parametrize("name", CHECKS)
async def test_a_check_refuses_what_it_must(name: str, town: Town, database_url: str) -> None:
    connection = await asyncpg.connect(**credentials(database_url))
    try:
        with pytest.raises(asyncpg.CheckViolationError) as refusal:
            await connection.execute(CHECKS[name].format(**town.ids))
        assert refusal.value.constraint_name == name
    finally:
        await connection.close()


async def test_every_unique_index_is_over_what_it_should_be(fresh: None) -> None:
    found = await rows(f"""SELECT c.relname, split_part(pg_get_indexdef(i.indexrelid), 'USING btree ', 2) AS over
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = {PUBLIC} AND i.indisunique
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)""")
    assert {row["relname"]: row["over"] for row in found} == UNIQUES


async def test_every_index_exists_and_no_other(fresh: None) -> None:
    assert (
        await names(f"""SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = {PUBLIC} AND NOT i.indisunique AND i.indisvalid""")
        == INDEXES
    )


async def test_every_trigger_function_and_generated_column_exists(fresh: None) -> None:
    assert (
        await names(
            "SELECT tgrelid::regclass::text, tgname::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
        )
        == TRIGGERS
    )
    assert await names(f"SELECT proname FROM pg_proc WHERE pronamespace = {PUBLIC}") == FUNCTIONS
    assert (
        await names(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE is_generated = 'ALWAYS' AND table_schema = 'public'"
        )
        == GENERATED
    )


async def test_the_sequences_and_the_partitions_exist(fresh: None) -> None:
    assert (
        await names(f"SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = {PUBLIC}")
        == SEQUENCES
    )
    assert await names("SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
                       "WHERE c.relkind = 'r'") == PARTITIONS  # fmt: skip
    assert await names("SELECT relname FROM pg_class WHERE relkind = 'p'") == {"audit_entry"}


def columns_of_models() -> set[tuple[str, str, bool]]:
    """(table, column, may be null) of every model."""
    return {
        (model["table"], field["db_column"], field["nullable"])
        for model in Tortoise.describe_models(serializable=True).values()
        for field in [model["pk_field"], *model["data_fields"]]
    }


async def test_the_tables_are_those_of_the_models(fresh: None) -> None:
    found = await names("""SELECT table_name::text, column_name::text, is_nullable = 'YES'
        FROM information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER'
        AND table_name NOT IN ('tortoise_migrations', 'migration_mark', 'audit_entry_default')""")
    assert found == columns_of_models() | OF_NO_MODEL


TOGETHER = {("booking", "pool_id", "seat_pool", "RESTRICT"), ("booking", "offer_id", "offer", "RESTRICT")}
"""One key over both: a booking's offer is its pool's."""


async def test_every_foreign_key_does_what_its_model_says_when_the_other_row_goes(fresh: None) -> None:
    models = Tortoise.describe_models(serializable=True)
    said = {
        (model["table"], key["raw_field"], models[key["python_type"]]["table"], key["on_delete"])
        for model in models.values()
        for key in [*model["fk_fields"], *model["o2o_fields"]]
    }
    assert (
        await names("""SELECT c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text,
        CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' END
        FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND cardinality(c.conkey) = 1""")
        == said - TOGETHER
    )
    assert await column(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'booking_pool_of_offer'"
    ) == ["FOREIGN KEY (pool_id, offer_id) REFERENCES seat_pool(id, offer_id) ON DELETE RESTRICT"]


async def test_every_promise_of_a_model_to_be_unique_is_a_constraint(fresh: None) -> None:
    said = {
        (model["table"], (field["db_column"],))
        for model in Tortoise.describe_models(serializable=True).values()
        for field in model["data_fields"]
        if field["unique"]
    }
    for model in Tortoise.describe_models(serializable=True).values():
        column = {field["name"]: field.get("raw_field") or field.get("db_column") for kind in (
            "data_fields", "fk_fields", "o2o_fields") for field in model[kind]}  # fmt: skip
        said |= {
            (model["table"], tuple(column[name] for name in together))
            for together in model["unique_together"]
        }
    found = await rows("""SELECT c.conrelid::regclass::text AS name,
            array_agg(a.attname::text ORDER BY k.place) AS over
        FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY k (number, place)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
        WHERE c.contype = 'u' AND c.connamespace = 'public'::regnamespace
            AND c.conrelid <> 'tortoise_migrations'::regclass GROUP BY c.oid, c.conrelid""")
    assert {(row["name"], tuple(row["over"])) for row in found} == said


def test_the_newest_migration_is_the_newest_file() -> None:
    files = sorted(path.stem for path in MIGRATIONS.glob("[0-9]*.py"))
    assert files[-1] == NEWEST
    assert [name.split("_")[0] for name in files] == [f"{number:04}" for number in range(1, len(files) + 1)]


def schema(url: str) -> str:
    """What pg_dump says of a database's schema."""
    server = credentials(url)
    dumped = subprocess.run(
        [binary("pg_dump"), "--schema-only", "--no-owner", "-h", server["host"], "-p", str(server["port"]),
         "-U", server["user"], server["database"]],
        capture_output=True, text=True,
    )  # fmt: skip
    assert dumped.returncode == 0, dumped.stderr
    return "\n".join(
        line for line in dumped.stdout.splitlines() if not line.startswith("\\")
    )  # keys of the dump


def migrate(url: str, *arguments: str) -> None:
    done = program.run("migrate", *arguments, environment=os.environ | {"TREFFPUNKT_DATABASE_URL": url})
    assert (done.code, done.err) == (0, "")


async def test_migrations_go_down_to_nothing_and_up_again(own: str) -> None:
    first = schema(own)
    migrate(own, "--to", "__first__", "--yes")
    connection = await asyncpg.connect(**credentials(own))
    left = await connection.fetch(f"""SELECT relname FROM pg_class WHERE relnamespace = {PUBLIC}
        AND relkind IN ('r', 'p', 'v', 'm', 'S') UNION SELECT proname FROM pg_proc WHERE pronamespace = {PUBLIC}""")
    await connection.close()
    assert {row[0] for row in left} == {"tortoise_migrations", "tortoise_migrations_id_seq"}
    migrate(own)
    assert schema(own) == first
