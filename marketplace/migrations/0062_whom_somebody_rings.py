"""Those whom no message reaches are rung of a closing, too; and who is to ring is told of calls that nobody makes.

What stands on the lists already counts as told of once: those who lead have seen them.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from offers.telling.models import CallAbout


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0061_what_they_are_called")]

    initial = False
    compatible = True

    operations = [
        ops.AlterField(
            model_name="PhoneCall",
            name="about",
            field=fields.CharEnumField(enum_type=CallAbout, max_length=30),
        ),
        ops.AddField(
            model_name="PhoneCall",
            name="told_times",
            field=fields.IntField(
                default=0, db_default=0, description="how often those who lead have been told that it waits"
            ),
        ),
        ops.RunSQL("UPDATE phone_call SET told_times = 1", ""),
    ]
