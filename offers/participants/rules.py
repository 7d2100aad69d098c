"""Decisions about what those who lead an offer do with its seats: no database, no clock."""

from collections.abc import Sized
from enum import StrEnum

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, ngettext


def some_ahead(pools: Sized) -> None:
    """Raises Refused when an offer has nothing ahead that somebody could be given a seat at."""
    if not pools:
        raise Refused(_("Ingen samlinger ligger foran, så ingen kan settes opp."))


def no_room(room: int) -> str:
    """Why those who lead an offer cannot add so many: `room` seats are kept or free."""
    if room == 0:
        return _("Alle plassene er tatt. Velg under hva dere vil gjøre.")
    return ngettext("Det er %(num)s plass igjen. Velg færre, eller velg under hva dere vil gjøre.",
                    "Det er %(num)s plasser igjen. Velg færre, eller velg under hva dere vil gjøre.", room)  # fmt: skip


class ExtraReason(StrEnum):
    """Why a seat was made for somebody before those who wait: a choice, since free text could tell of a person."""

    PROMISED = "promised"
    HELPER = "helper"
    TOGETHER = "together"
    ROOM = "room"


EXTRA_REASONS = {
    ExtraReason.PROMISED: lazy("Vi hadde lovet dem plass"),
    ExtraReason.HELPER: lazy("De trengs der, som hjelper, tolk eller ledsager"),
    ExtraReason.TOGETHER: lazy("De skal komme sammen med noen som har plass"),
    ExtraReason.ROOM: lazy("Det er plass til én til, men ikke til alle som venter"),
}


def serves(names: list[str], asked: bool) -> str:
    """Who of the queue gets the new seats, or is `asked` whether they want one, before it happens."""
    if not names:
        return _("Nå får ingen på ventelista plass av dette. Lagre en gang til hvis det er riktig.")
    if asked:
        return ngettext("Den første på ventelista får spørsmål om plassen: %(names)s. "
                        "Lagre en gang til hvis det er riktig.",
                        "De %(num)s første på ventelista som passer, får spørsmål om plassen: %(names)s. "
                        "Lagre en gang til hvis det er riktig.", len(names), names=", ".join(names))  # fmt: skip
    return ngettext("Den første på ventelista får plass: %(names)s. Lagre en gang til hvis det er riktig.",
                    "De %(num)s første på ventelista som passer, får plass: %(names)s. "
                    "Lagre en gang til hvis det er riktig.", len(names), names=", ".join(names))  # fmt: skip
