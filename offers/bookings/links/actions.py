"""Ending the links of bookings: whoever has one can make a new one, and only where the messages go is it told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, rows
from marketplace.base.data.ledger import Lost
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.people.queries import WRITTEN_TO
from offers.bookings.acts import Act
from offers.bookings.links import mails
from offers.seats.models import ACTIVE
from offers.seats.moves import tell
from offers.seats.rows import Tellable

LED_TO = """WITH RECURSIVE near AS (
    SELECT id, offer_id, moved_to_id, made_with_id, booked_by_id FROM booking WHERE id = $1
    UNION SELECT b.id, b.offer_id, b.moved_to_id, b.made_with_id, b.booked_by_id
    FROM near n JOIN booking b ON b.offer_id = n.offer_id AND (b.moved_to_id = n.id OR b.id = n.moved_to_id
        OR b.made_with_id = n.made_with_id AND b.booked_by_id = n.booked_by_id)
) SELECT id FROM near"""
"""The booking $1 and those from whose pages one comes to it: other dates of the same form, and other times it had."""


class _Ended(NamedTuple):
    id: UUID
    link_version: int


async def end_links(bookings: Sequence[UUID]) -> None:
    """Every link that opens one of these bookings ends. Inside the transaction of whoever makes it so."""
    await rows("SELECT id FROM booking WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(bookings))
    ended = await rows(
        _Ended,
        "UPDATE booking SET link_version = link_version + 1 WHERE id = ANY($1) RETURNING id, link_version",
        list(bookings),
    )
    for each in ended:
        ledger.note(Lost.BOOKING_LINK, each.id, number=each.link_version)


async def end_links_to(booking_id: UUID) -> list[UUID]:
    """Every link ends that opens this booking, or a page from which one comes to it. Gives the bookings of these."""
    ended = await column(LED_TO, booking_id)
    await end_links(ended)
    return ended


class _Left(NamedTuple):
    id: UUID
    contact_id: UUID | None


GOES_ELSEWHERE = """UPDATE booking b SET contact_id = $2 FROM booking o WHERE b.id = ANY($1) AND o.id = b.id
RETURNING b.id, o.contact_id"""


async def send_to(booking_id: UUID, contact: UUID | None) -> None:
    """The messages of a booking go to this contact point from now on, and so do those of all from whose pages one comes
    to it, also of what is over: a message that waits about one of them has the links of the others. Every link that
    went elsewhere ends. Inside the transaction of whoever decides it."""
    left = await rows(_Left, GOES_ELSEWHERE, await end_links_to(booking_id), contact)
    gone = [each for each in left if each.contact_id and each.contact_id != contact]
    ledger.note(Lost.BOOKING_ADDRESS, *(f"{each.id}:{each.contact_id}" for each in gone), number=1)
    if contact:  # messages may have gone there before, and elsewhere since
        ledger.note(Lost.BOOKING_ADDRESS, *(f"{each.id}:{contact}" for each in left), number=0)


@dataclass(frozen=True, slots=True)
class Renewed(Tellable):
    """A booking that gets a new link, and whose offer it is of."""

    owner_id: UUID


async def renew_link(booking_id: UUID, *, now: datetime, by: UUID | None = None) -> None:
    """A new link to a booking, to where its messages go and nowhere else: whoever asks may be the one who should not
    have the old. Those whose links end with it have theirs where their own messages go. Raises Refused where no message
    comes to them."""
    async with in_transaction():
        told = await rows(
            Renewed,
            f"""SELECT DISTINCT ON (c.channel, c.value) b.id, b.state, b.seats, b.participant_id, b.offer_id, b.lang,
                b.link_version, o.owner_id, c.channel, c.value AS address, c.person_id, c.refused_at
            FROM booking b JOIN offer o ON o.id = b.offer_id
                JOIN contact_point c ON c.id = b.contact_id AND {WRITTEN_TO}
            WHERE b.id = ANY($1) AND (b.id = $2 OR b.state = ANY($3))
            ORDER BY c.channel, c.value, b.id <> $2, b.id""",
            await end_links_to(booking_id), booking_id, list(ACTIVE),
        )  # fmt: skip
        booking = next((each for each in told if each.id == booking_id), None)
        if booking is None:
            raise Refused(_("Vi har ingen adresse å sende en ny lenke til. Ring oss, så hjelper vi deg."))
        await record(Act.BOOKING_LINK_RENEWED, now=now, actor=by, object_id=booking_id,
                     organization=booking.owner_id, person=booking.participant_id)  # fmt: skip
        for each in told:
            await tell(mails.new_link, each, str(each.link_version), now)
