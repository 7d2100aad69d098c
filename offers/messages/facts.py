"""What hangs on a session or a booking, and what becomes of it by each act. tests/offers/messages/test_facts.py
does each act and looks; marketplace/invariants.py says of the data what must hold afterwards.
"""

from enum import StrEnum


class Becomes(StrEnum):
    """What an act does with a fact that was there before it, while the session has not begun."""

    STAYS = "stays"
    ENDS = "ends"


FACTS = {
    "register": "SELECT count(*) FROM register",
    "mark": "SELECT count(*) FROM attendance a JOIN booking b ON b.id = a.booking_id WHERE b.id = $1",
    "head count": "SELECT count(*) FROM head_count",
    "word sent": "SELECT count(*) FROM sent_word WHERE booking_id = $1",
    "seat": "SELECT count(*) FROM booking WHERE id = $1 AND state IN ('confirmed', 'offered')",
    "reminder": """SELECT count(*) FROM session s JOIN booking b ON b.id = $1 AND b.state = 'confirmed'
        JOIN seat_pool p ON p.id = b.pool_id AND (p.session_id IS NULL OR p.session_id = s.id)
        WHERE s.offer_id = b.offer_id AND s.status <> 'cancelled'
            AND s.starts_at = (SELECT min(starts_at) FROM session x WHERE x.offer_id = s.offer_id)""",
}
"""Each fact, and the SQL that counts it about the booking $1."""

S, E = Becomes.STAYS, Becomes.ENDS
TABLE: dict[str, dict[str, Becomes]] = {
    "session moved": {
        "register": E, "mark": E, "head count": E, "word sent": E, "seat": S, "reminder": S},
    "place changed": {
        "register": E, "mark": E, "head count": E, "word sent": S, "seat": S, "reminder": S},
    "session cancelled": {
        "register": E, "mark": E, "head count": E, "word sent": E, "seat": S, "reminder": E},
    "offer cancelled": {
        "register": E, "mark": E, "head count": E, "word sent": E, "seat": E, "reminder": E},
    "booking cancelled": {
        "register": S, "mark": E, "head count": S, "word sent": S, "seat": E, "reminder": E},
    "person erased": {
        "register": S, "mark": E, "head count": S, "word sent": S, "seat": E, "reminder": E},
}  # fmt: skip
"""By act. A session cancelled is one of a course that goes on; word that was sent is read for who has a place only."""
