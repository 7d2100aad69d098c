"""A participant may have several active bookings in a pool, one of each who made one: whoever makes one must not learn of
the others (offers/bookings/known.py). Until now a person of the same name stood in for whoever had booked already, and
stayed with the booker when they stopped acting for them: which told that there was another booking.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

ACTIVE = "state IN ('requested', 'confirmed', 'waiting', 'offered')"
STOOD_IN = """UPDATE booking b SET participant_id = a.person_id
FROM person s, acts_for a JOIN person n ON n.id = a.person_id
WHERE s.id = b.participant_id AND a.actor_id = b.booked_by_id AND a.relation <> 'guide' AND a.accepted_at IS NOT NULL
    AND (a.ended_at IS NULL OR a.ended_at >= b.created_at) AND s.id NOT IN (a.actor_id, a.person_id)
    AND s.name = n.name AND NOT EXISTS (SELECT FROM contact_point c WHERE c.person_id = s.id)
    AND NOT EXISTS (SELECT FROM acts_for o WHERE o.person_id = s.id)
    AND NOT EXISTS (SELECT FROM booking x WHERE x.id <> b.id AND s.id IN (x.participant_id, x.booked_by_id))
    AND EXISTS (SELECT FROM booking x WHERE x.pool_id = b.pool_id AND x.participant_id = a.person_id
        AND x.booked_by_id <> b.booked_by_id AND x.created_at <= b.created_at)"""
"""Nobody but the booking knows a stand-in, and whoever it stands for had a booking in the pool before."""
HANDED_OVER = """UPDATE booking b SET booked_by_id = b.participant_id, link_version = b.link_version + 1,
    form_digest = NULL, handed_over_at = a.ended_at, contact_id = (SELECT c.id FROM contact_point c
        WHERE c.person_id = b.participant_id ORDER BY c.verified_at NULLS LAST, c.id LIMIT 1)
FROM acts_for a WHERE a.actor_id = b.booked_by_id AND a.person_id = b.participant_id AND a.relation <> 'guide'
    AND a.ended_at >= b.created_at AND NOT EXISTS (SELECT FROM acts_for o WHERE o.actor_id = a.actor_id
        AND o.person_id = a.person_id AND o.ended_at IS NULL)"""
STAND_INS = f"""WITH again AS (
    SELECT b.id, b.participant_id, gen_random_uuid() AS stand_in FROM (
        SELECT id, participant_id, row_number() OVER (PARTITION BY pool_id, participant_id
            ORDER BY booked_by_id = participant_id DESC, id) AS number FROM booking WHERE {ACTIVE}) b WHERE b.number > 1
), made AS (
    INSERT INTO person (id, name, lang, shielded, created_at)
    SELECT g.stand_in, n.name, n.lang, n.shielded, n.created_at FROM again g JOIN person n ON n.id = g.participant_id
)
UPDATE booking b SET participant_id = g.stand_in FROM again g WHERE g.id = b.id"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0013_telling")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Booking",
            name="by_host",
            field=fields.BooleanField(
                default=False,
                db_default=False,
                description="those who lead the offer added it: they know who it is",
            ),
        ),
        ops.AddField(
            model_name="Booking",
            name="handed_over_at",
            field=fields.DatetimeField(
                null=True,
                description="when whoever made it for somebody stopped acting for them, and it became their own",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.RunSQL(
            [
                "DROP INDEX booking_one_active",
                f"""CREATE UNIQUE INDEX booking_one_active ON booking (pool_id, participant_id, booked_by_id)
                WHERE {ACTIVE} AND handed_over_at IS NULL""",
                STOOD_IN,
                HANDED_OVER,
                """UPDATE booking b SET by_host = true WHERE EXISTS (SELECT FROM audit_entry e
                WHERE e.object_id = b.id AND e.action = 'booking.added')""",
            ],
            [
                STAND_INS,
                "DROP INDEX booking_one_active",
                f"CREATE UNIQUE INDEX booking_one_active ON booking (pool_id, participant_id) WHERE {ACTIVE}",
            ],
        ),
    ]
