"""What Tortoise cannot say: CHECKs, partial unique indexes, text search, triggers, partitions, indexes.

Each statement stands beside the one that undoes it. tests/house/test_constraints.py compares the names with what the
database really has.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops


def check(table: str, name: str, condition: str) -> ops.RunSQL:
    return ops.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def index(table: str, name: str, what: str, unique: bool = False) -> ops.RunSQL:
    return ops.RunSQL(
        f"CREATE {'UNIQUE ' if unique else ''}INDEX {name} ON {table} {what}", f"DROP INDEX {name}"
    )


def search(table: str, weighted: dict[str, str]) -> ops.RunSQL:
    """A tsvector column in the stemming of the row's language: norwegian for nb and nn, english, else simple."""
    cases = []
    for langs, stemming in ((("nb", "nn"), "norwegian"), (("en",), "english"), ((), "simple")):
        vector = " || ".join(
            f"setweight(to_tsvector('{stemming}'::regconfig, {column}), '{weight}')"
            for column, weight in weighted.items()
        )
        cases.append(f"WHEN lang IN {langs!r} THEN {vector}".replace(",)", ")") if langs else f"ELSE {vector}")
    return ops.RunSQL(
        [
            f"ALTER TABLE {table} ADD COLUMN search tsvector GENERATED ALWAYS AS (CASE {' '.join(cases)} END) STORED",
            f"CREATE INDEX {table}_search ON {table} USING gin (search)",
        ],
        [f"ALTER TABLE {table} DROP COLUMN search"],
    )


AUDIT = ops.RunSQL(
    [
        "DROP TABLE audit_entry",
        """CREATE TABLE audit_entry (
            id uuid NOT NULL, at timestamptz NOT NULL, actor_id uuid, action text NOT NULL, object_id uuid,
            organization_id uuid, person_id uuid, details jsonb, PRIMARY KEY (id, at)
        ) PARTITION BY RANGE (at)""",
        "CREATE TABLE audit_entry_default PARTITION OF audit_entry DEFAULT",
        "CREATE INDEX audit_entry_object ON audit_entry (object_id, at)",
        "CREATE INDEX audit_entry_person ON audit_entry (person_id, at)",
        """CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$""",
        """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entry
            FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()""",
    ],
    [
        "DROP TABLE audit_entry",
        "DROP FUNCTION audit_is_append_only()",
        "CREATE TABLE audit_entry (id uuid PRIMARY KEY)",
    ],
)

CATALOGUE = ops.RunSQL(
    [
        "INSERT INTO catalogue_revision (id, revision, changed_at) VALUES (1, 1, clock_timestamp())",
        # Statement triggers: nobody who writes has to remember the feeds, and a bulk load costs one update.
        """CREATE FUNCTION catalogue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE raised bigint;
            BEGIN
                UPDATE catalogue_revision SET revision = revision + 1, changed_at = greatest(changed_at, clock_timestamp())
                WHERE id = 1 RETURNING revision INTO raised;
                PERFORM pg_notify('catalogue', raised::text);
                RETURN NULL;
            END $$""",
        *(
            f"CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR UPDATE{columns} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()"
            for table, columns in {
                "session": " OF offer_id, starts_at, ends_at, venue_id, status, note, sequence",
                "offer": " OF slug, owner_id, kind, visibility, sensitive, state, venue_id, online_url",
                "offer_text": "",
                "offer_organizer": "",
                "organization": " OF name, slug, state",
                "venue": "",
            }.items()
        ),
    ],
    [
        *(
            f"DROP TRIGGER catalogue_changed ON {table}"
            for table in ("session", "offer", "offer_text", "offer_organizer", "organization", "venue")
        ),
        "DROP FUNCTION catalogue_changed()",
        "DELETE FROM catalogue_revision",
    ],
)

ACTIVE = "state IN ('requested', 'confirmed', 'waiting', 'offered')"


def together(*steps: ops.RunSQL) -> list[ops.RunSQL]:
    """All steps as one operation: Tortoise builds its models anew for each, and seventy took ten seconds."""

    def lines(sql: str | list[str]) -> list[str]:
        return [sql] if isinstance(sql, str) else sql

    forward = [line for step in steps for line in lines(step.sql)]
    backward = [line for step in reversed(steps) for line in lines(step.reverse_sql)]
    return [ops.RunSQL(forward, backward)]


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0001_initial")]

    operations = together(
        AUDIT,
        CATALOGUE,
        ops.RunSQL("CREATE SEQUENCE booking_queue", "DROP SEQUENCE booking_queue"),
        # The last line behind the seat's lock. Race tests assert that these never fire.
        check("seat_pool", "seat_pool_taken", "taken >= 0 AND (capacity IS NULL OR taken <= capacity)"),
        check("seat_pool", "seat_pool_capacity", "capacity IS NULL OR capacity BETWEEN 0 AND 100000"),
        check("seat_pool", "seat_pool_waiting", "waiting >= 0"),
        index("booking", "booking_one_active", f"(pool_id, participant_id) WHERE {ACTIVE}", unique=True),
        index("booking", "booking_form_key", "(form_key)", unique=True),
        check("booking", "booking_seats", "seats BETWEEN 1 AND 1000"),
        check("booking", "booking_queue_no", "state NOT IN ('waiting', 'offered') OR queue_no IS NOT NULL"),
        check("booking", "booking_held_until", "(state = 'offered') = (held_until IS NOT NULL)"),
        check("session", "session_order", "starts_at < ends_at"),
        check("attendance", "attendance_seats", "seats_present >= 0 AND (state = 'present') = (seats_present > 0)"),
        check("attendance", "attendance_pseudonym", "state <> 'present' OR pseudonym IS NOT NULL"),
        check("head_count", "head_count_count", "count BETWEEN 0 AND 100000"),
        check("offer", "offer_party", "max_party BETWEEN 1 AND 1000"),
        check("offer", "offer_audiences", "cardinality(audiences) > 0"),
        check("goal", "goal_target", "target > 0"),
        check("goal_figure", "goal_figure_month", "extract(day FROM month) = 1 AND value >= 0"),
        check("contact_point", "contact_point_value", "value <> ''"),
        search("offer_text", {"title": "A", "summary": "B", "keywords": "B", "body": "C"}),
        search("organization_text", {"summary": "B", "body": "C"}),
        # Secrets are looked up by their hash.
        index("sign_in", "sign_in_secret", "(secret_hash)", unique=True),
        index("sign_in_ticket", "sign_in_ticket_link", "(link_hash)", unique=True),
        index("sign_in_ticket", "sign_in_ticket_address", "(address, created_at)"),
        index("calendar_address", "calendar_address_secret", "(secret_hash)", unique=True),
        index("calendar_address", "calendar_address_one", "(person_id) WHERE revoked_at IS NULL", unique=True),
        index("picture", "picture_sha256", "(sha256)", unique=True),
        index("rate_limit", "rate_limit_key", "(key)", unique=True),
        # One address is proven by one person; unverified ones may be shared.
        index("contact_point", "contact_point_verified", "(channel, value) WHERE verified_at IS NOT NULL", unique=True),
        index("contact_point", "contact_point_lookup", "(value, channel)"),
        index("contact_point", "contact_point_person", "(person_id)"),
        index("membership", "membership_one", "(person_id, organization_id, role) WHERE ended_at IS NULL", unique=True),
        index("membership", "membership_organization", "(organization_id)"),
        index("organization", "organization_parent", "(parent_id)"),
        # Lists are paged by (next_session_at, id).
        index("offer", "offer_listing", "(next_session_at, id) WHERE state = 'published'"),
        index("offer", "offer_kind_listing", "(kind, next_session_at, id) WHERE state = 'published'"),
        index("offer", "offer_owner", "(owner_id)"),
        index("offer", "offer_audiences_gin", "USING gin (audiences)"),
        index("offer", "offer_over", "(next_session_ends) WHERE state = 'published'"),
        index("offer_organizer", "offer_organizer_organization", "(organization_id)"),
        index("offer_audience_organization", "offer_audience_organization_organization", "(organization_id)"),
        index("session", "session_offer", "(offer_id, starts_at)"),
        index("session", "session_start", "(starts_at)"),
        index("seat_pool", "seat_pool_offer", "(offer_id, starts_at)"),
        index("seat_pool", "seat_pool_whole", "(offer_id) WHERE session_id IS NULL", unique=True),
        index("booking", "booking_queue_order", "(pool_id, queue_no) WHERE state = 'waiting'"),
        index("booking", "booking_pool", "(pool_id, state)"),
        index("booking", "booking_participant", "(participant_id)"),
        index("booking", "booking_booked_by", "(booked_by_id)"),
        index("booking", "booking_contact", "(contact_id)"),
        index("booking", "booking_offer", "(offer_id)"),
        index("booking", "booking_held", "(held_until) WHERE state = 'offered'"),
        index("attendance", "attendance_booking", "(booking_id)"),
        index("host_assignment", "host_assignment_offer", "(offer_id)"),
        index("sent_word", "sent_word_session", "(session_id)"),
        index("outbox_message", "outbox_due", "(due_at) WHERE sent_at IS NULL AND failed_at IS NULL"),
        index("sign_in", "sign_in_person", "(person_id)"),
    )
