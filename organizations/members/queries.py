"""What a person's roles reach."""

from typing import Any
from uuid import UUID

from marketplace.base.database import rows, value
from organizations.members.models import Role

HELD = """(SELECT m.person_id, m.organization_id, m.role, w.state, w.kind, w.municipality_id, w.parent_id
    FROM membership m JOIN organization w ON w.id = m.organization_id
    WHERE m.ended_at IS NULL AND w.state IN ('approved', 'suspended'))"""
"""The roles that count, with their organisation. Whoever has only applied may do nothing yet; in a suspended
organisation somebody must still look after those who are booked."""
UNITS_BELOW = f"""WITH RECURSIVE reach AS (
    SELECT organization_id AS id FROM {HELD} m WHERE person_id = $1 AND role = ANY($2)
    UNION SELECT o.id FROM organization o JOIN reach r ON o.parent_id = r.id
)"""


async def roles_of(person: UUID) -> frozenset[str]:
    """Every role the person has anywhere, of those that count."""
    found = await rows(f"SELECT DISTINCT role FROM {HELD} m WHERE person_id = $1", person)
    return frozenset(row["role"] for row in found)


async def own_organizations(person: UUID, roles: list[Role]) -> list[UUID]:
    """Organisations in which the person has one of the roles in the unit itself: for participants' data."""
    found = await rows(
        f"SELECT DISTINCT organization_id FROM {HELD} m WHERE person_id = $1 AND role = ANY($2)",
        person,
        roles,
    )
    return [row["organization_id"] for row in found]


async def reached_organizations(person: UUID, roles: list[Role]) -> list[UUID]:
    """The same and every unit below them: for approval and numbers, never for participants' data."""
    return [row["id"] for row in await rows(f"{UNITS_BELOW} SELECT id FROM reach", person, roles)]


async def coordinated_municipalities(person: UUID) -> list[UUID]:
    """Municipalities in which the person coordinates some unit: plans, goals and the dialogue, never a participant."""
    found = await rows(
        f"""{UNITS_BELOW} SELECT DISTINCT o.municipality_id AS id FROM reach JOIN organization o USING (id)
        WHERE o.kind = 'municipal'""",
        person, [Role.COORDINATOR],
    )  # fmt: skip
    return [row["id"] for row in found]


async def is_staff(person: UUID) -> bool:
    """Works for a municipality or another public body; staff-only offers are for them."""
    return bool(
        await value(
            f"SELECT true FROM {HELD} m WHERE person_id = $1 AND kind IN ('municipal', 'public') LIMIT 1",
            person,
        )
    )


APPROVAL_REACH = f"""RECURSIVE coordinates AS (
    SELECT organization_id AS id, municipality_id, parent_id IS NULL AS root FROM {HELD} m
    WHERE person_id = $1 AND role = 'coordinator' AND kind = 'municipal'
), below AS (
    SELECT o.id, o.municipality_id FROM organization o
        JOIN coordinates c ON c.id = o.parent_id AND c.municipality_id = o.municipality_id
    UNION SELECT o.id, o.municipality_id FROM organization o
        JOIN below b ON b.id = o.parent_id AND b.municipality_id = o.municipality_id
), approval_reach AS (
    SELECT * FROM (SELECT o.id, o.id IN (SELECT id FROM below) OR EXISTS (SELECT FROM coordinates c
            WHERE c.root AND c.municipality_id = o.municipality_id AND c.id <> o.id) AS decides,
        EXISTS (SELECT FROM organization_owner x JOIN coordinates c ON c.root AND c.municipality_id = x.municipality_id
            WHERE x.organization_id = o.id) AS owns
    FROM organization o) reached WHERE decides OR owns)"""
"""After WITH: the organisations that a coordinator ($1) follows, and which of them they decide about. From the root
unit of a municipality that is all others in it, from a unit below only what is under that. What a municipality owns
together with others is decided where it has its home, and read by the others."""

REACHED_BY = """(SELECT DISTINCT ON (person_id) person_id, channel, value FROM contact_point
    WHERE verified_at IS NOT NULL AND refused_at IS NULL ORDER BY person_id, channel, created_at)"""
"""One proven address a person, e-mail first."""


async def managers_to_tell(organization: UUID) -> list[dict[str, Any]]:
    """person_id, lang, channel and value of those who lead the organisation, also while it has only applied."""
    return await rows(
        f"""SELECT DISTINCT n.id AS person_id, n.lang, c.channel, c.value FROM membership m
        JOIN person n ON n.id = m.person_id JOIN {REACHED_BY} c ON c.person_id = n.id
        WHERE m.organization_id = $1 AND m.role = 'manager' AND m.ended_at IS NULL""",
        organization,
    )


async def coordinators_to_tell(municipality: UUID) -> list[dict[str, Any]]:
    """The same of those who coordinate the whole municipality."""
    return await rows(
        f"""SELECT DISTINCT n.id AS person_id, n.lang, c.channel, c.value FROM {HELD} m
        JOIN person n ON n.id = m.person_id JOIN {REACHED_BY} c ON c.person_id = n.id
        WHERE m.municipality_id = $1 AND m.role = 'coordinator' AND m.kind = 'municipal' AND m.parent_id IS NULL""",
        municipality,
    )
