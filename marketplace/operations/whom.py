"""Whom an operator means, and who there is: reads for the commands. Only a command line shows what they give."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import column, row, rows, value
from marketplace.base.errors import Refused
from marketplace.people.rules import contact
from marketplace.people.sign_in.actions import PROVEN_BY
from marketplace.people.sign_in.queries import HAS_FACTOR
from organizations.members.models import Membership, Role

UNPROVEN = "SELECT EXISTS (SELECT FROM contact_point WHERE channel = $1 AND value = $2)"


async def whose(address: str) -> UUID:
    """The person who has proven this e-mail address or phone number theirs. Raises Refused in the operator's words.

    Whoever only booked with it is not found: two people may have given it, and it may be neither's."""
    known = contact(address)
    if known is None:
        raise Refused(f"{address} is no e-mail address and no phone number.")
    person: UUID | None = await value(PROVEN_BY, *known)
    if person is None and await value(UNPROVEN, *known):
        raise Refused(
            f"Nobody has proven that {address} is theirs. It was given for a booking, perhaps by more than one person: "
            "let whoever has it sign in with it once, and everything that was booked with it is theirs."
        )
    if person is None:
        raise Refused(f"Nobody here has the address {address}.")
    return person


async def lang_of(person: UUID) -> str:
    return str(await value("SELECT lang FROM person WHERE id = $1", person))


@dataclass(frozen=True, slots=True)
class Coordinator:
    """One role of one coordinator; the address is the first that is proven theirs."""

    membership_id: UUID
    person_id: UUID
    since: datetime
    municipality: str
    unit: str
    name: str | None
    address: str | None
    second_factor: bool


COORDINATORS = f"""SELECT m.id AS membership_id, p.id AS person_id, m.created_at AS since, k.name AS municipality,
    w.slug AS unit, p.name,
    (SELECT c.value FROM contact_point c WHERE c.person_id = p.id AND c.verified_at IS NOT NULL
        ORDER BY c.verified_at, c.id LIMIT 1) AS address,
    {HAS_FACTOR.format(person="p.id")} AS second_factor
FROM membership m JOIN person p ON p.id = m.person_id JOIN organization w ON w.id = m.organization_id
JOIN municipality k ON k.id = w.municipality_id
WHERE m.role = 'coordinator' AND m.ended_at IS NULL ORDER BY k.number, w.slug, m.created_at, m.id"""


async def coordinators() -> list[Coordinator]:
    """All who coordinate now, by municipality and unit."""
    return await rows(Coordinator, COORDINATORS)


async def coordinating(person: UUID, unit: str | None) -> Membership:
    """The role that is meant. Raises Refused when there is none, or more than one and it is not said which."""
    found = [one for one in await coordinators() if one.person_id == person]
    units = [one.unit for one in found]
    if not found:
        raise Refused("Whoever has that address coordinates nothing.")
    if unit is None and len(found) > 1:
        raise Refused(f"They coordinate {', '.join(units)}: say which with --unit.")
    meant = [one for one in found if unit in (None, one.unit)]
    if not meant:
        raise Refused(f"They do not coordinate {unit}, but {', '.join(units)}.")
    return await Membership.get(id=meant[0].membership_id, role=Role.COORDINATOR)


async def left_in(organization: UUID) -> bool:
    """Does anybody coordinate this unit?"""
    return bool(await column(
        "SELECT true FROM membership WHERE organization_id = $1 AND role = 'coordinator' AND ended_at IS NULL LIMIT 1",
        organization,
    ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """An organisation in a line; `managed`: has it anybody who manages it?"""

    slug: str
    name: str
    kind: str
    state: str
    number: str | None
    municipality: str
    managed: bool


ORGANIZATIONS = """SELECT w.slug, w.name, w.kind, w.state, w.number, k.name AS municipality,
    EXISTS (SELECT FROM membership m WHERE m.organization_id = w.id AND m.role IN ('manager', 'coordinator')
        AND m.ended_at IS NULL) AS managed
FROM organization w JOIN municipality k ON k.id = w.municipality_id
WHERE ($1::text IS NULL OR w.state = $1) AND ($2::text IS NULL OR k.number = $2)
ORDER BY k.number, w.state, w.slug"""


async def organizations(state: str | None, municipality: str | None) -> list[Listed]:
    """All, or those in a state and of a municipality by number."""
    return await rows(Listed, ORGANIZATIONS, state, municipality)


async def municipality_known(number: str) -> bool:
    return await row("SELECT id FROM municipality WHERE number = $1", number) is not None
