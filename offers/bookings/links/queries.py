"""Finding one's way back to a booking: by its reference, or by the address that its messages go to."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.text import same_name
from marketplace.people.rules import contact
from offers.bookings.queries import NAMED, WISHED
from offers.catalogue.queries import offer_text
from offers.seats import links
from offers.seats.sql import active, covers


class Linked(NamedTuple):
    """A booking that somebody looks for."""

    id: UUID
    link_version: int
    participant: str | None
    booker: str | None
    address: str | None


async def link_by_reference(reference: str, word: str) -> str | None:
    """The path of the booking with this reference and this name or address; the reference alone opens nothing.

    Where somebody is shielded only the link does: whoever tries a name or an address with the number of an alias must
    not learn whose it is. It looks as if there were no such booking.
    """
    typed = contact(word)
    found = await rows(
        Linked,
        f"""SELECT b.id, b.link_version, {NAMED} AS participant, k.name AS booker, c.value AS address
        FROM booking b JOIN person n ON n.id = b.participant_id JOIN person k ON k.id = b.booked_by_id
        LEFT JOIN contact_point c ON c.id = b.contact_id WHERE b.reference = $1 AND NOT {WISHED}""",
        links.typed_reference(reference),
    )
    for each in found:
        names = [name for name in (each.participant, each.booker) if name]
        if any(same_name(name, word) for name in names) or (typed and each.address == typed[1]):
            return links.link_path(each.id, each.link_version)
    return None


@dataclass(frozen=True, slots=True)
class Sent:
    """A booking whose link is sent. `starts_at`: the next date that one can come to."""

    id: UUID
    link_version: int
    title: str
    participant: str | None
    starts_at: datetime | None

    @property
    def path(self) -> str:
        return links.link_path(self.id, self.link_version)


async def active_for_address(address: str, now: datetime, lang: str) -> list[Sent]:
    """Bookings whose messages go to this address and that are not over: for "send meg lenkene mine på nytt"."""
    return await rows(
        Sent,
        f"""SELECT b.id, b.link_version, t.title, {NAMED} AS participant, s.starts_at
        FROM contact_point c JOIN booking b ON b.contact_id = c.id JOIN seat_pool p ON p.id = b.pool_id
        JOIN offer o ON o.id = b.offer_id JOIN person n ON n.id = b.participant_id
        JOIN {offer_text("$3")} t ON true
        LEFT JOIN LATERAL (SELECT min(starts_at) AS starts_at FROM session WHERE offer_id = b.offer_id
            AND {covers('session.id')} AND status <> 'cancelled' AND ends_at > $2) s ON true
        WHERE c.value = $1 AND {active()}
            AND (p.ends_at IS NULL OR p.ends_at > $2) ORDER BY s.starts_at NULLS LAST, b.id LIMIT 50""",
        address, now, lang,
    )  # fmt: skip
