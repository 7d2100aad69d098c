from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0009_ended_by")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="Booking",
            name="form_key",
            field=fields.BinaryField(
                description="made from the form's 128 random bits and who comes: sent twice books once"
            ),
        ),
        ops.AddField(
            model_name="Booking",
            name="form_digest",
            field=fields.BinaryField(
                null=True, description="a keyed digest of what was sent; null when who it was is forgotten"
            ),
        ),
        ops.CreateModel(
            name="SentForm",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("key", fields.BinaryField(description="a keyed digest of a form's key and what was sent with it")),
                (
                    "led_to",
                    fields.TextField(
                        null=True,
                        description="the path that its answer led to, unless it was a page",
                        unique=False,
                    ),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "sent_form",
                "app": "marketplace",
                "pk_attr": "id",
                "table_description": "A form that has made something: sent again it makes nothing more.",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            ["CREATE UNIQUE INDEX sent_form_key ON sent_form (key)"],
            ["DROP INDEX sent_form_key"],
        ),
    ]
