"""How far a measure has come."""

from datetime import date

from marketplace.base.i18n import lazy
from marketplace.goals.models import Measure, MeasureState

STATE_LABELS = {
    MeasureState.PLANNED: lazy("Ikke begynt"),
    MeasureState.GOING: lazy("I gang"),
    MeasureState.DONE: lazy("Gjort"),
    MeasureState.DROPPED: lazy("Droppet"),
}
UNDER_WAY = frozenset({MeasureState.PLANNED, MeasureState.GOING})


def overdue(measure: Measure, today: date) -> bool:
    """Has its deadline gone by before it was done? On the day itself there is still time."""
    return measure.state in UNDER_WAY and measure.deadline is not None and measure.deadline < today


def unanswered(measure: Measure, said: bool) -> bool:
    """Is it new to its unit: nobody has begun, and nobody has said anything of it?"""
    return measure.state == MeasureState.PLANNED and not said
