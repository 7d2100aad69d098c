"""Which languages are spoken where an offer meets, and what it costs.

Until now every offer's page said that it is free, to whoever published it too: what is published says so still, and of
drafts nobody has said anything. Ages, the two new facts, the place of a session and the access to a place are searched
and shown, so their changes are told as the other facts' are.
"""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import SqlDefault
from tortoise.migrations import operations as ops

from offers.catalogue.models import Cost

CHECKS = {
    "offer_cost": "cost IN ('free', 'some') AND (cost = 'some') = (cost_text <> '') OR cost IS NULL AND cost_text = ''",
    "offer_spoken": "array_position(spoken, NULL) IS NULL AND array_to_string(spoken, ' ') ~ '^([a-z]{2,3}( [a-z]{2,3})*)?$'",
}
SHOWN = """slug, owner_id, kind, visibility, sensitive, state, venue_id, online_url, source_lang, audiences,
    main_audience, joining, municipality_id"""
TOLD = {
    "offer": (
        "offer", "id",
        "slug, owner_id, municipality_id, kind, audiences, main_audience, joining, visibility, sensitive, state, "
        "source_lang, venue_id, online_url, session_count, next_session_at, next_session_ends, last_session_ends",
        ", age_from, age_to, spoken, cost",
    ),
    "session": ("offer", "offer_id", "offer_id, starts_at, ends_at, status", ", venue_id"),
    "venue": ("venue", "id", "name, city, postcode", ", step_free, hearing_loop, accessible_toilet"),
}  # fmt: skip
"""Of each table what is told, by which of its columns, the columns that mattered, and those that matter too."""


def shown(more: str) -> list[str]:
    return [
        "DROP TRIGGER catalogue_changed ON offer",
        f"""CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR UPDATE OF {SHOWN}{more} ON offer
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()""",
    ]


def told(all_of_it: bool) -> list[str]:
    made = []
    for table, (what, key, columns, more) in TOLD.items():
        made += [
            f"DROP TRIGGER catalogue_told ON {table}",
            f"CREATE TRIGGER catalogue_told AFTER INSERT OR DELETE OR UPDATE OF {columns}{more if all_of_it else ''} "
            f"ON {table} FOR EACH ROW EXECUTE FUNCTION catalogue_told('{what}', '{key}')",
        ]
    return made


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0033_what_a_booking_was")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Offer",
            name="spoken",
            field=ArrayField(
                default=list,
                db_default=SqlDefault("'{}'"),
                description="languages besides Norwegian that somebody speaks there (spoken.py)",
                element_type="text",
            ),
        ),
        ops.AddField(
            model_name="Offer",
            name="cost",
            field=fields.CharEnumField(
                null=True, description="null: nobody has said", enum_type=Cost, max_length=10
            ),
        ),
        ops.AddField(
            model_name="Offer",
            name="cost_text",
            field=fields.CharField(
                default="",
                db_default="",
                description="how much, and for what; only where it costs something",
                max_length=80,
            ),
        ),
        ops.RunSQL(
            [
                "UPDATE offer SET cost = 'free' WHERE state <> 'draft'",
                *(
                    f"ALTER TABLE offer ADD CONSTRAINT {name} CHECK ({must})"
                    for name, must in CHECKS.items()
                ),
                *shown(", age_from, age_to, spoken, cost, cost_text"),
                *told(True),
            ],
            [
                *told(False),
                *shown(""),
                *(f"ALTER TABLE offer DROP CONSTRAINT {name}" for name in CHECKS),
            ],
        ),
    ]
