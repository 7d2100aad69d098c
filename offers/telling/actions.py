"""Those whom no message reaches are noted when one would have gone to them, and ticked when somebody has rung."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import column, row, rows, value
from marketplace.base.errors import NotFound
from marketplace.base.models import Channel
from marketplace.base.post.mail import Mail, name_of, post
from offers.telling.acts import Act
from offers.telling.addressees import Addressee
from offers.telling.models import CallAbout
from offers.telling.queries import rung_by


async def tell(mail: Mail, party: Addressee, *, key: str, now: datetime, **facts: Any) -> None:
    """A message about a booking to where its messages go; where none reaches, somebody is to ring instead. In the
    transaction of the act."""
    key = f"{name_of(mail)}:{key}:{party.booking_id}"
    if party.channel:
        await post(
            mail, channel=Channel(party.channel), address=party.address or "", lang=party.lang, key=key, now=now,
            about=party.about,
            booking=str(party.booking_id), **facts,
        )  # fmt: skip
    else:
        await to_ring(CallAbout(name_of(mail)), party.booking_id, key=key, now=now, session=facts.get("session"),
                      sequence=facts.get("sequence"), message=facts.get("message"))  # fmt: skip


async def to_ring(
    what: CallAbout,
    booking_id: UUID,
    *,
    key: str,
    now: datetime,
    session: str | None = None,
    sequence: int | None = None,
    message: str | None = None,
) -> None:
    """Note that somebody is to be rung about their booking. `key` names the act, as a message's does: once each."""
    await rows(
        """INSERT INTO phone_call (id, booking_id, about, session_id, sequence, message_id, key, since)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key) DO NOTHING""",
        uuid7(), booking_id, what, session, sequence, message, key, now,
    )  # fmt: skip


async def ring_on(booking_id: UUID, session_id: UUID, number: str, *, now: datetime) -> None:
    """Note that somebody who missed a session has asked to be rung on this number: once a session, and on the number
    that they said last."""
    await rows(
        """INSERT INTO phone_call AS y (id, booking_id, about, session_id, number, key, since)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (key) DO UPDATE SET number = excluded.number WHERE y.called_at IS NULL""",
        uuid7(), booking_id, CallAbout.ASKED, session_id, number, f"asked:{session_id}:{booking_id}", now,
    )  # fmt: skip


async def ring_no_more(booking_id: UUID, session_id: UUID) -> bool:
    """Whoever asked to be rung need not be. False: there is nothing to take back."""
    return bool(
        await rows(
            """DELETE FROM phone_call WHERE booking_id = $1 AND session_id = $2 AND about = 'asked'
            AND called_at IS NULL RETURNING id""",
            booking_id, session_id,
        )
    )  # fmt: skip


async def not_rung(bookings: Collection[UUID]) -> set[UUID]:
    """Those of these bookings that nobody has rung about the seat that was held for them; there is nothing to ring
    about any more then."""
    gone = await column(
        """DELETE FROM phone_call WHERE booking_id = ANY($1) AND about = 'offered' AND called_at IS NULL
        RETURNING booking_id""",
        list(bookings),
    )
    return {*gone}


async def called(call: UUID, offer: UUID | None, guide: UUID | None) -> UUID:
    """The booking of a call, if it is of this offer or of what this guide has booked. Raises NotFound."""
    found: UUID | None = await value(
        f"""SELECT b.id FROM phone_call y JOIN booking b ON b.id = y.booking_id
        WHERE y.id = $1 AND (b.offer_id = $2 OR {rung_by("$3")})""",
        call, offer, guide,
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Ticked:
    """Whose call it was."""

    booking_id: UUID
    participant_id: UUID
    owner_id: UUID


async def rung(call: UUID, done: bool, *, by: UUID, now: datetime) -> None:
    """Tick a call, or take the tick back. Who ticked first stands."""
    found = await row(
        Ticked,
        """UPDATE phone_call y SET called_at = $2, called_by_id = $3 FROM booking b JOIN offer o ON o.id = b.offer_id
        WHERE y.id = $1 AND b.id = y.booking_id AND (y.called_at IS NULL) = $4
        RETURNING y.booking_id, b.participant_id, o.owner_id""",
        call, now if done else None, by if done else None, done,
    )  # fmt: skip
    if found is not None:
        await record(Act.CALL_MADE if done else Act.CALL_UNDONE, now=now, actor=by, object_id=found.booking_id,
                     organization=found.owner_id, person=found.participant_id)  # fmt: skip
