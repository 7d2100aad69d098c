"""Whoever keeps a card of an offer is told when it shows another picture."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0054_outbox_waiting")]

    initial = False
    compatible = True

    operations = [
        ops.RunSQL(
            [
                "CREATE TRIGGER picture_changed AFTER UPDATE OF picture_id ON offer "
                "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()",
                "CREATE TRIGGER picture_told AFTER UPDATE OF picture_id ON offer "
                "FOR EACH ROW EXECUTE FUNCTION catalogue_told('offer', 'id')",
            ],
            ["DROP TRIGGER picture_told ON offer", "DROP TRIGGER picture_changed ON offer"],
        ),
    ]
