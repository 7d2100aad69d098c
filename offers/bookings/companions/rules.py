"""Who of a party may leave it: no database, no clock."""

from collections.abc import Set
from datetime import datetime
from uuid import UUID

from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from offers.seats.models import ACTIVE


def some_left(state: str, ends_at: datetime | None, now: datetime) -> None:
    """Raises Refused when the booking has ended, or what it was for is over."""
    if state not in ACTIVE or (ends_at is not None and ends_at <= now):
        raise Refused(_("Dette er over, så det er ikke noe å melde av."))


def seats_left(there: Set[UUID], seats: int, named: Set[UUID], unnamed: int, *, seen: int) -> int | None:
    """The seats that are left when these companions and so many of those without a name do not come, of a party with
    `seats` and these companions `there`. It is never all of it. None: they have left already.

    `seen`: the seats when they chose. Raises Conflict when it was otherwise by then.
    """
    left = seen - len(named) - unnamed
    if seats == left and not named & there:
        return None
    if seats != seen or not named <= there or not 0 <= unnamed < seen - len(there):
        raise Conflict(_("Noe er endret siden du åpnet siden. Se over og velg på nytt."))
    return left
