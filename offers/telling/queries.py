"""Whom a guide rings: those that they have booked for, and those of a colleague who has left."""

from marketplace.people.acting.queries import HELPS
from organizations.members.queries import guides


def rung_by(guide: str, desk: str = "h.desk_id") -> str:
    """SQL: is call y about a booking b that this guide has made for somebody, at a desk that is theirs still? Or that
    somebody made who is no guide there any more: the number shows to nobody else, so who is left at the desk rings.
    Who asks to be rung since they were away asks those who lead the offer: neither that nor the number that they give
    is the desk's. `desk`: only what was booked at that one, or at none that was noted."""
    guide = f"{guide}::uuid"
    return f"""y.about <> 'asked' AND EXISTS (SELECT FROM {HELPS}
        AND h.actor_id = b.booked_by_id AND {guides(guide, "h.desk_id")} AND coalesce(h.desk_id = {desk}, true)
        AND (h.actor_id = {guide} OR h.desk_id IS NOT NULL AND NOT {guides("h.actor_id", "h.desk_id")}))"""
