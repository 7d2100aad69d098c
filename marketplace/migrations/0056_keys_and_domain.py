"""What outlives a change of the secret key or the public address: which key was used since when, and what stands in
people's calendars."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0055_pictures_of_offers")]

    initial = False
    compatible = True

    operations = [
        ops.CreateModel(
            name="SecretUsed",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("fingerprint", fields.CharField(max_length=8, unique=True)),
                ("since", fields.DatetimeField()),
            ],
            options={"table": "secret_used", "app": "marketplace", "pk_attr": "id"},
            bases=["Row"],
        ),
        *(
            ops.AddField(model_name="Instance", name=name, field=fields.TextField(null=True, unique=False))
            for name in ("calendar_domain", "calendar_organizer")
        ),
    ]
