"""Decisions about what those who lead an offer do with its requests and its queue: no database, no clock."""

from collections.abc import Callable
from enum import StrEnum
from typing import NoReturn
from uuid import UUID

from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from offers.seats.models import BookingState


def no_longer(now: BookingState | None, why_not: Callable[[BookingState], str]) -> NoReturn:
    """A booking is not in the state that a page is about: raises NotFound when it is not the offer's at all (None), and
    Refused with the reason when it has gone on."""
    if now is None:
        raise NotFound
    raise Refused(why_not(now))


def not_asking(state: BookingState) -> str:
    """Why a request cannot be answered: somebody else did, or whoever asked has withdrawn it."""
    if state is BookingState.CANCELLED:
        return _("Forespørselen er trukket tilbake, så det er ikke noe å svare på.")
    return _("Denne forespørselen er besvart allerede.")


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
