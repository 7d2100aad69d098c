"""What to say on the telephone, in one sentence each. No database, no clock."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import when
from offers.telling.models import CallAbout


class Said(StrEnum):
    """What became of a call: somebody has rung, or not after all; and what they said to a seat that is held."""

    RUNG = "rung"
    UNDO = "undo"
    YES = "yes"
    NO = "no"


RINGS_LATER = 48
"""Hours that a seat is held at least for whoever must be rung: somebody has to find the time for it, and them at
home."""


def hours_held(hours: int, rung: bool) -> int:
    """How many hours a freed seat is held for somebody, of the offer's own. `rung`: no message reaches them."""
    return max(hours, RINGS_LATER) if rung else hours


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a call is about: the session, the `reply` to a request, the `text` of a host. `unheard`: nobody has rung
    them about that it was moved."""

    starts_at: datetime | None
    ends_at: datetime | None
    note: str | None
    venue: str | None
    reply: str
    text: str | None
    unheard: bool


def words(about: CallAbout, call: Occasion) -> str:
    """What to say."""
    time = when(call.starts_at, call.ends_at) if call.starts_at and call.ends_at else ""
    match about:
        case CallAbout.OFFERED:
            return _("En plass er ledig. Vil de ha den?")
        case CallAbout.PROMOTED:
            return _("De stod på venteliste, og har fått plass.")
        case CallAbout.ACCEPTED:
            return _("Dere har sagt ja, så de har fått plass.")
        case CallAbout.WAITING:
            return _("Det er fullt nå, så de står på venteliste.")
        case CallAbout.DECLINED:
            return _with(_("Det ble ikke plass denne gangen."), call.reply)
        case CallAbout.TALK:
            return _with(_("Dere vil ta en prat før dere svarer."), call.reply)
        case CallAbout.CANCELLED:
            return _("Dere har meldt dem av.")
        case CallAbout.SESSION_ADDED:
            return _("Det er kommet en samling til: %(when)s.", when=time)
        case CallAbout.SESSION_MOVED:
            return _("Samlingen er flyttet. Ny tid og sted: %(when)s.", when=_place(time, call.venue))
        case CallAbout.SESSION_CANCELLED:
            said = _("Samlingen %(when)s er avlyst.", when=time) if time else _("Samlingen er avlyst.")
            if call.unheard:
                said = _with(
                    said, _("De har ikke fått vite at den var flyttet, så si hvilken tid den var først.")
                )
            return _with(said, call.note)
        case CallAbout.OFFER_CANCELLED:
            return _with(_("Tilbudet er avlyst."), call.note)
        case CallAbout.ASKED:
            return _("De var ikke med %(when)s, og vil gjerne bli ringt.", when=time)
        case CallAbout.CLOSED:
            return _(
                "Kommunen har stengt arrangøren for en tid. Påmeldingen står som før, men det er ikke sikkert at det "
                "blir noe av."
            )
        case CallAbout.REOPENED:
            return _("Arrangøren er åpen igjen. Påmeldingen gjelder som før.")
        case CallAbout.HOST_MESSAGE:
            return call.text or _("Det ble sendt en melding til deltakerne.")


def _with(sentence: str, more: str | None) -> str:
    return f"{sentence} {more}" if more else sentence


def _place(time: str, venue: str | None) -> str:
    return f"{time}, {venue}" if venue else time
