"""How a goal's figure falls into groups is written with it, once: counted again later it would tell who came late."""

from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0003_vevents")]

    operations = [
        ops.AddField("GoalFigure", "groups", fields.JSONField(null=True, encoder=dumps, decoder=loads)),
    ]
