"""At which desk a guide has helped somebody: another of the same unit may answer when they ring again.

Until now only the guide was noted. Who is a guide of one unit and no other has helped there.
"""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

FILL = """UPDATE acts_for a SET desk_id = m.organization_id FROM membership m
WHERE a.relation = 'guide' AND m.person_id = a.actor_id AND m.role = 'guide' AND m.ended_at IS NULL
    AND NOT EXISTS (SELECT FROM membership o WHERE o.person_id = a.actor_id AND o.role = 'guide'
        AND o.organization_id <> m.organization_id)"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0035_numbers_of_offers")]

    initial = False

    operations = [
        ops.AddField(
            model_name="ActsFor",
            name="desk",
            field=fields.ForeignKeyField(
                "marketplace.Organization", source_field="desk_id", null=True, description="the unit whose guide it was",
                db_constraint=True, to_field="id", related_name="helped_at", on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.RunSQL(
            [FILL, "ALTER TABLE acts_for ADD CONSTRAINT acts_for_desk CHECK (desk_id IS NULL OR relation = 'guide')"],
            ["ALTER TABLE acts_for DROP CONSTRAINT acts_for_desk"],
        ),
    ]  # fmt: skip
