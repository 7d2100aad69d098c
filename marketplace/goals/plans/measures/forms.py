"""What is filled in about a measure, and what its unit says of it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.days import Day
from marketplace.base.web.forms import Form
from marketplace.goals.models import MeasureState


def of_our_time(day: date) -> date:
    if not 2000 <= day.year <= 2100:
        raise ValueError(_("Skriv et årstall mellom 2000 og 2100."))
    return day


Deadline = Annotated[Day, AfterValidator(of_our_time)]


class MeasureForm(Form):
    title: str = Field(min_length=1, max_length=200)
    responsible: UUID | None = None
    deadline: Deadline | None = None
    state: MeasureState = MeasureState.PLANNED
    words = {
        "title": {"missing": lazy("Skriv hva dere vil gjøre.")},
        "responsible": {"otherwise": lazy("Velg en organisasjon fra lista.")},
    }


class SayForm(Form):
    """What the responsible unit says of a measure, and how far it has come."""

    comment: str = Field(default="", max_length=1000)
    state: MeasureState
    words = {"state": {"missing": lazy("Velg hvor langt det er kommet.")}}
