"""Whoever keeps something of the catalogue is told which offer has changed, not only that something has.

Each row tells, and PostgreSQL sends what a transaction says several times once. Seats that are taken or given up tell
nothing: a notice takes a lock at commit for which all bookings would queue (offers/search/index/keeping.py).
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

TOLD = {
    "offer": (
        "offer", "id", "slug, owner_id, municipality_id, kind, audiences, main_audience, joining, visibility, sensitive, "
        "state, source_lang, venue_id, online_url, session_count, next_session_at, next_session_ends, last_session_ends",
    ),
    "offer_text": ("offer", "offer_id", "offer_id, lang, title, summary"),
    "session": ("offer", "offer_id", "offer_id, starts_at, ends_at, status"),
    "offer_organizer": ("offer", "offer_id", "offer_id, organization_id"),
    "offer_audience_organization": ("offer", "offer_id", "offer_id, organization_id"),
    "seat_pool": (
        "offer", "offer_id", "offer_id, session_id, capacity, reserved, starts_at, ends_at, opens_at, closes_at",
    ),
    "organization": ("organization", "id", "name, state"),
    "organization_owner": ("organization", "organization_id", "organization_id, municipality_id"),
    "venue": ("venue", "id", "name, city, postcode"),
    "municipality": ("municipality", "id", "name, slug"),
}  # fmt: skip
"""Of each table what is told, by which of its columns, and the columns that matter."""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0031_links_that_are_not_stored")]

    initial = False

    operations = [
        ops.RunSQL(
            [
                """CREATE FUNCTION catalogue_told() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE told text;
                BEGIN
                    IF TG_OP <> 'INSERT' THEN
                        EXECUTE format('SELECT ($1).%I::text', TG_ARGV[1]) INTO told USING OLD;
                        PERFORM pg_notify('catalogue_told', TG_ARGV[0] || ':' || told);
                    END IF;
                    IF TG_OP <> 'DELETE' THEN
                        EXECUTE format('SELECT ($1).%I::text', TG_ARGV[1]) INTO told USING NEW;
                        PERFORM pg_notify('catalogue_told', TG_ARGV[0] || ':' || told);
                    END IF;
                    RETURN NULL;
                END $$""",
                *(
                    f"CREATE TRIGGER catalogue_told AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {table} "
                    f"FOR EACH ROW EXECUTE FUNCTION catalogue_told('{what}', '{key}')"
                    for table, (what, key, columns) in TOLD.items()
                ),
            ],
            [
                *(f"DROP TRIGGER catalogue_told ON {table}" for table in TOLD),
                "DROP FUNCTION catalogue_told()",
            ],
        ),
    ]
