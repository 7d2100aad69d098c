"""Who has a certificate, for those who lead the offer. Where somebody is shielded, they see an alias."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.text import by_name
from offers.bookings.certificates.queries import COLUMNS, joined
from offers.bookings.certificates.rules import Attended, earned, number_of
from offers.bookings.queries import HIDDEN
from offers.participants.queries import SHOWN_NAME


@dataclass(frozen=True, slots=True)
class Holder(Attended):
    """A booking with a certificate. `shielded`: the name is an alias, and only they themselves get the paper."""

    name: str
    shielded: bool

    @property
    def number(self) -> str:
        return number_of(self.booking_id)


async def holders(offer_id: UUID, now: datetime) -> list[Holder]:
    """Those of an offer who have a certificate, in the order of their names."""
    found = await rows(
        Holder,
        f"""SELECT {COLUMNS}, {SHOWN_NAME} AS name, {HIDDEN} AS shielded
        FROM booking b {joined("$2::timestamptz")} JOIN person k ON k.id = b.booked_by_id
        WHERE b.offer_id = $1 AND b.state = 'confirmed'""",
        offer_id, now,
    )  # fmt: skip
    return sorted((one for one in found if earned(one, now)), key=lambda one: by_name(one.name))
