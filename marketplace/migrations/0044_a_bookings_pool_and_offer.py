"""A booking's offer is its pool's: one key says so, where two said only that each of them exists. Every booking asks
one row less, and does not lock its offer's. And the first held seat of a pool is found in an index of held seats alone,
which every lock of a pool asks (offers/seats/queries.py)."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0043_proof")]

    initial = False

    operations = [
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX seat_pool_of_offer ON seat_pool (id, offer_id)",
                """ALTER TABLE booking DROP CONSTRAINT booking_offer_id_fkey, DROP CONSTRAINT booking_pool_id_fkey,
                ADD CONSTRAINT booking_pool_of_offer FOREIGN KEY (pool_id, offer_id)
                    REFERENCES seat_pool (id, offer_id) ON DELETE RESTRICT""",
                "DROP INDEX booking_held",
                "CREATE INDEX booking_held ON booking (pool_id, held_until) WHERE state = 'offered'",
            ],
            [
                "DROP INDEX booking_held",
                "CREATE INDEX booking_held ON booking (held_until) WHERE state = 'offered'",
                """ALTER TABLE booking DROP CONSTRAINT booking_pool_of_offer,
                ADD CONSTRAINT booking_offer_id_fkey FOREIGN KEY (offer_id) REFERENCES offer (id) ON DELETE RESTRICT,
                ADD CONSTRAINT booking_pool_id_fkey FOREIGN KEY (pool_id) REFERENCES seat_pool (id)
                    ON DELETE RESTRICT""",
                "DROP INDEX seat_pool_of_offer",
            ],
        )
    ]
