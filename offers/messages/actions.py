"""A host writes to the participants: the message and what goes out of it, in one transaction."""

from datetime import datetime, timedelta
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.web.limits import Tries, limits
from offers.catalogue.models import Offer, Session
from offers.messages import mails
from offers.messages.acts import Act
from offers.messages.models import NEWS, HostMessage, Recipients
from offers.messages.queries import recipients
from offers.participants.queries import counts
from offers.telling.actions import tell

OF_OFFER, BY_AUTHOR = 3, 10
"""Messages a day."""
DAY = timedelta(days=1)


async def write(
    offer: Offer, session: Session | None, to: Recipients, text: str, *, key: UUID, by: UUID, now: datetime
) -> None:
    """Send a text to everybody it is for. The same `key` again sends nothing more.

    Raises Refused when no message would reach anybody, TooMany, and Conflict when the key is another message's.
    """
    async with in_transaction():
        parties = await recipients(offer.id, session, to, now)
        told, to_call = counts(parties)
        mine = await rows(
            """INSERT INTO host_message (id, offer_id, session_id, recipients, author_id, text, told, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING id""",
            key, offer.id, session.id if session else None, to, by, text, told, now,
        )  # fmt: skip
        if not mine:
            if await HostMessage.exists(id=key, author_id=by, offer_id=offer.id, text=text):
                return
            raise Conflict(_("Denne meldingen er sendt før. Last siden på nytt og prøv igjen."))
        if not told:
            raise Refused(_("Ingen av dem har e-post eller mobil her, så meldingen når ingen."))
        await limits(
            [Tries("write of", str(offer.id), OF_OFFER, DAY), Tries("write by", str(by), BY_AUTHOR, DAY)],
            now=now,
        )
        for party in parties:
            if not party.channel and to in NEWS:  # nobody need hear it, so nobody rings
                continue
            await tell(mails.host_message, party, key=str(key), now=now, message=str(key))
        await record(
            Act.MESSAGE_SENT, now=now, actor=by, object_id=session.id if session else offer.id,
            organization=offer.owner_id, details={"recipients": to, "told": told, "to_call": to_call},
        )  # fmt: skip
