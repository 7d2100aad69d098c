"""What this database is (the demo's or not), which key each year is counted under, and an audit log that is not emptied.

Both tables begin empty: the first start and the first register write them, of what is there (base/instance.py,
attendance/year_keys.py).
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

# A row trigger on the log holds for its parts, a statement's does not: each part has its own, as those that come do
# (base/audit.py).
KEPT_WHOLE = """DO $$ DECLARE part text; BEGIN
    FOR part IN SELECT 'audit_entry' UNION ALL SELECT inhrelid::regclass::text FROM pg_inherits
        WHERE inhparent = 'audit_entry'::regclass
    LOOP EXECUTE format('CREATE TRIGGER audit_kept_whole BEFORE TRUNCATE ON %s FOR EACH STATEMENT '
        'EXECUTE FUNCTION audit_is_append_only()', part); END LOOP;
END $$"""
NOT_WHOLE = """DO $$ DECLARE part text; BEGIN
    FOR part IN SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit_kept_whole'
    LOOP EXECUTE format('DROP TRIGGER audit_kept_whole ON %s', part); END LOOP;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0017_narrowed_and_replies")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Instance",
            fields=[
                ("id", fields.SmallIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("demo", fields.BooleanField()),
                ("began_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "instance", "app": "marketplace", "pk_attr": "id",
                "table_description": "One row, which says what this database is: the demo's, or somebody's who "
                "means it (base/instance.py).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="YearKey",
            fields=[
                ("year", fields.SmallIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("fingerprint", fields.BinaryField()),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closed_at", fields.DatetimeField(null=True, description="when the key was destroyed, for good")),
            ],
            options={
                "table": "year_key", "app": "marketplace", "pk_attr": "year",
                "table_description": "Which key a year is counted under (keys.py): only a fingerprint, which the key "
                "cannot be made from.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(
            [KEPT_WHOLE, "ALTER TABLE instance ADD CONSTRAINT instance_one CHECK (id = 1)"],
            [NOT_WHOLE, "ALTER TABLE instance DROP CONSTRAINT instance_one"],
        ),
    ]  # fmt: skip
