"""What a person's roles reach, who has them, and who is invited to have them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import column, row, rows, value
from marketplace.base.data.texts import in_language
from marketplace.base.errors import NotFound
from marketplace.base.text import name_order
from organizations.directory.models import Organization, Stands
from organizations.members.models import Membership, Role

HELD = """(SELECT m.id, m.person_id, m.organization_id, m.role, w.state, w.kind, w.municipality_id, w.parent_id
    FROM membership m JOIN organization w ON w.id = m.organization_id
    WHERE m.ended_at IS NULL AND w.state IN ('approved', 'suspended'))"""
"""The roles that count, with their organisation. Whoever has only applied may do nothing yet; in a suspended
organisation somebody must still look after those who are booked."""


def roles_of(person: str) -> str:
    """SQL, an array: every role the person has anywhere, of those that count."""
    return f"ARRAY(SELECT DISTINCT m.role FROM {HELD} m WHERE m.person_id = {person})"


def desk_of(person: str) -> str:
    """SQL: the unit whose guide the person is, of several the one they have been it in longest; NULL: of none."""
    return f"""(SELECT m.organization_id FROM {HELD} m WHERE m.person_id = {person} AND m.role = 'guide'
        ORDER BY m.id LIMIT 1)"""


def guides(person: str, desk: str) -> str:
    """SQL: is the person a guide of the unit `desk` now? Where no unit was noted (NULL), of any."""
    return f"""EXISTS (SELECT FROM {HELD} g WHERE g.person_id = {person} AND g.role = 'guide'
        AND ({desk} IS NULL OR g.organization_id = {desk}))"""


async def own_organizations(person: UUID, roles: list[Role]) -> list[UUID]:
    """Organisations in which the person has one of the roles in the unit itself: for participants' data."""
    return await column(
        f"SELECT DISTINCT organization_id FROM {HELD} m WHERE person_id = $1 AND role = ANY($2)",
        person,
        roles,
    )


COORDINATED = f"""WITH RECURSIVE reach AS (
    SELECT organization_id AS id FROM {HELD} m WHERE person_id = $1 AND role = ANY($2)
    UNION SELECT o.id FROM organization o JOIN reach r ON o.parent_id = r.id
), mine AS (
    SELECT DISTINCT o.municipality_id AS id FROM reach JOIN organization o USING (id) WHERE o.kind = 'municipal')"""
"""SQL: `mine` are the municipalities in which person $1 has one of the roles $2 in some unit or one below it. For plans
and numbers, never for participants' data."""


async def coordinated_municipalities(person: UUID) -> list[UUID]:
    """Municipalities in which the person coordinates some unit: plans, goals and the dialogue, never a participant."""
    return await column(f"{COORDINATED} SELECT id FROM mine", person, [Role.COORDINATOR])


STAFF = "m.kind IN ('municipal', 'public')"
"""SQL: does a role of HELD m make somebody one who works for a municipality or another public body?"""


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


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is written to: at which address, and in which language."""

    person_id: UUID
    lang: str
    channel: str
    value: str


async def managers_to_tell(organization: UUID) -> list[Told]:
    """Those who lead the organisation, also while it has only applied."""
    return await rows(
        Told,
        f"""SELECT DISTINCT n.id AS person_id, n.lang, c.channel, c.value FROM membership m
        JOIN person n ON n.id = m.person_id JOIN {REACHED_BY} c ON c.person_id = n.id
        WHERE m.organization_id = $1 AND m.role = 'manager' AND m.ended_at IS NULL""",
        organization,
    )


async def coordinators_to_tell(municipality: UUID) -> list[Told]:
    """Those who coordinate the whole municipality."""
    return await rows(
        Told,
        f"""SELECT DISTINCT n.id AS person_id, n.lang, c.channel, c.value FROM {HELD} m
        JOIN person n ON n.id = m.person_id JOIN {REACHED_BY} c ON c.person_id = n.id
        WHERE m.municipality_id = $1 AND m.role = 'coordinator' AND m.kind = 'municipal' AND m.parent_id IS NULL""",
        municipality,
    )


async def reaching(person: UUID) -> Told | None:
    """One person; None when they have proven no address theirs."""
    return await row(
        Told,
        f"""SELECT n.id AS person_id, n.lang, c.channel, c.value FROM person n
        JOIN {REACHED_BY} c ON c.person_id = n.id WHERE n.id = $1""",
        person,
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


async def is_only_manager(organization: UUID, person: UUID) -> bool:
    """Would nobody manage the organisation without this person?"""
    managers = await column(
        "SELECT person_id FROM membership WHERE organization_id = $1 AND role = 'manager' AND ended_at IS NULL",
        organization,
    )
    return {*managers} == {person}


@dataclass(frozen=True, slots=True)
class Belonging(Stands):
    """An organisation that somebody has `roles` in."""

    slug: str
    name: str
    state: str
    roles: list[str]

    @property
    def manages(self) -> bool:
        return Role.MANAGER in self.roles

    @property
    def edits(self) -> bool:
        """May whoever has these roles write its texts?"""
        return self.manages or Role.EDITOR in self.roles


async def memberships_of(person: UUID) -> list[Belonging]:
    """Where the person has roles, by name: while it is applied for, and when it is declined, the application is all
    there is."""
    return await rows(
        Belonging,
        f"""SELECT w.slug, w.name, w.state, array_agg(m.role ORDER BY m.id) AS roles
        FROM membership m JOIN organization w ON w.id = m.organization_id
        WHERE m.person_id = $1 AND m.ended_at IS NULL
        GROUP BY w.id ORDER BY {name_order("w.name")}, w.id LIMIT 100""",
        person,
    )


RANK = "array_position(ARRAY['manager', 'editor', 'host', 'guide', 'coordinator', 'staff'], m.role::text)"
PAGE = 50


@dataclass(frozen=True, slots=True)
class Member:
    """A role that somebody has: with their addresses that are proven (none of whoever is shielded), and for a host the
    titles of what they lead."""

    id: UUID
    person_id: UUID
    role: str
    created_at: datetime
    name: str | None
    addresses: list[str]
    leads: list[str] | None


async def members(organization: UUID, lang: str, after: UUID | None = None) -> list[Member]:
    """A page of the memberships, by role and then the oldest first. One more than PAGE: there are more.

    It only asks what the offers are called; they belong to a floor above.
    """
    beyond = f"AND ({RANK}, m.id) > (SELECT {RANK}, m.id FROM membership m WHERE m.id = $3)" if after else ""
    return await rows(
        Member,
        f"""SELECT m.id, m.person_id, m.role, m.created_at, p.name,
            ARRAY(SELECT c.value FROM contact_point c WHERE c.person_id = p.id AND c.verified_at IS NOT NULL
                AND NOT p.shielded ORDER BY c.channel, c.value) AS addresses,
            CASE WHEN m.role = 'host' THEN ARRAY(SELECT t.title FROM host_assignment h
                JOIN offer o ON o.id = h.offer_id AND o.state <> 'cancelled'
                JOIN {in_language("offer_text", "offer_id", "o", "$2", "title")} t ON true
                WHERE h.person_id = p.id AND (o.owner_id = $1 OR EXISTS (SELECT FROM offer_organizer g
                    WHERE g.offer_id = o.id AND g.organization_id = $1))
                ORDER BY {name_order("t.title")} LIMIT 50) END AS leads
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
    found = await column(
        "SELECT role FROM membership WHERE organization_id = $1 AND person_id = $2 AND ended_at IS NULL ORDER BY id",
        organization, person,
    )  # fmt: skip
    return [Role(each) for each in found]


async def coordinators_of(municipality: UUID) -> int:
    """How many people coordinate in the municipality, as `coordinated_municipalities` reaches it."""
    found: int = await value(
        f"""WITH RECURSIVE above AS (
            SELECT id, parent_id FROM organization WHERE municipality_id = $1 AND kind = 'municipal'
            UNION SELECT o.id, o.parent_id FROM organization o JOIN above a ON o.id = a.parent_id
        ) SELECT count(DISTINCT m.person_id) FROM {HELD} m JOIN above a ON a.id = m.organization_id
        WHERE m.role = 'coordinator'""",
        municipality,
    )
    return found
