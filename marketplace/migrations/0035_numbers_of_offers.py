"""Every offer gets a number, those that are here too: behind its short address (offers/catalogue/sharing/short.py)."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0034_what_is_spoken_and_costs")]

    initial = False

    operations = [
        ops.RunSQL(
            [
                "ALTER TABLE offer ADD COLUMN number integer GENERATED ALWAYS AS IDENTITY",
                "CREATE UNIQUE INDEX offer_number ON offer (number)",
            ],
            ["ALTER TABLE offer DROP COLUMN number"],
        )
    ]
