"""Writes of who stands behind an offer: its hosts and its co-organisers. One transaction each."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.data.ledger import Lost
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, post
from offers.catalogue.models import Offer
from offers.publishing.actions import editing
from offers.publishing.acts import Act
from offers.publishing.team import mails, queries
from offers.rights.sql import ARRANGES, LEADING
from organizations.members.invitations import actions as invitation_actions
from organizations.members.models import LeadsAs
from organizations.members.queries import HELD, managers_to_tell


async def assign_host(
    offer: Offer, person: UUID, leads_as: LeadsAs | None = None, *, by: UUID, now: datetime
) -> None:
    """Let somebody see the offer's participants and take attendance. `leads_as` None: not said, and what was said
    before stays."""
    async with in_transaction():
        await rows(
            """INSERT INTO host_assignment AS h (id, person_id, offer_id, leads_as) VALUES ($1, $2, $3, $4)
            ON CONFLICT (person_id, offer_id) DO UPDATE SET leads_as = excluded.leads_as
                WHERE excluded.leads_as IS NOT NULL""",
            uuid7(), person, offer.id, leads_as,
        )  # fmt: skip
        await record(Act.HOST_ASSIGNED, now=now, actor=by, object_id=offer.id, person=person,
                     organization=offer.owner_id)  # fmt: skip


LEADING_NO_MORE = f"""WITH gone AS (DELETE FROM host_assignment h USING offer o WHERE o.id = h.offer_id
    AND $1 IN (h.person_id, h.offer_id) AND NOT EXISTS (SELECT FROM {HELD} m
        WHERE m.person_id = h.person_id AND m.role IN {LEADING} AND (m.organization_id = o.owner_id OR {ARRANGES}))
    RETURNING h.person_id, h.offer_id)
INSERT INTO host_ended (id, person_id, offer_id, ended_at) SELECT {NEW_ID}, g.person_id, g.offer_id,
    coalesce((SELECT max(m.ended_at) FROM membership m WHERE m.person_id = g.person_id AND $1 = g.person_id), $2)
FROM gone g"""
"""When a role ended, that of it did too, though it is tidied later."""
REMOVE = """WITH gone AS (DELETE FROM host_assignment WHERE person_id = $1 AND offer_id = $2
    RETURNING id, person_id, offer_id)
INSERT INTO host_ended (id, person_id, offer_id, ended_at)
SELECT id, person_id, offer_id, $3 FROM gone RETURNING id"""


async def tidy_hosts(whose: UUID, now: datetime) -> None:
    """Of a person, or of an offer: forget assignments that count no longer, for the role behind them has ended. So a
    role that begins anew does not bring them back."""
    await rows(LEADING_NO_MORE, whose, now)


async def remove_host(offer: Offer, person: UUID, *, by: UUID, now: datetime) -> None:
    """They see the offer's participants no more, unless as an editor. Raises Refused when they lead it no more."""
    async with in_transaction():
        removed = await column(REMOVE, person, offer.id, now)
        if not removed:
            raise Refused(_("Hen er tatt bort allerede."))
        ledger.note(Lost.HOST, *removed)
        await record(Act.HOST_REMOVED, now=now, actor=by, object_id=offer.id, person=person,
                     organization=offer.owner_id)  # fmt: skip


async def take_back_invitation(offer: Offer, invitation: UUID, *, by: UUID, now: datetime) -> None:
    """Somebody is not asked to lead the offer any more. Raises Refused when nobody is."""
    if invitation not in [each.invitation for each in await queries.hosts_of(offer.id)]:
        raise Refused(_("Invitasjonen er besvart eller tatt tilbake allerede."))
    await invitation_actions.take_back(invitation, by=by, now=now)


async def add_organizer(offer: Offer, organization: UUID, *, may_edit: bool, by: UUID, now: datetime) -> None:
    """Another organisation stands behind the offer too; its managers are told. Raises Refused."""
    async with editing(offer, by, now):
        stands = await column(
            """INSERT INTO offer_organizer AS c (id, offer_id, organization_id, may_edit) VALUES ($1, $2, $3, $4)
            ON CONFLICT (offer_id, organization_id) DO UPDATE SET may_edit = excluded.may_edit RETURNING id""",
            uuid7(), offer.id, organization, may_edit,
        )  # fmt: skip
        ledger.note(Lost.ORGANIZER_EDITS, *stands, number=int(not may_edit))
        await record(Act.ORGANIZER_ADDED, now=now, actor=by, object_id=offer.id, organization=organization,
                     details={"may_edit": may_edit})  # fmt: skip
        for to in await managers_to_tell(organization):
            await post(
                mails.co_organizer, channel=Channel(to.channel), address=to.value, lang=to.lang, now=now,
                key=f"co_organizer:{offer.id}:{organization}:{to.person_id}:{int(now.timestamp())}",
                about=About(offer_id=offer.id, person_id=to.person_id), offer=str(offer.id),
                organization=str(organization),
            )  # fmt: skip


async def remove_organizer(offer: Offer, organization: UUID, *, by: UUID, now: datetime) -> None:
    """The organisation stands behind the offer no more. Raises Refused."""
    async with editing(offer, by, now):
        removed = await column(
            "DELETE FROM offer_organizer WHERE offer_id = $1 AND organization_id = $2 RETURNING id",
            offer.id, organization,
        )  # fmt: skip
        if not removed:
            raise Refused(_("Organisasjonen er tatt bort allerede."))
        ledger.note(Lost.ORGANIZER, *removed)
        await tidy_hosts(offer.id, now)
        await record(Act.ORGANIZER_REMOVED, now=now, actor=by, object_id=offer.id, organization=organization)
