"""What is counted has one index, not two: the keyed hash is the row's id. Each booking writes three such rows."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0025_whom_a_draft_is_for")]

    initial = False

    operations = [
        ops.RunSQL(
            "UPDATE rate_limit SET id = encode(substring(key FROM 1 FOR 16), 'hex')::uuid", reverse_sql="SELECT 1"
        ),
        ops.RunSQL("DROP INDEX rate_limit_key", reverse_sql="CREATE UNIQUE INDEX rate_limit_key ON rate_limit (key)"),
        ops.RemoveField(model_name="RateLimit", name="key"),
        ops.RunSQL("SELECT 1", reverse_sql="DELETE FROM rate_limit"),  # half a hash cannot be made whole
    ]
