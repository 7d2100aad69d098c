"""Since when an offer is not shown to everybody any more, and what an organisation answers to a question."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0016_whose_searches")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Offer",
            name="narrowed_at",
            field=fields.DatetimeField(
                null=True,
                description="no longer shown to everybody since; who subscribes to its calendar did before",
            ),
        ),
        ops.AddField(
            model_name="Decision",
            name="reply",
            field=fields.TextField(
                default="", db_default="", description="what the organisation answered to a question"
            ),
        ),
        ops.AddField(
            model_name="Decision", name="replied_at", field=fields.DatetimeField(null=True)
        ),
    ]
