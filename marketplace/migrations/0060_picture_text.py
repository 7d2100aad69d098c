"""What an offer's own picture shows, in words: for whoever does not see it."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0059_seat_pool_sequence")]

    initial = False
    compatible = True

    operations = [
        ops.AddField(
            model_name="Offer",
            name="picture_text",
            field=fields.TextField(
                default="",
                db_default="",
                description="what the picture shows, for whoever does not see it",
                unique=False,
            ),
        ),
    ]
