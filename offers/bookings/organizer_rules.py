"""Decisions about what those who lead an offer do with its requests, its queue and its seats: no database, no clock."""

from enum import StrEnum
from uuid import UUID

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, ngettext
from offers.bookings.models import BookingState


def not_asking(state: BookingState) -> str:
    """Why a request cannot be answered: somebody else did, or whoever asked has withdrawn it."""
    if state is BookingState.CANCELLED:
        return _("Forespørselen er trukket tilbake, så det er ikke noe å svare på.")
    return _("Denne forespørselen er besvart allerede.")


def no_room(room: int) -> str:
    """Why those who lead an offer cannot add so many: `room` seats are kept or free."""
    if room == 0:
        return _("Alle plassene er tatt. Øk antallet plasser først.")
    return ngettext("Det er %(num)s plass igjen. Øk antallet plasser først, eller velg færre.",
                    "Det er %(num)s plasser igjen. Øk antallet plasser først, eller velg færre.", room)  # fmt: skip


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
