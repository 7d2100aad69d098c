"""Decisions about what those who lead an offer do with its requests, its queue and its seats: no database, no clock."""

from collections.abc import Callable, Sized
from enum import StrEnum
from typing import NoReturn
from uuid import UUID

from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, ngettext
from offers.seats.models import BookingState


def no_longer(now: BookingState | None, why_not: Callable[[BookingState], str]) -> NoReturn:
    """A booking is not in the state that a page is about: raises NotFound when it is not the offer's at all (None), and
    Refused with the reason when it has gone on."""
    if now is None:
        raise NotFound
    raise Refused(why_not(now))


def some_ahead(pools: Sized) -> None:
    """Raises Refused when an offer has nothing ahead that somebody could be given a seat at."""
    if not pools:
        raise Refused(_("Ingen samlinger ligger foran, så ingen kan settes opp."))


def not_asking(state: BookingState) -> str:
    """Why a request cannot be answered: somebody else did, or whoever asked has withdrawn it."""
    if state is BookingState.CANCELLED:
        return _("Forespørselen er trukket tilbake, så det er ikke noe å svare på.")
    return _("Denne forespørselen er besvart allerede.")


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


def serves(names: list[str]) -> str:
    """Who of the queue gets the new seats, before they do."""
    if not names:
        return _("Nå får ingen på ventelista plass av dette. Lagre en gang til hvis det er riktig.")
    return ngettext("Den første på ventelista får plass: %(names)s. Lagre en gang til hvis det er riktig.",
                    "De %(num)s første på ventelista som passer, får plass: %(names)s. "
                    "Lagre en gang til hvis det er riktig.", len(names), names=", ".join(names))  # fmt: skip


class ReorderReason(StrEnum):
    """Why somebody was moved in the queue: a choice, since free text could tell of a person."""

    MISTAKE = "mistake"
    AGREED = "agreed"
    TOGETHER = "together"
    MISSED_OUT = "missed_out"


REORDER_REASONS = {
    ReorderReason.MISTAKE: lazy("Rekkefølgen ble feil hos oss"),
    ReorderReason.AGREED: lazy("De som rykker bakover, har sagt ja til det"),
    ReorderReason.TOGETHER: lazy("De skal komme sammen med noen som har plass"),
    ReorderReason.MISSED_OUT: lazy("De har mistet en plass før, uten at det var deres feil"),
}


def moved_in_queue(queue: list[tuple[UUID, int]], booking: UUID, place: int) -> dict[UUID, int]:
    """The queue numbers after one of the queue, (booking, queue_no) in order, is moved to a place (1 is the first):
    the same numbers in the new order. Who is not there is not moved."""
    order = [each for each, _number in queue if each != booking]
    if len(order) < len(queue):
        order.insert(place - 1, booking)
    return dict(zip(order, (number for _each, number in queue), strict=True))
