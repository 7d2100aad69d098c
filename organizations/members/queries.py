"""What a person's roles reach."""

from uuid import UUID

from marketplace.base.database import rows, value
from organizations.members.models import Role

UNITS_BELOW = """WITH RECURSIVE reach AS (
    SELECT organization_id AS id FROM membership WHERE person_id = $1 AND role = ANY($2) AND ended_at IS NULL
    UNION SELECT o.id FROM organization o JOIN reach r ON o.parent_id = r.id
)"""


async def roles_of(person: UUID) -> frozenset[str]:
    """Every role the person has anywhere."""
    found = await rows(
        "SELECT DISTINCT role FROM membership WHERE person_id = $1 AND ended_at IS NULL", person
    )
    return frozenset(row["role"] for row in found)


async def own_organizations(person: UUID, roles: list[Role]) -> list[UUID]:
    """Organisations in which the person has one of the roles in the unit itself: for participants' data."""
    found = await rows(
        "SELECT DISTINCT organization_id FROM membership WHERE person_id = $1 AND role = ANY($2) AND ended_at IS NULL",
        person, roles,
    )  # fmt: skip
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
            """SELECT true FROM membership m JOIN organization o ON o.id = m.organization_id
            WHERE m.person_id = $1 AND m.ended_at IS NULL AND o.kind IN ('municipal', 'public') LIMIT 1""",
            person,
        )
    )
