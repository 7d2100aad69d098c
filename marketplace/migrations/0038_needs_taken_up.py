"""What residents miss can become something that a dialogue is to talk about."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0037_situations")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Need",
            name="item",
            field=fields.ForeignKeyField(
                "marketplace.DialogueItem",
                source_field="item_id",
                null=True,
                description="what a dialogue is to talk about because of it",
                db_constraint=True,
                to_field="id",
                related_name="needs",
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.AddField(
            model_name="Need",
            name="taken_at",
            field=fields.DatetimeField(
                null=True,
                description="when it became an item; the audit log says by whom",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.RunSQL("CREATE INDEX need_item ON need (item_id)", "DROP INDEX need_item"),
    ]
