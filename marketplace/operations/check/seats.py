"""What must always be true of seats and bookings (invariants.py)."""

from offers.seats.sql import active, had_place, left, seated

COUNTED = f"""coalesce(sum(seats) FILTER (WHERE {seated("booking")}), 0) AS taken,
        count(*) FILTER (WHERE state = 'waiting') AS waiting"""
"""What a pool's bookings add up to."""
WRONGLY_TAKEN = "p.taken <> coalesce(b.taken, 0)"
WRONGLY_WAITING = "p.waiting <> coalesce(b.waiting, 0)"
SOLD_TWICE = "taken + reserved > capacity OR taken < 0 OR reserved < 0"
SUMS = f"""SELECT p.id FROM seat_pool p LEFT JOIN (SELECT pool_id, {COUNTED}
    FROM booking GROUP BY pool_id) b ON b.pool_id = p.id WHERE """

SEATS = (
    ("seats taken are those of confirmed and offered bookings", SUMS + WRONGLY_TAKEN),
    ("those waiting are counted", SUMS + WRONGLY_WAITING),
    (
        "no seat is sold twice",
        f"SELECT id FROM seat_pool WHERE {SOLD_TWICE}",
    ),
    (
        "a participant has one active booking in a pool of each who made one",
        f"""SELECT unnest(array_agg(id)) AS id FROM booking WHERE {active("booking")} AND handed_over_at IS NULL
        GROUP BY pool_id, participant_id, booked_by_id HAVING count(*) > 1""",
    ),
    (
        "whoever waits or is offered a seat has a place in the queue",
        "SELECT id FROM booking WHERE state IN ('waiting', 'offered') AND queue_no IS NULL",
    ),
    (
        "no two have the same place in a queue",
        "SELECT unnest(array_agg(id)) AS id FROM booking WHERE queue_no IS NOT NULL "
        "GROUP BY pool_id, queue_no HAVING count(*) > 1",
    ),
    (
        "nobody waits for seats that are free",
        """SELECT b.id FROM booking b JOIN seat_pool p ON p.id = b.pool_id
        WHERE b.state = 'waiting' AND (p.capacity IS NULL OR b.seats <= p.capacity - p.taken - p.reserved)
            AND (p.starts_at IS NULL OR p.starts_at > :now)""",
    ),
    (
        "an offered seat, and no other, has a deadline",
        "SELECT id FROM booking WHERE (state = 'offered') <> (held_until IS NOT NULL)",
    ),
    (
        "no seat is held past the start of what it is for",
        """SELECT b.id FROM booking b JOIN seat_pool p ON p.id = b.pool_id
        WHERE b.state = 'offered' AND p.starts_at > :now AND b.held_until > p.starts_at""",
    ),
    (
        "what ended a booking is told of those that ended, and fits how",
        """SELECT id FROM booking WHERE CASE state WHEN 'cancelled' THEN coalesce(ended_by, 'expired') = 'expired'
            WHEN 'declined' THEN coalesce(ended_by, '') NOT IN ('self', 'host')
            WHEN 'expired' THEN coalesce(ended_by, '') <> 'expired' ELSE ended_by IS NOT NULL END""",
    ),
    (
        "whoever has a place has had one, from when the queue gave it",
        f"""SELECT id FROM booking WHERE {seated("booking")} AND seated_at IS NULL
            OR placed_at IS NOT NULL AND coalesce(seated_at > placed_at, true)""",
    ),
    (
        "whoever gave a place back had one, and left it themselves",
        f"""SELECT id FROM booking WHERE given_back_in_time IS NOT NULL
            AND (NOT {left("booking")} OR NOT {had_place("booking")})""",
    ),
    (
        "what waits for an answer, or has had one, was a request",
        "SELECT id FROM booking WHERE (state = 'requested' OR answered_at IS NOT NULL) AND NOT asked",
    ),
    (
        "a booking that another took the place of ended by that",
        "SELECT id FROM booking WHERE (ended_by = 'time_changed') IS DISTINCT FROM (moved_to_id IS NOT NULL) "
        "AND (ended_by = 'time_changed' OR moved_to_id IS NOT NULL)",
    ),
    (
        "an offered seat goes on when its deadline is over",
        "SELECT id FROM booking WHERE state = 'offered' AND held_until < :seen",
    ),
    (
        "messages about a booking go to whoever booked, or whoever it is for",  # a guide gives the number of the latter
        """SELECT b.id FROM booking b JOIN contact_point c ON c.id = b.contact_id
        WHERE c.person_id NOT IN (b.booked_by_id, b.participant_id)""",
    ),
)
