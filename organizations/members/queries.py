"""What a person's roles reach, who has them, and who is invited to have them."""

from typing import Any
from uuid import UUID

from marketplace.base.database import row, rows, value
from marketplace.base.errors import NotFound
from marketplace.people.queries import secret_hash
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role

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


async def organization_managed_by(person: Any, slug: str) -> Organization:
    """The organisation that the person manages, in the unit itself. Raises NotFound."""
    return await _organization(person, slug, [Role.MANAGER])


async def organization_edited_by(person: Any, slug: str) -> Organization:
    """The organisation whose texts the person may write. Raises NotFound."""
    return await _organization(person, slug, [Role.MANAGER, Role.EDITOR])


async def organization_of(person: Any, slug: str) -> Organization:
    """The organisation that the person has some role in. Raises NotFound."""
    return await _organization(person, slug, list(Role))


async def _organization(person: Any, slug: str, roles: list[Role]) -> Organization:
    found = await Organization.get_or_none(
        slug=slug, id__in=await own_organizations(person.id, roles)
    ).select_related("municipality", "logo")
    if found is None:
        raise NotFound
    return found


async def memberships_of(person: UUID) -> list[dict[str, Any]]:
    """Where the person has roles: slug, name and `roles`, by name."""
    return await rows(
        """SELECT w.slug, w.name, array_agg(m.role ORDER BY m.id) AS roles
        FROM membership m JOIN organization w ON w.id = m.organization_id
        WHERE m.person_id = $1 AND m.ended_at IS NULL GROUP BY w.id ORDER BY lower(w.name), w.id LIMIT 100""",
        person,
    )


RANK = "array_position(ARRAY['manager', 'editor', 'host', 'guide', 'coordinator', 'staff'], m.role::text)"
PAGE = 50


async def members(organization: UUID, lang: str, after: UUID | None = None) -> list[dict[str, Any]]:
    """A page of the memberships, by role and then the oldest first: id, person_id, name, addresses that are proven,
    role, created_at, and for a host the titles of what they lead. One more than PAGE: there are more.

    It only asks what the offers are called; they belong to a floor above.
    """
    beyond = f"AND ({RANK}, m.id) > (SELECT {RANK}, m.id FROM membership m WHERE m.id = $3)" if after else ""
    return await rows(
        f"""SELECT m.id, m.person_id, m.role, m.created_at, p.name,
            ARRAY(SELECT c.value FROM contact_point c WHERE c.person_id = p.id AND c.verified_at IS NOT NULL
                ORDER BY c.channel, c.value) AS addresses,
            CASE WHEN m.role = 'host' THEN ARRAY(SELECT t.title FROM host_assignment h
                JOIN offer o ON o.id = h.offer_id AND o.state <> 'cancelled'
                JOIN LATERAL (SELECT x.title FROM offer_text x WHERE x.offer_id = o.id
                    ORDER BY x.lang = $2 DESC, x.lang = o.source_lang DESC LIMIT 1) t ON true
                WHERE h.person_id = p.id AND (o.owner_id = $1 OR EXISTS (SELECT FROM offer_organizer g
                    WHERE g.offer_id = o.id AND g.organization_id = $1)) ORDER BY t.title LIMIT 50) END AS leads
        FROM membership m JOIN person p ON p.id = m.person_id
        WHERE m.organization_id = $1 AND m.ended_at IS NULL AND $2::text IS NOT NULL {beyond}
        ORDER BY {RANK}, m.id LIMIT {PAGE + 1}""",
        organization, lang, *([after] if after else []),
    )  # fmt: skip


async def membership_in(organization: UUID, id: UUID) -> Membership:  # noqa: A002 - an id is called id here
    """The membership with its person, if it is one of this organisation and not ended. Raises NotFound."""
    found = await Membership.get_or_none(id=id, organization_id=organization, ended_at=None).select_related(
        "person"
    )
    if found is None:
        raise NotFound
    return found


async def roles_in(organization: UUID, person: UUID) -> list[Role]:
    """What the person is in this unit."""
    found = await rows(
        "SELECT role FROM membership WHERE organization_id = $1 AND person_id = $2 AND ended_at IS NULL ORDER BY id",
        organization, person,
    )  # fmt: skip
    return [Role(row["role"]) for row in found]


async def managers(organization: UUID) -> list[dict[str, Any]]:
    """Each manager who can be reached: person_id, channel, address, lang."""
    return await _reached(
        """SELECT DISTINCT person_id FROM membership
        WHERE organization_id = $1 AND role = 'manager' AND ended_at IS NULL""",
        organization,
    )


async def reaching(person: UUID) -> dict[str, Any] | None:
    """How to reach a person: channel, address, lang. None: they have proven no address theirs."""
    found = await _reached("SELECT $1::uuid AS person_id", person)
    return found[0] if found else None


async def _reached(people: str, *values: Any) -> list[dict[str, Any]]:
    return await rows(
        f"""SELECT m.person_id, r.* FROM ({people}) m CROSS JOIN LATERAL (
            SELECT c.channel, c.value AS address, n.lang FROM contact_point c JOIN person n ON n.id = c.person_id
            WHERE c.person_id = m.person_id AND c.verified_at IS NOT NULL AND c.refused_at IS NULL
            ORDER BY c.channel, c.value LIMIT 1) r ORDER BY m.person_id""",
        *values,
    )


INVITATION = """SELECT i.id, i.role, i.channel, i.address, i.lang, i.offer_id, i.created_at, i.expires_at,
    i.accepted_at, i.ended_at, i.organization_id, w.name AS organization, w.slug, w.state
FROM invitation i JOIN organization w ON w.id = i.organization_id"""
UNANSWERED = "i.accepted_at IS NULL AND i.ended_at IS NULL"


async def invitations(organization: UUID) -> list[dict[str, Any]]:
    """What nobody has answered yet, the newest first; also what has run out meanwhile, which can be sent anew."""
    return await rows(
        f"{INVITATION} WHERE i.organization_id = $1 AND {UNANSWERED} ORDER BY i.id DESC LIMIT 200",
        organization,
    )


async def invitation_in(organization: UUID, id: UUID) -> dict[str, Any]:  # noqa: A002
    """An invitation of this organisation that nobody has answered. Raises NotFound."""
    found = await row(
        f"{INVITATION} WHERE i.organization_id = $1 AND i.id = $2 AND {UNANSWERED}", organization, id
    )
    if found is None:
        raise NotFound
    return found


async def invitation_of(token: str) -> dict[str, Any]:
    """The invitation with this link, whatever has become of it. Raises NotFound."""
    found = await row(f"{INVITATION} WHERE i.token_hash = $1", secret_hash(token))
    if found is None:
        raise NotFound
    return found


async def has_proven(person: UUID, channel: str, address: str) -> bool:
    """Has the person proven this address theirs?"""
    return bool(
        await value(
            """SELECT true FROM contact_point
            WHERE person_id = $1 AND channel = $2 AND value = $3 AND verified_at IS NOT NULL""",
            person, channel, address,
        )
    )  # fmt: skip
