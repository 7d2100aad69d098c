"""The municipality's yearly report, in versions. PostgreSQL itself keeps an approved one as it is."""

from functools import partial

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

key = partial(fields.ForeignKeyField, db_constraint=True, to_field="id")
person = partial(key, "marketplace.Person", null=True, on_delete=OnDelete.SET_NULL)
own_id = partial(fields.UUIDField, primary_key=True, default=uuid7, unique=True, db_index=True)


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0021_the_cube")]

    initial = False

    operations = [
        ops.CreateModel(
            name="YearlyReport",
            fields=[
                ("id", own_id()),
                ("municipality", key("marketplace.Municipality", source_field="municipality_id",
                                     related_name="reports", on_delete=OnDelete.RESTRICT)),
                ("year", fields.IntField()),
                ("slug", fields.CharField(unique=True, max_length=100)),
                ("lang", fields.CharField(description="what it is written in", max_length=5)),
            ],
            options={"table": "yearly_report", "app": "marketplace", "unique_together": (("municipality", "year"),),
                     "pk_attr": "id",
                     "table_description": "The report of a municipality about a year, in one language."},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReportVersion",
            fields=[
                ("id", own_id()),
                ("report", key("marketplace.YearlyReport", source_field="report_id", related_name="versions",
                               on_delete=OnDelete.RESTRICT)),
                ("number", fields.IntField()),
                ("reason", fields.TextField(default="", description="why the version before is corrected")),
                ("made_by", person(source_field="made_by_id", related_name="reports_made")),
                ("made_at", fields.DatetimeField()),
                ("approved_at", fields.DatetimeField(null=True)),
                ("approved_by", person(source_field="approved_by_id", related_name="reports_approved")),
                ("approved_as", fields.TextField(default="",
                                                 description="the office of whoever approved, as it is printed")),
                ("content", fields.JSONField(
                    null=True, description="all figures and words of an approved version (content.py)")),
                ("logo", key("marketplace.Picture", source_field="logo_id", null=True, related_name="reports",
                             on_delete=OnDelete.RESTRICT)),
            ],
            options={"table": "report_version", "app": "marketplace", "unique_together": (("report", "number"),),
                     "pk_attr": "id", "table_description": "A draft, whose numbers follow what is stored, until it is "
                     "approved; then `content` is what it says for ever."},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReportWords",
            fields=[
                ("id", own_id()),
                ("version", key("marketplace.ReportVersion", source_field="version_id", related_name="words",
                                on_delete=OnDelete.RESTRICT)),
                ("section", fields.CharField(description="key of the section (drafting.py)", max_length=80)),
                ("text", fields.TextField()),
                ("written_by", person(source_field="written_by_id", related_name="report_words")),
                ("written_at", fields.DatetimeField()),
            ],
            options={"table": "report_words", "app": "marketplace", "unique_together": (("version", "section"),),
                     "pk_attr": "id", "table_description": "What coordinators write in a section of a version."},
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                "ALTER TABLE yearly_report ADD CONSTRAINT yearly_report_year CHECK (year BETWEEN 2000 AND 2100)",
                # Approved is all of it or nothing: when, as what, and what it said.
                "ALTER TABLE report_version ADD CONSTRAINT report_version_approved CHECK "
                "((approved_at IS NULL) = (content IS NULL) AND (approved_at IS NULL) = (approved_as = ''))",
                "ALTER TABLE report_version ADD CONSTRAINT report_version_reason CHECK "
                "(number >= 1 AND (number = 1) = (reason = ''))",
                # One draft at a time.
                "CREATE UNIQUE INDEX report_version_draft ON report_version (report_id) WHERE approved_at IS NULL",
                # Who made or approved it may be forgotten as a person; nothing else of it changes or goes.
                """CREATE FUNCTION report_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'made_by_id' - 'approved_by_id'
                            IS DISTINCT FROM to_jsonb(OLD) - 'made_by_id' - 'approved_by_id'
                        OR coalesce(NEW.made_by_id, OLD.made_by_id) IS DISTINCT FROM OLD.made_by_id
                        OR coalesce(NEW.approved_by_id, OLD.approved_by_id) IS DISTINCT FROM OLD.approved_by_id THEN
                        RAISE EXCEPTION 'an approved report stays as it is';
                    END IF;
                    RETURN NEW;
                END $$""",
                "CREATE TRIGGER report_approved BEFORE UPDATE OR DELETE ON report_version FOR EACH ROW "
                "WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION report_is_approved()",
            ],
            [
                "DROP TRIGGER report_approved ON report_version",
                "DROP FUNCTION report_is_approved",
                "DROP INDEX report_version_draft",
                "ALTER TABLE report_version DROP CONSTRAINT report_version_reason",
                "ALTER TABLE report_version DROP CONSTRAINT report_version_approved",
                "ALTER TABLE yearly_report DROP CONSTRAINT yearly_report_year",
            ],
        ),
    ]  # fmt: skip
