"""Whom a guide rings: those that they have booked for."""

HELPED_ONES = """(b.booked_by_id = {guide}::uuid AND EXISTS (SELECT FROM acts_for h
    WHERE h.actor_id = {guide}::uuid AND h.person_id = b.participant_id
        AND h.relation = 'guide' AND h.ended_at IS NULL))"""
"""Has this guide made booking b for somebody?"""
