"""The cube of figures (docs/statistics.md): cells, closings and what they store; districts, and whom an offer is for."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from offers.catalogue.kinds import Audience, Kind


def key() -> fields.UUIDField:
    return fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)


def to(model: str, related: str, on_delete: OnDelete, one: bool = False, null: bool = False):
    return (fields.OneToOneField if one else fields.ForeignKeyField)(
        f"marketplace.{model}", source_field=f"{model.lower()}_id", null=null, db_constraint=True, to_field="id",
        related_name=related, on_delete=on_delete,
    )


def table(name: str, *together: str) -> dict:
    unique = {"unique_together": (together,)} if together else {}
    return {"table": name, "app": "marketplace", "pk_attr": "id"} | unique


STORED = ("closing", "cell_figure")
APPEND_ONLY = [
    """CREATE FUNCTION figures_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    *(
        f"""CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name}
            FOR EACH ROW EXECUTE FUNCTION figures_are_append_only()"""
        for name in STORED
    ),
    *(
        f"""CREATE TRIGGER {name}_kept_whole BEFORE TRUNCATE ON {name}
            FOR EACH STATEMENT EXECUTE FUNCTION figures_are_append_only()"""
        for name in STORED
    ),
]
MAIN_AUDIENCE = [
    # Whoever writes an offer, by whatever way: what it counts as is one of those it is for.
    """CREATE FUNCTION main_audience_is_one_of_them() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF cardinality(NEW.audiences) = 1 THEN NEW.main_audience := NEW.audiences[1];
            ELSIF NEW.main_audience <> ALL (NEW.audiences) THEN NEW.main_audience := 'everyone';
            END IF;
            RETURN NEW;
        END $$""",
    """CREATE TRIGGER offer_main_audience BEFORE INSERT OR UPDATE OF audiences, main_audience ON offer
        FOR EACH ROW EXECUTE FUNCTION main_audience_is_one_of_them()""",
    "UPDATE offer SET main_audience = audiences[1] WHERE cardinality(audiences) = 1 AND audiences[1] <> 'everyone'",
]
CHECKS = {
    ("closing", "closing_number"): "number BETWEEN 1 AND 13",
    ("cell_figure", "cell_figure_figures"):
        "jsonb_typeof(figures) = 'object' AND NOT jsonb_path_exists(figures, '$.* ? (@ < 0)')",
    ("district_place", "district_place_one"): "(postcode IS NULL) <> (city IS NULL)",
}
INDEXES = {
    "cell_one": "UNIQUE INDEX cell_one ON cell (municipality_id, organization_id, main_audience, kind, district_id, "
    "evening) NULLS NOT DISTINCT",
    "district_place_postcode": "UNIQUE INDEX district_place_postcode ON district_place (municipality_id, postcode)",
    "district_place_city": "UNIQUE INDEX district_place_city ON district_place (municipality_id, lower(city))",
    # Whether a register of this year holds somebody already is asked whenever one is saved.
    "attendance_whose": "INDEX attendance_whose ON attendance (pseudonym) WHERE pseudonym IS NOT NULL",
    "session_cell_cell": "INDEX session_cell_cell ON session_cell (cell_id)",
}


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0020_untold_sessions")]

    initial = False

    operations = [
        ops.CreateModel(
            name="District",
            fields=[
                ("id", key()),
                ("municipality", to("Municipality", "districts", OnDelete.RESTRICT)),
                ("slug", fields.CharField(max_length=80)),
                ("name", fields.TextField(unique=False)),
            ],
            options=table("district", "municipality", "slug"),
            bases=["Row"],
        ),
        ops.CreateModel(
            name="DistrictPlace",
            fields=[
                ("id", key()),
                ("district", to("District", "places", OnDelete.CASCADE)),
                ("municipality", to("Municipality", "district_places", OnDelete.CASCADE)),
                ("postcode", fields.CharField(null=True, max_length=4)),
                ("city", fields.TextField(null=True, description="compared without regard to capitals")),
            ],
            options=table("district_place"),
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Offer",
            name="main_audience",
            field=fields.CharEnumField(
                Audience, max_length=20, default=Audience.EVERYONE, db_default="everyone",
                description="whom it is most for: what it counts as. The database keeps it among the audiences",
            ),
        ),
        ops.CreateModel(
            name="Cell",
            fields=[
                ("id", key()),
                ("municipality", to("Municipality", "cells", OnDelete.RESTRICT)),
                ("organization", to("Organization", "cells", OnDelete.RESTRICT)),
                ("main_audience", fields.CharEnumField(Audience, max_length=20)),
                ("kind", fields.CharEnumField(Kind, max_length=20)),
                ("district", to("District", "cells", OnDelete.RESTRICT, null=True)),
                (
                    "evening",
                    fields.BooleanField(description="outside office hours: from 16.00 in Oslo, and weekends"),
                ),
            ],
            options=table("cell"),
            bases=["Row"],
        ),
        ops.CreateModel(
            name="SessionCell",
            fields=[
                ("id", key()),
                ("session", to("Session", "stamp", OnDelete.CASCADE, one=True)),
                ("cell", to("Cell", "sessions", OnDelete.RESTRICT)),
                ("stamped_at", fields.DatetimeField()),
            ],
            options=table("session_cell"),
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OfferCell",
            fields=[
                ("id", key()),
                ("offer", to("Offer", "stamp", OnDelete.CASCADE, one=True)),
                ("cell", to("Cell", "offers", OnDelete.RESTRICT)),
                ("stamped_at", fields.DatetimeField()),
            ],
            options=table("offer_cell"),
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Closing",
            fields=[
                ("id", key()),
                ("municipality", to("Municipality", "closings", OnDelete.RESTRICT)),
                ("year", fields.SmallIntField()),
                ("number", fields.SmallIntField()),
                ("closed_at", fields.DatetimeField()),
                ("rule", fields.SmallIntField(description="version of the rule it was counted by")),
                ("key_fingerprint", fields.BinaryField(description="of the key that it was rounded by")),
            ],
            options=table("closing", "municipality", "year", "number"),
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CellFigure",
            fields=[
                ("id", key()),
                ("closing", to("Closing", "figures", OnDelete.RESTRICT)),
                ("cell", to("Cell", "figures", OnDelete.RESTRICT)),
                (
                    "figures",
                    fields.JSONField(encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads),
                ),
            ],
            options=table("cell_figure", "closing", "cell"),
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                *APPEND_ONLY,
                *MAIN_AUDIENCE,
                *(
                    f"ALTER TABLE {on} ADD CONSTRAINT {name} CHECK ({condition})"
                    for (on, name), condition in CHECKS.items()
                ),
                *(f"CREATE {index}" for index in INDEXES.values()),
            ],
            [
                *(f"DROP INDEX {name}" for name in INDEXES),
                *(f"ALTER TABLE {on} DROP CONSTRAINT {name}" for on, name in CHECKS),
                "DROP TRIGGER offer_main_audience ON offer",
                "DROP FUNCTION main_audience_is_one_of_them()",
                *(f"DROP TRIGGER {name}_append_only ON {name}" for name in STORED),
                *(f"DROP TRIGGER {name}_kept_whole ON {name}" for name in STORED),
                "DROP FUNCTION figures_are_append_only()",
            ],
        ),
    ]
