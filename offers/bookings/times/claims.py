"""One time each of a conversation, for those whom we know."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from offers.bookings.times.queries import other_time


class HasTime(Refused):
    """They have another time of these conversations. `path` is of its booking."""

    def __init__(self, path: str) -> None:
        super().__init__(_("Du har en tid her allerede."))
        self.path = path


async def only_one(
    offer: UUID, pool: UUID, participant: UUID, booker: UUID, form_key: bytes, now: datetime
) -> None:
    """Raises HasTime. Inside the claim's transaction: two forms for other times have no pool in common to wait for, so
    they wait for each other here."""
    key = f"{offer} {participant}"
    await rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)
    if path := await other_time(offer, participant, booker, pool, form_key, now):
        raise HasTime(path)
