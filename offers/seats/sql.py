"""The law of seats as SQL, made from the tables of rules.py: no statement says it in words of its own. Each takes the
alias that the booking (`b`), the pool (`p`) or the session (`s`) has in the statement."""

from marketplace.base.data.statement import those
from offers.catalogue.opening import covers
from offers.seats import rules
from offers.seats.models import ACTIVE, SEATED, BookingState, EndedBy

__all__ = ["active", "called_off", "covers", "had_place", "left", "seated"]


def active(b: str = "b") -> str:
    """Does the booking still stand? Whether its time is over, or a seat was held too long, is another question
    (known.py:active_at)."""
    return f"{b}.state IN {those(ACTIVE)}"


def seated(b: str = "b") -> str:
    """Are its seats taken?"""
    return f"{b}.state IN {those(SEATED)}"


def called_off(b: str = "b") -> str:
    """Did it end because the organiser cancelled what it was for?"""
    return f"{b}.ended_by IN {those(rules.CALLED_OFF)}"


def left(b: str = "b") -> str:
    """Did they leave it themselves, be it a seat, the queue or a request? (To say no to a held seat is to decline.)"""
    return f"({b}.state = '{BookingState.CANCELLED}' AND {b}.ended_by = '{EndedBy.SELF}')"


def had_place(b: str = "b") -> str:
    """Did they ever have a place, be it one that was held for them? Whoever only waited or asked had none to lose."""
    return f"({b}.seated_at IS NOT NULL)"
