"""What is filled in about a measure, and what its unit says of it."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field, field_validator

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from marketplace.goals.models import MeasureState


class MeasureForm(Form):
    title: str = Field(min_length=1, max_length=200)
    responsible: UUID | None = None
    deadline: date | None = None
    state: MeasureState = MeasureState.PLANNED
    words = {
        "title": {"missing": lazy("Skriv hva dere vil gjøre.")},
        "responsible": {"otherwise": lazy("Velg en organisasjon fra lista.")},
    }

    @field_validator("deadline", mode="before")
    @classmethod
    def as_written(cls, text: Any) -> Any:
        return read_day(text) if isinstance(text, str) else text


def read_day(text: str) -> date:
    """31.12.2026. Raises ValueError in the user's words."""
    try:
        day, month, year = (int(part) for part in text.split("."))
        found = date(year, month, day)
    except ValueError:
        raise ValueError(_("Skriv datoen slik: 31.12.2026.")) from None
    if not 2000 <= found.year <= 2100:
        raise ValueError(_("Skriv et årstall mellom 2000 og 2100."))
    return found


class SayForm(Form):
    """What the responsible unit says of a measure, and how far it has come."""

    comment: str = Field(default="", max_length=1000)
    state: MeasureState
    words = {"state": {"missing": lazy("Velg hvor langt det er kommet.")}}
