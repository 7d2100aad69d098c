"""What three indicators are counted from: how many helped at a session, as what somebody leads an offer, and what came
of an item of the dialogue. Nobody has been asked so far, so all of it is unknown, and what is counted stays as it is."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from organizations.members.models import LeadsAs


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0026_tries")]

    initial = False

    operations = [
        ops.AddField(
            model_name="DialogueItem",
            name="offer",
            field=fields.ForeignKeyField(
                "marketplace.Offer", source_field="offer_id", null=True, db_constraint=True, to_field="id",
                description="what came of it, once a coordinator has said so", related_name="came_of",
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.AddField(
            model_name="HostAssignment",
            name="leads_as",
            field=fields.CharEnumField(LeadsAs, max_length=20, null=True, description="null: nobody has said"),
        ),
        ops.AddField(
            model_name="Invitation",
            name="leads_as",
            field=fields.CharEnumField(
                LeadsAs, max_length=20, null=True, description="as what a host is to lead it; null: nobody has said"
            ),
        ),
        ops.AddField(
            model_name="Register",
            name="volunteers",
            field=fields.IntField(
                null=True, description="how many helped of their own will; null: not said, which is not none"
            ),
        ),
        ops.AddField(
            model_name="SessionCell",
            name="led_together",
            field=fields.BooleanField(
                default=False, db_default=False,
                description="a peer and a professional led its offer when it was stamped",
            ),
        ),
        ops.RunSQL(
            "ALTER TABLE register ADD CONSTRAINT register_volunteers CHECK (volunteers BETWEEN 0 AND 1000)",
            "ALTER TABLE register DROP CONSTRAINT register_volunteers",
        ),
        ops.RunSQL(
            "CREATE INDEX dialogue_item_offer ON dialogue_item (offer_id)", "DROP INDEX dialogue_item_offer"
        ),
    ]  # fmt: skip
