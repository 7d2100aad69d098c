"""Ending the links of bookings: whoever has one can make a new one, and only where the messages go is it told."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.base.audit import record
from marketplace.base.database import in_transaction, row, rows
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.people.queries import WRITTEN_TO
from offers.bookings.moves import tell

LED_TO = """WITH RECURSIVE near AS (
    SELECT id, offer_id, moved_to_id, made_with_id, booked_by_id FROM booking WHERE id = $1
    UNION SELECT b.id, b.offer_id, b.moved_to_id, b.made_with_id, b.booked_by_id
    FROM near n JOIN booking b ON b.offer_id = n.offer_id AND (b.moved_to_id = n.id OR b.id = n.moved_to_id
        OR b.made_with_id = n.made_with_id AND b.booked_by_id = n.booked_by_id)
) SELECT id FROM near"""
"""The booking $1 and those from whose pages one comes to it: other dates of the same form, and other times it had."""


async def end_links(bookings: Sequence[UUID]) -> None:
    """Every link that opens one of these bookings ends. Inside the transaction of whoever makes it so."""
    await rows("SELECT id FROM booking WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(bookings))
    await rows("UPDATE booking SET link_version = link_version + 1 WHERE id = ANY($1)", list(bookings))


async def end_links_to(booking_id: UUID) -> None:
    """Every link ends that opens this booking, or a page from which one comes to it."""
    await end_links([each["id"] for each in await rows(LED_TO, booking_id)])


async def renew_link(booking_id: UUID, *, now: datetime, by: UUID | None = None) -> None:
    """A new link to a booking, to where its messages go and nowhere else: whoever asks may be the one who should not
    have the old. Raises Refused where no message comes to them."""
    async with in_transaction():
        await end_links_to(booking_id)
        booking = await row(
            f"""SELECT b.id, b.lang, b.link_version, b.offer_id, b.participant_id, o.owner_id, c.channel,
                c.value AS address, c.person_id
            FROM booking b JOIN offer o ON o.id = b.offer_id
                LEFT JOIN contact_point c ON c.id = b.contact_id AND {WRITTEN_TO}
            WHERE b.id = $1""",
            booking_id,
        )
        if booking is None or not booking["address"]:
            raise Refused(_("Vi har ingen adresse å sende en ny lenke til. Ring oss, så hjelper vi deg."))
        await record("booking.link_renewed", now=now, actor=by, object_id=booking_id,
                     organization=booking["owner_id"], person=booking["participant_id"])  # fmt: skip
        await tell("new_link", booking, str(booking["link_version"]), now)
