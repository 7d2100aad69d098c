"""The link of an invitation says which one it is: its row keeps a hash only of what was mailed before."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0030_parts_of_words")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="Invitation",
            name="token_hash",
            field=fields.BinaryField(
                null=True, description="of the link, when it was mailed before November 2026 (base/old_links.py)"
            ),
        ),
    ]
