"""Which migrations programs of before get on with, where these programs can read it: a program does not know what came
after it, and /health/ready has to say whether it may go on serving (docs/upgrading.md)."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0048_register_taken")]

    initial = False
    compatible = True

    operations = [
        ops.RunSQL(
            "CREATE TABLE migration_mark (name varchar(100) PRIMARY KEY, compatible boolean NOT NULL)",
            "DROP TABLE migration_mark",
        )
    ]
