"""Reads of who stands behind an offer: its hosts and its co-organisers."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import rows, value
from marketplace.base.text import name_order
from offers.rights.sql import ARRANGES, COUNTS, LEADING
from organizations.members.invitations.queries import LOST, UNANSWERED
from organizations.members.queries import HELD


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads an offer; or whom an `invitation` to, that nobody has answered, was sent to: it has no person yet.
    `lost`: nobody got it. `counts`: they see who comes, and may take the register."""

    person_id: UUID | None
    name: str | None
    leads_as: str
    invitation: UUID | None
    address: str | None
    lost: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class Organizer:
    """A co-organiser; `may_edit` is None of one that could be."""

    id: UUID
    name: str
    may_edit: bool | None


async def hosts_of(offer_id: UUID) -> list[Leader]:
    """Those who lead the offer by name, then the invitations."""
    return await rows(
        Leader,
        f"""SELECT x.* FROM (SELECT h.person_id, n.name, h.leads_as, NULL::uuid AS invitation, NULL AS address,
                false AS lost, {COUNTS} AS counts
            FROM host_assignment h JOIN person n ON n.id = h.person_id JOIN offer o ON o.id = h.offer_id
            WHERE h.offer_id = $1
        UNION ALL SELECT NULL, NULL, i.leads_as, i.id, i.address, {LOST}, true FROM invitation i
            WHERE i.offer_id = $1 AND {UNANSWERED}) x
        ORDER BY {name_order("x.name")}, x.person_id, x.invitation LIMIT 200""",
        offer_id,
    )


async def member_with(channel: str, address: str, offer_id: UUID) -> UUID | None:
    """The member with this proven address in an organisation that arranges the offer. Not one who does not want to be
    found: they are asked as anybody is, so that the answer tells nothing of whose the address is."""
    found: UUID | None = await value(
        f"""SELECT m.person_id FROM contact_point c JOIN {HELD} m ON m.person_id = c.person_id
            JOIN offer o ON o.id = $3
        WHERE c.channel = $1 AND c.value = $2 AND c.verified_at IS NOT NULL
            AND NOT (SELECT n.shielded FROM person n WHERE n.id = m.person_id)
            AND m.role IN {LEADING} AND (m.organization_id = o.owner_id OR {ARRANGES})
        LIMIT 1""",
        channel, address, offer_id,
    )  # fmt: skip
    return found


async def organizers(offer_id: UUID) -> list[Organizer]:
    """The co-organisers by name, and those who could be one.

    The latter are approved, of the offer's municipality, or of one that owns its organisation together with others, or
    that owns them.
    """
    return await rows(
        Organizer,
        f"""WITH near AS (SELECT municipality_id FROM offer WHERE id = $1
            UNION SELECT x.municipality_id FROM organization_owner x JOIN offer o ON o.owner_id = x.organization_id
                WHERE o.id = $1)
        SELECT w.id, w.name, c.may_edit FROM offer o JOIN organization w ON w.id <> o.owner_id
        LEFT JOIN offer_organizer c ON c.offer_id = o.id AND c.organization_id = w.id
        WHERE o.id = $1 AND (c.id IS NOT NULL OR w.state = 'approved'
            AND (w.municipality_id IN (SELECT municipality_id FROM near) OR EXISTS (SELECT FROM organization_owner x
                WHERE x.organization_id = w.id AND x.municipality_id IN (SELECT municipality_id FROM near))))
        ORDER BY {name_order("w.name")}, w.id LIMIT 500""",
        offer_id,
    )
