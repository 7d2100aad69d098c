"""How a person's bookings are told. No database here."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.text import name_key, same_name
from marketplace.my_page.queries import Mine
from offers.seats.models import BookingState, EndedBy
from offers.seats.rules import CALLED_OFF

COMING = {
    BookingState.REQUESTED: ("request", lazy("Vi venter på svar fra arrangøren")),
    BookingState.CONFIRMED: ("booked", lazy("Påmeldt")),
    BookingState.OFFERED: ("waiting", lazy("Plassen venter på svaret ditt")),
}
PAST = {
    BookingState.REQUESTED: ("cancelled", lazy("Det ble ikke noe denne gangen")),
    BookingState.CONFIRMED: ("booked", lazy("Var påmeldt")),
    BookingState.WAITING: ("cancelled", lazy("Det ble ikke ledig plass")),
    BookingState.OFFERED: ("cancelled", lazy("Det ble ikke ledig plass")),
    BookingState.CANCELLED: ("cancelled", lazy("Meldt av")),
    BookingState.DECLINED: ("cancelled", lazy("Det ble ikke plass")),
    BookingState.EXPIRED: ("cancelled", lazy("Fristen for å svare gikk ut")),
}
"""What each state is called, and how it looks (`seats` in components/offers.html)."""


def told(booking: Mine, coming: bool) -> tuple[str, str]:
    """Look and words of a booking's state."""
    ended_by, state = booking.ended_by, BookingState(booking.state)
    if ended_by in CALLED_OFF or (ended_by is None and booking.session_status == "cancelled"):
        return "cancelled", _("Avlyst")
    if ended_by == EndedBy.HOST and state is BookingState.CANCELLED:
        return "cancelled", _("Arrangøren har meldt av")
    if ended_by == EndedBy.SELF and state is BookingState.DECLINED:
        return "cancelled", _("Takket nei til plassen")
    if coming and state is BookingState.WAITING:
        return "waiting", _("På venteliste, nummer %(place)s i køen", place=booking.place)
    look, words = (COMING if coming else PAST)[state]
    return look, str(words)


class Whose(Protocol):
    """What a row says of whose a booking is."""

    @property
    def participant_id(self) -> UUID: ...
    @property
    def booked_by_id(self) -> UUID: ...
    @property
    def participant(self) -> str | None: ...
    @property
    def reaches_participant(self) -> bool: ...


def is_own(booking: Whose, person: UUID, name: str | None) -> bool:
    """Is it the person who comes? A guest who booked for themself with the person's address, and whoever a guide has
    booked for with it, is taken to be the person, unless the names differ: two people may share an address."""
    if booking.participant_id == person:
        return True
    if booking.participant_id != booking.booked_by_id and not booking.reaches_participant:
        return False
    return not name or not booking.participant or same_name(booking.participant, name)


def by_participant(bookings: Iterable[Mine]) -> list[tuple[str, list[Mine]]]:
    """Bookings for others under the name of whoever comes, in the order of the bookings. A name is all we know: each
    guest's booking has a person of its own, so Ingrid may be several."""
    groups: dict[str, tuple[str, list[Mine]]] = {}
    for booking in bookings:
        name = booking.participant or ""
        groups.setdefault(name_key(name), (name, []))[1].append(booking)
    return list(groups.values())
