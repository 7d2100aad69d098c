"""Whether a booking was a request, when it first had a place, and whether that was given back in time are stored, and
filled from what told of them until now."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

FILL = """UPDATE booking b SET
    asked = b.state = 'requested' OR b.answered_at IS NOT NULL OR NOT b.by_host AND o.joining = 'request',
    seated_at = CASE
        WHEN b.placed_at IS NOT NULL THEN b.placed_at
        WHEN b.state IN ('confirmed', 'offered') THEN coalesce(b.answered_at, b.created_at)
        WHEN b.state = 'cancelled' AND b.waited_at IS NULL AND (o.joining <> 'request' OR b.by_host)
            THEN b.created_at
        WHEN b.state = 'cancelled' AND b.waited_at IS NULL THEN b.answered_at END
FROM offer o WHERE o.id = b.offer_id"""
"""Until now a booking was a request by how its offer is joined, and had a place if it never waited nor asked, or has
got an answer, or the queue gave it one."""
GIVEN_BACK = """UPDATE booking b SET
    given_back_in_time = p.starts_at IS NULL OR b.changed_at <= p.starts_at - interval '24 hours'
FROM seat_pool p, offer o WHERE p.id = b.pool_id AND o.id = b.offer_id
    AND b.state = 'cancelled' AND b.ended_by = 'self' AND b.seated_at IS NOT NULL
    AND (p.starts_at IS NULL OR b.changed_at < p.starts_at)
    AND (o.joining <> 'request' OR b.answered_at IS NOT NULL OR b.by_host)"""
CHECKS = {
    "booking_asked": "asked OR state <> 'requested' AND answered_at IS NULL",
    "booking_given_back": "given_back_in_time IS NULL "
    "OR state = 'cancelled' AND ended_by = 'self' AND seated_at IS NOT NULL",
    "booking_seated_at": "seated_at IS NOT NULL OR state NOT IN ('confirmed', 'offered') AND placed_at IS NULL",
}


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0032_what_has_changed")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Booking",
            name="seated_at",
            field=fields.DatetimeField(
                null=True, description="when it first had a place, or one was held for it; null: never"
            ),
        ),
        ops.AddField(
            model_name="Booking",
            name="given_back_in_time",
            field=fields.BooleanField(
                null=True,
                description="they gave a place back before it began: a day before, or later; null: they did not",
            ),
        ),
        ops.AddField(
            model_name="Booking",
            name="asked",
            field=fields.BooleanField(
                default=False,
                db_default=False,
                description="it began as a request, which the organisation answers",
            ),
        ),
        ops.RunSQL(
            [
                FILL,
                GIVEN_BACK,
                *(
                    f"ALTER TABLE booking ADD CONSTRAINT {name} CHECK ({must})"
                    for name, must in CHECKS.items()
                ),
            ],
            [f"ALTER TABLE booking DROP CONSTRAINT {name}" for name in CHECKS],
        ),
    ]
