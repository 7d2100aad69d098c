"""Who acts for whom."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows, value
from marketplace.base.text import name_order
from marketplace.people.models import Relation


def called_by(actor: str, n: str = "n") -> str:
    """SQL: what an actor, a person's id in SQL, reads as the name of person `n`: where they act for them, the name that
    they gave. What a young person calls themselves is not a guardian's to read. Nothing where the name is forgotten."""
    return f"""CASE WHEN {n}.name IS NOT NULL THEN coalesce((SELECT h.called FROM acts_for h
        WHERE h.actor_id = {actor} AND h.person_id = {n}.id AND h.called IS NOT NULL
        ORDER BY h.ended_at DESC NULLS FIRST, h.id LIMIT 1), {n}.name) END"""


HELPS = "acts_for h WHERE h.person_id = b.participant_id AND h.relation = 'guide' AND h.ended_at IS NULL"
"""SQL: the guides who act for whoever comes with booking b."""


@dataclass(frozen=True, slots=True)
class Helped:
    """Somebody who is acted for. Who has not `accepted` is asked, and nobody books for them yet. `lost`: nobody is at
    the address where they were asked."""

    id: UUID
    person_id: UUID
    name: str | None
    relation: str
    accepted: bool
    lost: bool


async def acted_for(actor: UUID) -> list[Helped]:
    """Whom somebody acts for, as guardian or next of kin, by name."""
    return await rows(
        Helped,
        f"""SELECT a.id, a.person_id, coalesce(a.called, n.name) AS name, a.relation,
            a.accepted_at IS NOT NULL AS accepted, a.accepted_at IS NULL AND EXISTS (SELECT FROM contact_point c
                WHERE c.person_id = n.id AND c.refused_at IS NOT NULL) AS lost
        FROM acts_for a JOIN person n ON n.id = a.person_id
        WHERE a.actor_id = $1 AND a.ended_at IS NULL AND a.relation <> 'guide'
        ORDER BY {name_order('coalesce(a.called, n.name)')}, a.id LIMIT 100""",
        actor,
    )  # fmt: skip


async def is_asked(acts_for: UUID, channel: str, address: str) -> bool:
    """Is whoever has this address still asked whether somebody may act for them?"""
    return bool(
        await value(
            """SELECT true FROM acts_for a JOIN contact_point c ON c.person_id = a.person_id
            WHERE a.id = $1 AND a.accepted_at IS NULL AND a.ended_at IS NULL AND c.channel = $2 AND c.value = $3
            LIMIT 1""",
            acts_for, channel, address,
        )
    )  # fmt: skip


async def may_act_for(actor: UUID, person: UUID) -> str | None:
    """The name of somebody whom the actor may book for; None when they may not. Inside a transaction nobody ends that
    before it is over."""
    name: str | None = await value(
        """SELECT coalesce(a.called, n.name, '') FROM acts_for a JOIN person n ON n.id = a.person_id
        WHERE a.actor_id = $1 AND a.person_id = $2 AND a.ended_at IS NULL AND a.accepted_at IS NOT NULL
            AND a.relation <> 'guide' FOR SHARE OF a""",
        actor, person,
    )  # fmt: skip
    return name


@dataclass(frozen=True, slots=True)
class Helper:
    """Who acts for somebody or asks to, and what they `called` whom they help."""

    id: UUID
    actor_id: UUID
    person_id: UUID
    helper: str | None
    called: str | None
    relation: str
    created_at: datetime
    accepted: bool

    @property
    def lasts(self) -> bool:
        """Is there something to end? A guide asks nobody; whoever else asks is answered first."""
        return self.accepted or self.relation == Relation.GUIDE


async def helpers_of(person: UUID) -> list[Helper]:
    """Who acts for a person or asks to, those who ask first.

    Whoever asks gave an address, of a person that has nothing but it (`called`): it is for whoever has proven the
    same address.
    """
    return await rows(
        Helper,
        """WITH me AS (
            SELECT $1::uuid AS id UNION SELECT c.person_id FROM contact_point p
            JOIN contact_point c ON c.channel = p.channel AND c.value = p.value AND c.verified_at IS NULL
            WHERE p.person_id = $1 AND p.verified_at IS NOT NULL AND NOT EXISTS (
                SELECT FROM contact_point v WHERE v.person_id = c.person_id AND v.verified_at IS NOT NULL))
        SELECT a.id, a.actor_id, a.person_id, k.name AS helper, coalesce(a.called, n.name) AS called, a.relation,
            a.created_at, a.accepted_at IS NOT NULL AS accepted
        FROM me JOIN acts_for a ON a.person_id = me.id JOIN person k ON k.id = a.actor_id
            JOIN person n ON n.id = a.person_id
        WHERE a.ended_at IS NULL AND a.actor_id <> $1 ORDER BY accepted, a.id LIMIT 100""",
        person,
    )
