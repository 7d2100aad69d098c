"""An offer is found by other words that people search for, which it does not show."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

NEW = ("title", "A"), ("summary", "B"), ("keywords", "C"), ("found_by", "C"), ("body", "D")
OLD = tuple(pair for pair in NEW if pair[0] != "found_by")
Weighted = tuple[tuple[str, str], ...]


def search(columns: Weighted) -> list[str]:
    """The column `search`, of these columns with their weights and of the parts of their words."""

    def stemmed(by: str) -> str:
        return " || ".join(
            f"setweight(to_tsvector('{by}'::regconfig, {column}), '{weight}')" for column, weight in columns
        )

    vector = (
        f"(CASE WHEN lang IN ('nb', 'nn') THEN {stemmed('norwegian')} WHEN lang IN ('en') THEN {stemmed('english')} "
        f"ELSE {stemmed('simple')} END) || coalesce(parts, ''::tsvector)"
    )
    return [
        "ALTER TABLE offer_text DROP COLUMN search",
        f"ALTER TABLE offer_text ADD COLUMN search tsvector GENERATED ALWAYS AS ({vector}) STORED",
        "CREATE INDEX offer_text_search ON offer_text USING gin (search) WITH (fastupdate = off)",
    ]


def parts_of(columns: Weighted) -> str:
    """What is written anew has no parts until somebody has made them."""
    new, old = (", ".join(f"{row}.{name}" for name in ("lang", *dict(columns))) for row in ("NEW", "OLD"))
    return f"""CREATE OR REPLACE FUNCTION parts_are_of_other_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF ({new}) IS DISTINCT FROM ({old}) THEN NEW.parts := NULL; END IF;
        RETURN NEW; END $$"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0040_unfound")]

    initial = False

    operations = [
        ops.AddField(
            model_name="OfferText",
            name="found_by",
            field=fields.TextField(
                default="",
                db_default="",
                description="other words that people search for: found, not shown",
                unique=False,
            ),
        ),
        ops.RunSQL([*search(NEW), parts_of(NEW)], [*search(OLD), parts_of(OLD)]),
    ]
