"""A statement that counts tries can undo itself: what is booked by one write needs no transaction around it. Asked
with no moment the function does nothing, and gives nothing."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0056_keys_and_domain")]

    initial = False
    compatible = True

    operations = [
        ops.RunSQL(
            """CREATE FUNCTION wait_until(moment timestamptz) RETURNS boolean LANGUAGE plpgsql STRICT AS $$ BEGIN
                RAISE EXCEPTION USING MESSAGE = extract(epoch FROM moment)::text; END $$""",
            "DROP FUNCTION wait_until(timestamptz)",
        )
    ]
