"""What ended a booking is stored, and filled from what told of it until now."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from offers.seats.models import EndedBy

FILL = """UPDATE booking b SET ended_by = CASE
    WHEN b.state = 'expired' THEN 'expired'
    WHEN b.state = 'declined' THEN CASE WHEN b.queue_no IS NULL THEN 'host' ELSE 'self' END
    WHEN b.moved_to_id IS NOT NULL THEN 'time_changed'
    WHEN o.state = 'cancelled' AND o.changed_at = b.changed_at THEN 'offer'
    WHEN EXISTS (SELECT FROM session s WHERE s.offer_id = b.offer_id AND s.status = 'cancelled'
        AND (p.session_id IS NULL OR s.id = p.session_id) AND s.changed_at = b.changed_at) THEN 'session'
    WHEN EXISTS (SELECT FROM audit_entry c JOIN audit_entry e ON e.actor_id = c.actor_id AND e.at = c.at
        WHERE c.object_id = b.id AND c.action = 'booking.cancelled' AND e.action = 'person.erased') THEN 'erased'
    WHEN EXISTS (SELECT FROM audit_entry c WHERE c.object_id = b.id AND c.action = 'booking.cancelled'
        AND c.actor_id NOT IN (b.participant_id, b.booked_by_id)
        AND (EXISTS (SELECT FROM membership m WHERE m.person_id = c.actor_id AND (m.organization_id = o.owner_id
                OR EXISTS (SELECT FROM offer_organizer x WHERE x.offer_id = o.id
                    AND x.organization_id = m.organization_id)))
            OR EXISTS (SELECT FROM host_assignment h WHERE h.person_id = c.actor_id AND h.offer_id = o.id))) THEN 'host'
    ELSE 'self' END
FROM seat_pool p, offer o WHERE p.id = b.pool_id AND o.id = b.offer_id
    AND b.state IN ('cancelled', 'declined', 'expired')"""
"""A cancelling of a session or an offer and its bookings have the same moment. A declined one that has been in the queue
is a seat that they did not want; else the organisation declined a request. Who cancelled stands in the audit log as long
as that is kept."""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0008_whom_messages_are_for")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Booking",
            name="ended_by",
            field=fields.CharEnumField(
                null=True,
                description="set exactly while the state is cancelled, declined or expired",
                enum_type=EndedBy,
                max_length=20,
            ),
        ),
        ops.RunSQL(
            [
                FILL,
                "ALTER TABLE booking ADD CONSTRAINT booking_ended_by CHECK "
                "((ended_by IS NOT NULL) = (state IN ('cancelled', 'declined', 'expired')))",
                "UPDATE outbox_message SET facts = facts - 'by_organizer' WHERE mail = 'cancelled'",
            ],
            ["ALTER TABLE booking DROP CONSTRAINT booking_ended_by"],
        ),
    ]
