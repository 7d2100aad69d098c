"""What is filled in about plans and focus areas."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form

YEAR = {
    "missing": lazy("Skriv et årstall."),
    "int_parsing": lazy("Skriv et årstall med fire siffer."),
    "greater_than_equal": lazy("Skriv et årstall mellom 2000 og 2100."),
    "less_than_equal": lazy("Skriv et årstall mellom 2000 og 2100."),
}


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


class MoveForm(Form):
    """One place up or down."""

    to: Literal["up", "down"]

    @property
    def by(self) -> int:
        return -1 if self.to == "up" else 1
