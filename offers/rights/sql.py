"""Whose an offer is, of many at once: for those who are told of something, and are not asking. SQL."""

SEEN = """(o.owner_id = {organization} AND EXISTS (SELECT FROM membership m WHERE m.person_id = {person}
        AND m.organization_id = o.owner_id AND m.ended_at IS NULL AND m.role IN ('editor', 'manager'))
    OR EXISTS (SELECT FROM host_assignment h JOIN membership m ON m.person_id = h.person_id AND m.ended_at IS NULL
        AND m.organization_id = {organization} AND m.role IN ('host', 'editor', 'manager')
        WHERE h.offer_id = o.id AND h.person_id = {person} AND (m.organization_id = o.owner_id
            OR EXISTS (SELECT FROM offer_organizer c WHERE c.offer_id = o.id
                AND c.organization_id = m.organization_id))))"""
"""Is offer o one whose participants the person sees as a member of this organisation?"""
LED = """(EXISTS (SELECT FROM host_assignment h WHERE h.offer_id = o.id AND h.person_id = {person})
    OR NOT EXISTS (SELECT FROM host_assignment h WHERE h.offer_id = o.id))"""
"""Is offer o one that the person leads? What nobody is set to lead is everybody's who sees it."""
