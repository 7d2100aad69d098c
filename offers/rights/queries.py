"""Whose an offer is: fetching is permission, in one place. What is not one's own is not found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, value
from marketplace.base.errors import NotFound
from marketplace.base.web.http import parse_id
from offers.catalogue.models import Offer, Session
from offers.catalogue.states import Dated
from offers.rights.sql import ARRANGES, COUNTS, LEADING
from organizations.members.queries import HELD

OWNS = "o.owner_id = ANY(editor_of.ids)"
"""What changes who takes part, or tells of it, is the owning unit's own: bookings, seats, hosts, co-organisers."""


EDITS = """(o.owner_id = ANY(editor_of.ids) OR EXISTS (SELECT 1 FROM offer_organizer c
    WHERE c.offer_id = o.id AND c.may_edit AND c.organization_id = ANY(editor_of.approved)))"""


LEADS = (
    f"""EXISTS (SELECT 1 FROM host_assignment h WHERE h.offer_id = o.id AND h.person_id = $1 AND {COUNTS})"""
)
"""Assigned to the offer, and it counts."""


EDITOR_OF = f"""(SELECT coalesce(array_agg(organization_id), '{{}}') AS ids,
    coalesce(array_agg(organization_id) FILTER (WHERE state = 'approved'), '{{}}') AS approved
    FROM {HELD} m WHERE person_id = $1 AND role IN ('editor', 'manager')) editor_of"""
"""The units themselves, never those below: these pages hold participants' data. A suspended organisation looks after
its own offers, not after those of others."""


SEES = f"({OWNS} OR {LEADS})"
"""Who sees the participants: a co-organiser's editor, who may change the words and dates, does not."""


async def offer_editable_by(person: Any, slug: str) -> Offer:
    """The offer with its owner, for editors and managers of the owning unit, and of co-organisers who may edit."""
    return await _offer(person, slug, EDITS)


async def offer_owned_by(person: Any, slug: str) -> Offer:
    """The offer with its owner, for editors and managers of the owning unit: who is booked, is told and leads."""
    return await _offer(person, slug, OWNS)


async def offer_led_by(person: Any, slug: str) -> Offer:
    """The offer with its owner, for those who see its participants: the owning unit's editors, and its hosts."""
    return await _offer(person, slug, SEES)


async def _offer(person: Any, slug: str, allowed: str) -> Offer:
    found = await value(
        f"SELECT o.id FROM offer o, {EDITOR_OF} WHERE o.slug = $2 AND {allowed}", person.id, slug
    )
    if found is None:
        raise NotFound
    return await Offer.get(id=found).select_related("owner")


@dataclass(frozen=True)
class Reach:
    """What somebody may do with an offer: change it, see its participants, decide over them and whoever leads it."""

    edits: bool
    sees: bool
    owns: bool


async def reach(person: Any, offer: Offer) -> Reach:
    """What the person may do with the offer."""
    found = await row(
        Reach,
        f"SELECT {EDITS} AS edits, {SEES} AS sees, {OWNS} AS owns FROM offer o, {EDITOR_OF} WHERE o.id = $2",
        person.id, offer.id,
    )  # fmt: skip
    return found or Reach(False, False, False)


async def session_owned_by(person: Any, session_id: str | UUID) -> Session:
    """The session with its offer, for editors and managers of the owning unit: those who may tell whoever is booked.
    A draft's too."""
    return await _session(person, session_id, OWNS)


async def session_hosted_by(person: Any, session_id: str | UUID) -> Session:
    """The session with its offer, for those who see its participants."""
    return await _session(person, session_id, SEES)


async def _session(person: Any, session_id: str | UUID, allowed: str) -> Session:
    found = await value(
        f"""SELECT s.id FROM {EDITOR_OF}, session s JOIN offer o ON o.id = s.offer_id
        WHERE s.id = $2 AND {allowed}""",
        person.id, parse_id(session_id),
    )  # fmt: skip
    if found is None:
        raise NotFound
    session = await Session.get_or_none(id=found).select_related("offer", "offer__owner")
    if session is None:  # a draft's date, thrown away in this very moment
        raise NotFound
    return session


@dataclass(frozen=True, slots=True)
class LedOffer:
    """Of an offer what the register of one of its sessions tells."""

    id: UUID
    slug: str
    owner_id: UUID
    joining: str


@dataclass(frozen=True, slots=True)
class Led(Dated):
    """A session as its register needs it: read in one statement, where the objects of it, its offer and their owner
    are as dear as all else that the page asks for."""

    id: UUID
    offer_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    slug: str
    owner_id: UUID
    joining: str

    @property
    def offer(self) -> LedOffer:
        return LedOffer(self.offer_id, self.slug, self.owner_id, self.joining)


LED = """SELECT s.id, s.offer_id, s.starts_at, s.ends_at, s.status, o.slug, o.owner_id, o.joining
FROM session s JOIN offer o ON o.id = s.offer_id"""


async def led(session_id: UUID) -> Led:
    """A session, for whoever has been asked already whether it is theirs. Raises NotFound where it is gone."""
    found = await row(Led, f"{LED} WHERE s.id = $1", session_id)
    if found is None:
        raise NotFound
    return found


async def register_hosted_by(person: Any, session_id: str | UUID) -> Led:
    """The session whose register somebody keeps: for those who see its participants."""
    found = await row(
        Led, f"{LED} CROSS JOIN {EDITOR_OF} WHERE s.id = $2 AND {SEES}", person.id, parse_id(session_id)
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Hosting:
    """That somebody leads a session (`until` is None), or did until then."""

    offer_id: UUID
    owner_id: UUID
    until: datetime | None


ENDED = f"""SELECT o.id AS offer_id, o.owner_id, CASE WHEN now.leads THEN NULL ELSE greatest(
    (SELECT max(e.ended_at) FROM host_ended e WHERE e.person_id = $1 AND e.offer_id = o.id),
    (SELECT max(m.ended_at) FROM membership m WHERE m.person_id = $1 AND m.organization_id = o.owner_id
        AND m.role IN ('editor', 'manager')),
    (SELECT max(m.ended_at) FROM host_assignment h JOIN membership m ON m.person_id = h.person_id
        AND m.role IN {LEADING} AND (m.organization_id = o.owner_id OR {ARRANGES})
        WHERE h.person_id = $1 AND h.offer_id = o.id),
    (SELECT max(d.at) FROM host_assignment h JOIN {HELD} m ON m.person_id = h.person_id AND m.state = 'suspended'
        JOIN decision d ON d.organization_id = m.organization_id AND d.answer = 'suspended'
        WHERE h.person_id = $1 AND h.offer_id = o.id)) END AS until, now.leads
FROM {EDITOR_OF}, session s JOIN offer o ON o.id = s.offer_id, LATERAL (SELECT {SEES} AS leads OFFSET 0) now
WHERE s.id = $2 OFFSET 0"""
"""An assignment that went is stored in host_ended, the end of a role where the role stands, and when an organisation
was closed in the municipality's answer. OFFSET keeps the planner
from writing what is asked once into each place where it is read: each tap made all those ready and asked none."""

LEADS_NOW = f"""SELECT o.id AS offer_id, o.owner_id, NULL::timestamptz AS until
FROM {EDITOR_OF}, session s JOIN offer o ON o.id = s.offer_id WHERE s.id = $2 AND {SEES} OFFSET 0"""
"""The same of whoever leads it now: a row, or none. It is asked often, and ended roles are not made ready for it."""


async def hosting(person: UUID, session_id: str | UUID) -> Hosting | None:
    """Whether somebody leads a session, or until when they did; None if they never have. For what they noted while
    they did, which may arrive later: nothing of the session is shown to them after that."""
    return await row(
        Hosting, f"SELECT offer_id, owner_id, until FROM ({ENDED}) x WHERE leads OR until IS NOT NULL",
        person, parse_id(session_id),
    )  # fmt: skip
