"""A row of the outbox knows what it is about and whom it was for: columns, not parts of a key."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

UUID = "'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"

def in_key(table: str) -> str:
    """The row of this table that a key speaks of: facts of what has been sent are gone, and the key is all there is."""
    return f"""(SELECT x.id FROM unnest(string_to_array(m.dedupe_key, ':')) part
        JOIN {table} x ON x.id = CASE WHEN part ~ {UUID} THEN part::uuid END LIMIT 1)"""



class Migration(migrations.Migration):
    dependencies = [("marketplace", "0007_booking_in_full")]

    operations = [
        ops.AddField(
            "OutboxMessage", "booking_id", fields.UUIDField(null=True, description="the booking it is about")
        ),
        ops.AddField(
            "OutboxMessage", "offer_id", fields.UUIDField(null=True, description="the offer it is about")
        ),
        ops.AddField(
            "OutboxMessage",
            "person_id",
            fields.UUIDField(null=True, description="whom it is for, as far as we know them"),
        ),
        ops.AddField(
            "OutboxMessage",
            "link_version",
            fields.IntField(
                null=True,
                description="of the booking's link that it holds; makes sure that no such link outlives its right",
            ),
        ),
        ops.RunSQL(
            [
                "CREATE INDEX outbox_booking ON outbox_message (booking_id)",
                f"""UPDATE outbox_message m SET booking_id = coalesce(
                    CASE WHEN m.facts ->> 'booking' ~ {UUID} THEN (m.facts ->> 'booking')::uuid END,
                    {in_key("booking")})""",
                # Whose the address was is known where it still is; which link was sent, only of what is yet to be sent.
                """UPDATE outbox_message m SET offer_id = b.offer_id, person_id = c.person_id,
                    link_version = CASE WHEN m.sent_at IS NULL AND c.id IS NOT NULL THEN b.link_version END
                FROM booking b LEFT JOIN contact_point c ON c.id = b.contact_id
                WHERE b.id = m.booking_id AND (c.id IS NULL OR (c.channel, c.value) = (m.channel, m.address))""",
                """UPDATE outbox_message m SET offer_id = b.offer_id FROM booking b
                WHERE b.id = m.booking_id AND m.offer_id IS NULL""",
                f"""UPDATE outbox_message m SET offer_id = {in_key("offer")}
                WHERE m.mail = 'co_organizer'""",
                f"""UPDATE outbox_message m SET person_id = {in_key("person")}
                WHERE m.mail IN ('co_organizer', 'decision', 'application_received', 'application_waiting')""",
                f"""UPDATE outbox_message m SET person_id = x.person_id FROM membership x
                WHERE m.mail = 'membership' AND x.id = {in_key("membership")}""",
                f"""UPDATE outbox_message m SET person_id = x.person_id FROM sign_in_ticket x
                WHERE m.mail = 'new_address' AND x.id = {in_key("sign_in_ticket")}""",
                f"""UPDATE outbox_message m SET person_id = x.person_id,
                    facts = CASE WHEN m.sent_at IS NULL THEN jsonb_build_object('acts_for', x.id) ELSE m.facts END
                FROM acts_for x WHERE m.mail = 'help_offered' AND x.id = {in_key("acts_for")}""",
            ],
            ["DROP INDEX outbox_booking"],
        ),
    ]
