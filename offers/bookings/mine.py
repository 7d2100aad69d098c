"""Which bookings are a person's to see (product.md, "How booking behaves"). SQL; $1 is the person."""

from marketplace.people.acting.queries import HELPS, called_by
from organizations.members.queries import guides

MINE = """SELECT id FROM booking WHERE participant_id = $1
    UNION SELECT id FROM booking WHERE booked_by_id = $1
    UNION SELECT b.id FROM contact_point own
        JOIN contact_point c ON c.channel = own.channel AND c.value = own.value
        JOIN booking b ON b.contact_id = c.id
        WHERE own.person_id = $1 AND own.verified_at IS NOT NULL"""
"""As participant, made by them, or made with an address that they have proven theirs. Whoever stops acting for somebody
is not the booker any more (marketplace/my_page/acting/actions.py)."""

CALLED = f"CASE WHEN b.participant_id = $1 THEN n.name ELSE {called_by('$1')} END"
"""What participant n of booking b is called on the person's own pages."""

HELPED = f"EXISTS (SELECT FROM {HELPS} AND h.actor_id = $1)"
"""Is booking b one that a guide has made for somebody? It is work, and not among what is their own."""

HELPED_HERE = f"""EXISTS (SELECT FROM {HELPS} AND h.actor_id = $1 AND {guides("$1", "h.desk_id")})"""
"""Has the guide made booking b for somebody, at a desk that is theirs still? Who has left has left it to the desk."""

AT_DESK = f"""EXISTS (SELECT FROM {HELPS} AND h.actor_id = b.booked_by_id
    AND (h.actor_id = $1 OR h.desk_id IS NOT NULL) AND {guides("$1", "h.desk_id")})"""
"""Has a guide made booking b for somebody, the person or another of the same unit? Of what somebody has booked
themselves nobody has noted a desk."""
