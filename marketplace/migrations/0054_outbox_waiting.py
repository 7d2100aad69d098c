"""A quick way to what is older at the same address: of what is to be sent, which is little beside what was sent."""

from tortoise import migrations

from marketplace.base.data.online import index


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0053_a_municipalitys_own")]

    initial = False
    compatible = True
    atomic = False  # CONCURRENTLY is for no transaction

    operations = [
        index("outbox_waiting", "outbox_message (address, id) WHERE sent_at IS NULL AND failed_at IS NULL"),
    ]
