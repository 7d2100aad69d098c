"""Gaps of the coverage map as items of a dialogue's meeting; when an organisation was reminded of its registers; and
whom an offer is most for is shown, so its change makes pages anew."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from offers.catalogue.kinds import Audience


def key() -> fields.UUIDField:
    return fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)


def to(model: str, column: str, related: str, on_delete: OnDelete, null: bool = False, one: bool = False):
    return (fields.OneToOneField if one else fields.ForeignKeyField)(
        f"marketplace.{model}", source_field=column, null=null, db_constraint=True, to_field="id",
        related_name=related, on_delete=on_delete,
    )  # fmt: skip


SHOWN = """slug, owner_id, kind, visibility, sensitive, state, venue_id, online_url, source_lang, audiences{main},
    joining, municipality_id"""


def catalogue_changed(main: str) -> list[str]:
    return [
        "DROP TRIGGER catalogue_changed ON offer",
        f"""CREATE TRIGGER catalogue_changed AFTER INSERT OR DELETE OR UPDATE OF {SHOWN.format(main=main)} ON offer
        FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()""",
    ]


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0022_yearly_report")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DialogueItem",
            fields=[
                ("id", key()),
                ("dialogue", to("Dialogue", "dialogue_id", "items", OnDelete.CASCADE)),
                ("meeting", to("DialogueMeeting", "meeting_id", "items", OnDelete.SET_NULL, null=True)),
                ("main_audience", fields.CharEnumField(Audience, max_length=20)),
                (
                    "kinds",
                    fields.CharField(
                        max_length=20, description="a group of kinds, as statistics/coverage_rules.py has it"
                    ),
                ),
                ("district", to("District", "district_id", "items", OnDelete.RESTRICT, null=True)),
                ("evening", fields.BooleanField(null=True, description="null: at any time")),
                ("made_at", fields.DatetimeField()),
            ],
            options={"table": "dialogue_item", "app": "marketplace", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RegisterReminder",
            fields=[
                ("id", key()),
                (
                    "organization",
                    to("Organization", "organization_id", "register_reminder", OnDelete.CASCADE, one=True),
                ),
                ("sent_at", fields.DatetimeField()),
            ],
            options={"table": "register_reminder", "app": "marketplace", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX dialogue_item_one ON dialogue_item (dialogue_id, meeting_id, main_audience, "
                "kinds, district_id, evening) NULLS NOT DISTINCT",
                *catalogue_changed(", main_audience"),
            ],
            ["DROP INDEX dialogue_item_one", *catalogue_changed("")],
        ),
    ]
