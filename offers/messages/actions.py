"""A host writes to the participants: the message and what goes out of it, in one transaction. And what nobody got is
told by telephone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, rows
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.post.queue import Claimed
from marketplace.base.web.limits import Tries, limits
from offers.catalogue.models import Offer, Session
from offers.messages import mails
from offers.messages.acts import Act
from offers.messages.models import NEWS, HostMessage, Recipients
from offers.messages.queries import recipients
from offers.participants.queries import counts
from offers.seats.actions import hold_longer
from offers.telling.actions import tell, to_ring
from offers.telling.models import CallAbout

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


@dataclass(frozen=True, slots=True)
class Untold:
    """A session that somebody was to be told of, as it is now; None where it was not about one."""

    session_id: UUID | None
    sequence: int | None


UNTOLD = """SELECT x.session_id, s.sequence FROM booking b JOIN person n ON n.id = b.participant_id
LEFT JOIN host_message m ON m.id = $4
LEFT JOIN unnest($3::uuid[]) AS x (session_id) ON true LEFT JOIN session s ON s.id = x.session_id
WHERE b.id = $1 AND n.name IS NOT NULL AND (b.ended_by IS NULL OR b.ended_by IN ('host', 'session', 'offer'))
    AND (b.answered_at IS NOT NULL OR $2 NOT IN ('receipt', 'waiting')) AND (m.id IS NULL OR m.recipients <> ALL($5))
ORDER BY s.starts_at"""
"""What booking b is still to be told of a message that nobody got. What somebody has done themselves, or has seen on
the page where they did it, is no news to them; and what a host writes to those who have nothing booked need nobody
hear."""


async def ring_instead(lost: Claimed, now: datetime) -> None:
    """Somebody is to be rung about what a message that nobody will get was to tell of their booking: the same calls as
    where it was known beforehand that none reaches them (offers/telling)."""
    booking, facts = lost.to.about.booking_id, lost.facts
    if booking is None or lost.mail not in set(CallAbout):
        return
    about, added = CallAbout(lost.mail), facts.get("sessions", [])
    sessions, message = added or [each for each in [facts.get("session")] if each], facts.get("message")
    for one in await rows(Untold, UNTOLD, booking, about, sessions, message, sorted(NEWS)):
        key = f"{about}:{one.session_id}:{booking}" if added else lost.key
        session = str(one.session_id) if one.session_id else None
        sequence = facts.get("sequence", one.sequence)
        await to_ring(about, booking, key=key, now=now, session=session, sequence=sequence, message=message)
    if about is CallAbout.OFFERED:
        await hold_longer(booking, now=now)


IN_PLACE_OF = """y.booking_id = m.booking_id AND (y.key = m.dedupe_key
    OR m.mail = 'session_added' AND y.about = m.mail AND m.facts -> 'sessions' ? y.session_id::text)"""
"""Was call y made since nobody got message m (ring_instead)?"""


async def rung_about(messages: Collection[UUID]) -> set[UUID]:
    """Those of these messages that somebody has told by telephone: whoever they were for knows."""
    return {*await column(
        f"""SELECT m.id FROM outbox_message m WHERE m.id = ANY($1)
        AND EXISTS (SELECT FROM phone_call y WHERE {IN_PLACE_OF} AND y.called_at IS NOT NULL)""",
        list(messages),
    )}  # fmt: skip


async def goes_after_all(messages: Collection[UUID]) -> None:
    """These messages are tried anew, so nobody need ring instead, unless they are lost once more."""
    await rows(
        f"""DELETE FROM phone_call y USING outbox_message m
        WHERE m.id = ANY($1) AND {IN_PLACE_OF} AND y.called_at IS NULL""",
        list(messages),
    )
