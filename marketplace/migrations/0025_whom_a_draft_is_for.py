"""A draft is for nobody until somebody says for whom. What was said stays, and what is shown always says it."""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations import operations as ops

from offers.catalogue.kinds import Audience

SAID = "cardinality(audiences) > 0 AND main_audience IS NOT NULL"
OPEN = "state = 'draft' AND cardinality(audiences) = 0 AND main_audience IS NULL"
MAIN = """CREATE OR REPLACE FUNCTION main_audience_is_one_of_them() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF cardinality(NEW.audiences) = 0 THEN NEW.main_audience := NULL;
        ELSIF cardinality(NEW.audiences) = 1 THEN NEW.main_audience := NEW.audiences[1];
        ELSIF NEW.main_audience IS NULL OR NEW.main_audience <> ALL (NEW.audiences) THEN
            NEW.main_audience := 'everyone';
        END IF;
        RETURN NEW;
    END $$"""
MAIN_BEFORE = """CREATE OR REPLACE FUNCTION main_audience_is_one_of_them() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF cardinality(NEW.audiences) = 1 THEN NEW.main_audience := NEW.audiences[1];
        ELSIF NEW.main_audience <> ALL (NEW.audiences) THEN NEW.main_audience := 'everyone';
        END IF;
        RETURN NEW;
    END $$"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0024_goals")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="Offer",
            name="audiences",
            field=ArrayField("text", description="empty while a draft does not say"),
        ),
        ops.AlterField(
            model_name="Offer",
            name="main_audience",
            field=fields.CharEnumField(
                Audience, max_length=20, null=True,
                description="whom it is most for: what it counts as. The database keeps it among the audiences",
            ),
        ),
        ops.RunSQL(
            [
                "ALTER TABLE offer DROP CONSTRAINT offer_audiences",
                f"ALTER TABLE offer ADD CONSTRAINT offer_audiences CHECK ({SAID} OR {OPEN})",
                MAIN,
            ],
            [
                "ALTER TABLE offer DROP CONSTRAINT offer_audiences",
                "UPDATE offer SET audiences = '{everyone}' WHERE main_audience IS NULL",
                MAIN_BEFORE,
                "ALTER TABLE offer ADD CONSTRAINT offer_audiences CHECK (cardinality(audiences) > 0)",
            ],
        ),
    ]
