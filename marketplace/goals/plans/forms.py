"""What is filled in about plans, focus areas and measures, and how many live in a municipality."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, field_validator

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from marketplace.goals.models import MeasureState

YEAR = {
    "missing": lazy("Skriv et årstall."),
    "int_parsing": lazy("Skriv et årstall med fire siffer."),
    "greater_than_equal": lazy("Skriv et årstall mellom 2000 og 2100."),
    "less_than_equal": lazy("Skriv et årstall mellom 2000 og 2100."),
}
MOST_YEARS = 20


class PlanForm(Form):
    """What a plan is called, and the years it is for."""

    title: str = Field(min_length=1, max_length=120)
    summary: str = Field(default="", max_length=500)
    first_year: int = Field(ge=2000, le=2100)
    last_year: int = Field(ge=2000, le=2100)
    words = {
        "title": {"missing": lazy("Skriv hva planen heter.")},
        "first_year": YEAR,
        "last_year": YEAR,
    }


class NewPlanForm(PlanForm):
    """The same, and what it begins with: the title may be the starter's."""

    municipality: UUID
    starter: str = Field(default="", max_length=40)
    title: str = Field(default="", max_length=120)
    words = PlanForm.words | {
        "municipality": {
            "missing": lazy("Velg en kommune."),
            "otherwise": lazy("Velg en kommune."),
        },
        "starter": {"otherwise": lazy("Velg et av alternativene.")},
    }


class CopyForm(Form):
    title: str = Field(min_length=1, max_length=120)
    first_year: int = Field(ge=2000, le=2100)
    words = {
        "title": {"missing": lazy("Skriv hva planen heter.")},
        "first_year": YEAR,
    }


class AreaForm(Form):
    title: str = Field(min_length=1, max_length=120)
    summary: str = Field(default="", max_length=500)
    words = {"title": {"missing": lazy("Skriv hva innsatsområdet heter.")}}


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


class MoveForm(Form):
    """One place up or down."""

    to: Literal["up", "down"]

    @property
    def by(self) -> int:
        return -1 if self.to == "up" else 1


class PopulationForm(Form):
    year: int = Field(ge=1900, le=2100)
    number: int = Field(ge=1, le=2_000_000)
    source: str = Field(min_length=1, max_length=200)
    words = {
        "year": {
            "missing": lazy("Skriv hvilket år tallet er fra."),
            "int_parsing": lazy("Skriv et årstall med fire siffer."),
            "greater_than_equal": lazy("Skriv et årstall mellom 1900 og 2100."),
            "less_than_equal": lazy("Skriv et årstall mellom 1900 og 2100."),
        },
        "number": {
            "missing": lazy("Skriv hvor mange som bor i kommunen."),
            "int_parsing": lazy("Skriv hvor mange som bor i kommunen, med siffer."),
            "greater_than_equal": lazy("Det må bo minst én i kommunen, ellers kan vi ikke regne med tallet."),
            "less_than_equal": lazy("Så mange bor det ikke i noen norsk kommune. Se over tallet."),
        },
        "source": {"missing": lazy("Skriv hvor tallet er fra, for eksempel «SSB, 1. januar 2026».")},
    }
