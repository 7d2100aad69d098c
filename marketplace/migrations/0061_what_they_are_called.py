"""Whoever acts for somebody reads the name that they gave, and not the one that the person chooses later."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0060_picture_text")]

    initial = False
    compatible = True

    operations = [
        ops.AddField(
            model_name="ActsFor",
            name="called",
            field=fields.TextField(
                null=True,
                description="what the actor calls them: what they call themselves is not for the actor to read",
            ),
        ),
        ops.RunSQL(
            """UPDATE acts_for a SET called = n.name FROM person n
            WHERE n.id = a.person_id AND a.relation <> 'guide' AND a.ended_at IS NULL""",
            "",
        ),
    ]
