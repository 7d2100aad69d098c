"""A pool knows how often what it is for was moved or lost a date: whoever books has read how it was then, and where."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0058_more_situations")]

    initial = False
    compatible = True

    operations = [
        ops.AddField(
            model_name="SeatPool",
            name="sequence",
            field=fields.IntField(
                default=0,
                db_default=0,
                description="of its session, or the sum of all: who books has read one of them",
            ),
        ),
        ops.RunSQL(
            [
                """UPDATE seat_pool p SET sequence = s.sequence FROM session s
                WHERE s.id = p.session_id AND s.sequence > 0""",
                """UPDATE seat_pool p SET sequence = s.sequence
                FROM (SELECT offer_id, sum(sequence) AS sequence FROM session GROUP BY offer_id) s
                WHERE p.session_id IS NULL AND p.offer_id = s.offer_id AND s.sequence > 0""",
            ],
            [],
        ),
    ]
