"""What a guide reads aloud to whoever was booked for. No database here."""

from dataclasses import dataclass

from marketplace.base.i18n import gettext as _
from marketplace.base.text import isolated
from offers.bookings.times.rules import has_other_times
from offers.seats.models import Claimed


@dataclass(frozen=True, slots=True)
class Receipt(Claimed):
    """What became of the booking, and what may be done with it."""

    state: str
    joining: str
    participant: str

    @property
    def title(self) -> str:
        if self.confirmed:
            return _("%(name)s er påmeldt", name=isolated(self.participant))
        if self.waiting:
            return _("%(name)s står på venteliste", name=isolated(self.participant))
        if self.requested:
            return _("Forespørselen er sendt")
        return _("En plass ble ledig") if self.offered else _("Påmeldingen gjelder ikke lenger")

    @property
    def has_other_times(self) -> bool:
        return has_other_times(self.joining, self.state)
