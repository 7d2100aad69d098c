"""What people say who do not know what to look for: the sentences that every instance begins with."""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from offers.search.situations.sentences import Sentence, sentences


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def several(words: list[str]) -> str:
    return f"ARRAY[{', '.join(map(quoted, words))}]::text[]"


def row(one: Sentence) -> str:
    also = quoted("\n".join(one.also))
    return f"""(gen_random_uuid(), {quoted(one.text)}, {quoted(one.nynorsk)}, {quoted(one.english)}, {also},
        {quoted(one.words)}, {several(one.kinds)}, {several(one.audiences)}, {one.evening}, {one.drop_in})"""


FIRST = f"""INSERT INTO situation (id, text, text_nn, text_en, also, words, kinds, audiences, evening, drop_in)
VALUES {", ".join(row(one) for one in sentences())}"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0036_desks")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Situation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("text", fields.TextField(description="as people say it", unique=False)),
                ("text_nn", fields.TextField(unique=False)),
                ("text_en", fields.TextField(unique=False)),
                (
                    "also",
                    fields.TextField(
                        default="", description="other ways to say it, one a line", unique=False
                    ),
                ),
                ("words", fields.TextField(default="", description="words to look for", unique=False)),
                ("kinds", ArrayField(element_type="text")),
                ("audiences", ArrayField(element_type="text")),
                ("evening", fields.BooleanField(default=False)),
                ("drop_in", fields.BooleanField(default=False)),
                (
                    "reviewed_at",
                    fields.DatetimeField(
                        null=True,
                        description="a coordinator has read it since it was last changed; null: nobody has yet",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "off_at",
                    fields.DatetimeField(
                        null=True, description="nobody is led by it since", auto_now=False, auto_now_add=False
                    ),
                ),
            ],
            options={
                "table": "situation",
                "app": "marketplace",
                "pk_attr": "id",
                "table_description": "A sentence in people's own words, in each of our languages, and the search that it leads to.",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                FIRST,
                "CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR UPDATE ON situation "
                "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()",
            ],
            ["DROP TRIGGER catalogue_changed ON situation", "DELETE FROM situation"],
        ),
    ]
