"""When a booking may change to another time: no database, no clock."""

from datetime import datetime

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from offers.catalogue.models import Joining
from offers.catalogue.states import OfferState
from offers.seats import rules as seats_rules
from offers.seats.models import BookingState
from offers.seats.rules import Pool

CHANGEABLE = frozenset({BookingState.CONFIRMED, BookingState.WAITING})
"""States in which one may change to another time."""


def has_other_times(joining: str, state: str) -> bool:
    """Is it for one of several times, so that another may be chosen?"""
    return joining == Joining.PER_SESSION and state in CHANGEABLE


def may_leave(state: str, here: Pool, now: datetime) -> None:
    """Raises Refused when a booking in this state cannot be changed any more, or its time has begun."""
    if state not in CHANGEABLE or seats_rules.Objection.OVER in seats_rules.closed(here, now):
        raise Refused(_("Denne tiden kan ikke byttes lenger."))


def may_come(there: Pool, seats: int, now: datetime, *, offer: str, sensitive: bool) -> None:
    """Raises Refused, in the user's words, when a party cannot come at the new time instead. `offer`: its state."""
    if offer != OfferState.PUBLISHED:
        raise Refused(_("Tilbudet tar ikke imot påmeldinger nå. Du har fortsatt tiden du hadde."))
    if not there.fits(seats):
        raise Refused(_("Den tiden er ikke ledig lenger. Du har fortsatt tiden du hadde. Velg en annen."))
    for objection in seats_rules.objections(there, seats, now, False):
        raise Refused(seats_rules.objection_text(objection, there, sensitive))
