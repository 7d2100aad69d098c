"""What somebody answers after a time that they missed."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.database import in_transaction, rows
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from offers.bookings.actions import send_word
from offers.messages.missed import rules
from offers.messages.missed.queries import missed
from offers.seats.rules import NOTHING_SAID, Moved, Shown, moved_words
from offers.telling.actions import ring_no_more, ring_on


class NotAnyMore(Refused):
    """What the link is about is over."""

    def __init__(self) -> None:
        super().__init__(_("Dette gjelder ikke lenger."))


async def come_again(
    booking: UUID, session: UUID, *, told: bool, now: datetime, shown: Shown = NOTHING_SAID
) -> None:
    """They come to the time that follows the one they missed; that they had sent word for it is taken back.
    `told`: may whoever says so hear that they were away? `shown`: which time that is, as the page has said. Raises
    NotAnyMore, Moved."""
    async with in_transaction():
        await _held(booking)
        one = await missed(booking, session, told=told)
        if not rules.can_come(one, now) or one.next_id is None:
            raise NotAnyMore
        if shown and one.next_id not in shown:
            raise Moved(moved_words())
        await send_word(booking, one.next_id, coming=True, now=now, shown=shown)
        await rows(
            "INSERT INTO coming_again (id, booking_id, session_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            uuid7(), booking, one.next_id, now,
        )  # fmt: skip


async def ring_me(booking: UUID, session: UUID, number: str, *, told: bool, now: datetime) -> None:
    """Somebody who leads the offer is to ring them on this number; `told` as above. Raises NotAnyMore."""
    async with in_transaction():
        await _held(booking)
        if not rules.stands(await missed(booking, session, told=told), now):
            raise NotAnyMore
        await ring_on(booking, session, number, now=now)


async def do_not_ring(booking: UUID, session: UUID) -> bool:
    """They need not be rung after all. False: somebody has rung, or they had not asked."""
    async with in_transaction():
        await _held(booking)
        return await ring_no_more(booking, session)


async def _held(booking: UUID) -> None:
    """Whoever cancels it and this one come one after the other."""
    await rows("SELECT FROM booking WHERE id = $1 FOR SHARE", booking)
