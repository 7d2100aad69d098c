"""What a person's roles reach."""

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
