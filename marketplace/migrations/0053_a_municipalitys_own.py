"""A municipality has a name for the service, a help line and a welcome of its own."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

OWN = {"site_name": 60, "helpline_name": 60, "helpline_phone": 40, "helpline_hours": 11, "helpline_email": 254}
CHECK = """helpline_phone IS NOT NULL
    OR (helpline_name IS NULL AND helpline_hours IS NULL AND helpline_email IS NULL)"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0052_forgetting")]

    initial = False
    compatible = True

    operations = [
        *(
            ops.AddField(
                model_name="Municipality", name=name, field=fields.CharField(null=True, max_length=length)
            )
            for name, length in OWN.items()
        ),
        ops.CreateModel(
            name="MunicipalityText",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "municipality",
                    fields.ForeignKeyField(
                        "marketplace.Municipality",
                        source_field="municipality_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="texts",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("lang", fields.CharField(max_length=5)),
                ("welcome", fields.CharField(max_length=200)),
            ],
            options={
                "table": "municipality_text",
                "app": "marketplace",
                "unique_together": (("municipality", "lang"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                f"ALTER TABLE municipality ADD CONSTRAINT municipality_helpline CHECK ({CHECK})",
                "CREATE UNIQUE INDEX municipality_host ON municipality (host)",
                "CREATE TRIGGER own_changed AFTER UPDATE OF host, site_name, helpline_name, helpline_phone, "
                "helpline_hours, helpline_email ON municipality FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()",
                "CREATE TRIGGER own_changed AFTER INSERT OR DELETE OR UPDATE ON municipality_text "
                "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()",
                "CREATE TRIGGER own_changed AFTER UPDATE OF logo_id ON organization "
                "FOR EACH STATEMENT EXECUTE FUNCTION catalogue_changed()",
            ],
            [
                "DROP TRIGGER own_changed ON organization",
                "DROP TRIGGER own_changed ON municipality_text",
                "DROP TRIGGER own_changed ON municipality",
                "DROP INDEX municipality_host",
                "ALTER TABLE municipality DROP CONSTRAINT municipality_helpline",
            ],
        ),
    ]
