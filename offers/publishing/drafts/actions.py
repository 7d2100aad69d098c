"""A draft made of an offer that is there, and a draft that is thrown away."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.data.slugs import insert_named
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from offers.catalogue.models import Offer
from offers.catalogue.states import OfferState
from offers.publishing.actions import finish
from offers.publishing.acts import Act
from offers.publishing.queries import capacity_of, text_of
from offers.seats.upkeep import changing, make_pools

COPIED = {
    "offer_text": "lang, title, summary, body, meets_you, way_in, bring_someone, what_happens, may_leave, bring, "
                  "keywords, found_by",
    "offer_organizer": "organization_id, may_edit",
    "offer_audience_organization": "organization_id",
    "host_assignment": "person_id, leads_as",
    "offer_question": "position, kind, text, purpose, choices, required, keep_days",
}  # fmt: skip


async def copy(offer: Offer, *, by: UUID, now: datetime) -> Offer:
    """A new draft with everything but the dates, which continues this one. Its seats will be as many."""
    new = offer.clone(pk=uuid7())
    new.state, new.published_at, new.opens_at, new.narrowed_at = OfferState.DRAFT, None, None, None
    new.continues_id, new.created_at, new.changed_at = offer.id, now, now
    async with in_transaction():
        await insert_named(new, (await text_of(offer)).title)
        for table, columns in COPIED.items():
            await rows(
                f"INSERT INTO {table} (id, offer_id, {columns}) "
                f"SELECT {NEW_ID}, $1, {columns} FROM {table} WHERE offer_id = $2 ORDER BY id",
                new.id, offer.id,
            )  # fmt: skip
        await make_pools(new, await capacity_of(new.id))
        await finish(new, by, now, Act.OFFER_COPIED)
    return new


async def delete_draft(offer: Offer, *, by: UUID, now: datetime) -> None:
    """Do away with a draft that nobody has booked. Raises Refused for anything else."""
    async with changing(offer.id):
        gone = await rows(
            """DELETE FROM offer o WHERE o.id = $1 AND o.state = 'draft'
                AND NOT EXISTS (SELECT FROM booking b WHERE b.offer_id = o.id) RETURNING id""",
            offer.id,
        )
        if not gone:
            raise Refused(_("Bare kladder som ingen er påmeldt, kan slettes."))
        await record(Act.OFFER_DELETED, now=now, actor=by, object_id=offer.id, organization=offer.owner_id)
