"""Finding a booking again at the desk where it was made. Fetching is permission."""

from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.text import same_name
from offers.bookings.mine import AT_DESK
from offers.bookings.queries import WISHED
from offers.seats.links import link_path, typed_reference


class Made(NamedTuple):
    """A booking of the desk, and whose it is."""

    id: UUID
    link_version: int
    owner_id: UUID
    participant_id: UUID
    participant: str | None

    @property
    def token(self) -> str:
        return link_path(self.id, self.link_version).rpartition("/")[2]


async def made_at_desk(guide: UUID, reference: str, name: str) -> Made | None:
    """The booking with this number and this name, if it was made at the guide's own desk. What somebody booked
    themselves, or at another desk, is not there: one statement, whatever there is. Nor is that of whoever wished for an
    alias: a name tried beside the number on a list must not tell whose it is (offers/bookings/links/queries.py)."""
    found = await rows(
        Made,
        f"""SELECT b.id, b.link_version, o.owner_id, b.participant_id, n.name AS participant
        FROM booking b JOIN offer o ON o.id = b.offer_id JOIN person n ON n.id = b.participant_id
        JOIN person k ON k.id = b.booked_by_id
        WHERE b.reference = $2 AND {AT_DESK} AND NOT {WISHED}""",
        guide, typed_reference(reference),
    )  # fmt: skip
    return next((one for one in found if one.participant and same_name(one.participant, name)), None)
