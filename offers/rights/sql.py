"""Whose an offer is, of many at once: for those who are told of something, and are not asking. SQL."""

from organizations.members.queries import HELD

LEADING = "('host', 'editor', 'manager')"
"""The roles in which one leads what one is assigned to."""
ARRANGES = """EXISTS (SELECT FROM offer_organizer c
    WHERE c.offer_id = o.id AND c.organization_id = m.organization_id)"""
"""Does the organisation of role m arrange offer o with its owner?"""
BEHIND = f"(m.organization_id = o.owner_id OR m.state = 'approved' AND {ARRANGES})"
"""Does role m let its holder lead offer o? A suspended organisation looks after its own offers, not after those of
others."""
COUNTS = (
    f"""EXISTS (SELECT FROM {HELD} m WHERE m.person_id = h.person_id AND m.role IN {LEADING} AND {BEHIND})"""
)
"""Does assignment h to offer o count now? Whoever is assigned must still be a member of an organisation that arranges
it; who has left it is assigned still."""
SEEN = f"""(o.owner_id = {{organization}} AND EXISTS (SELECT FROM {HELD} m WHERE m.person_id = {{person}}
        AND m.organization_id = o.owner_id AND m.role IN ('editor', 'manager'))
    OR EXISTS (SELECT FROM host_assignment h JOIN {HELD} m ON m.person_id = h.person_id
        AND m.organization_id = {{organization}} AND m.role IN {LEADING}
        WHERE h.offer_id = o.id AND h.person_id = {{person}} AND {BEHIND}))"""
"""Is offer o one whose participants the person sees as a member of this organisation?"""
LED = f"""(EXISTS (SELECT FROM host_assignment h WHERE h.offer_id = o.id AND h.person_id = {{person}} AND {COUNTS})
    OR NOT EXISTS (SELECT FROM host_assignment h WHERE h.offer_id = o.id AND {COUNTS}))"""
"""Is offer o one that the person leads? What nobody is left to lead is everybody's who sees it."""


def left_before(moment: str) -> str:
    """SQL: had whoever has assignment h to offer o left by that moment all that arranges it?"""
    return f"""coalesce((SELECT bool_and(coalesce(m.ended_at <= {moment}, false)) FROM membership m
        WHERE m.person_id = h.person_id AND m.role IN {LEADING}
            AND (m.organization_id = o.owner_id OR {ARRANGES})), false)"""
