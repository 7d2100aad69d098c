"""Words that mean the same: what every instance begins with, from here on the coordinators'."""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from offers.search.words.equal import FIRST


def several(words: list[str]) -> str:
    quoted = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
    return f"ARRAY[{quoted}]::text[]"


BEGUN = f"""INSERT INTO equal_words (id, group_id, number, words)
VALUES {", ".join(f"(gen_random_uuid(), gen_random_uuid(), 1, {several(one)})" for one in FIRST)}"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0038_needs_taken_up")]

    initial = False

    operations = [
        ops.CreateModel(
            name="EqualWords",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("group_id", fields.UUIDField(description="the same for all versions")),
                ("number", fields.IntField(description="of the version, from 1")),
                ("words", ArrayField(element_type="text")),
                (
                    "written_at",
                    fields.DatetimeField(
                        null=True,
                        description="null: this system came with it; the audit log says by whom",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "equal_words",
                "app": "marketplace",
                "unique_together": (("group_id", "number"),),
                "pk_attr": "id",
                "table_description": "A group of words that mean the same, as it was from a moment on. Nothing is written over: the newest version of a",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                BEGUN,
                "CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR UPDATE ON equal_words "
                "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()",
            ],
            ["DROP TRIGGER catalogue_changed ON equal_words", "DELETE FROM equal_words"],
        ),
    ]
