"""What a coordinator fills in about goals: what is wanted, of which cells, and why it was changed."""

from typing import TypedDict
from uuid import UUID

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from marketplace.goals.models import CountedAs, Direction, Term
from offers.catalogue.kinds import Audience, Kind

NOWHERE = "none"
"""In the list of districts: what lies in none of them."""
TITLE = {"missing": lazy("Skriv hva målet heter.")}
TARGET = {
    "missing": lazy("Skriv tallet dere vil nå."),
    "int_parsing": lazy("Skriv tallet dere vil nå, med siffer."),
    "greater_than_equal": lazy("Tallet dere vil nå, må være 1 eller mer."),
    "less_than_equal": lazy("Tallet er for stort. Skriv høyst 1 000 000."),
}
YEAR = {
    "missing": lazy("Skriv hvilket år målet gjelder."),
    "int_parsing": lazy("Skriv et årstall med fire siffer."),
    "greater_than_equal": lazy("Skriv et årstall mellom 2000 og 2100."),
    "less_than_equal": lazy("Skriv et årstall mellom 2000 og 2100."),
}
WHY = lazy("Skriv hvorfor. Andre som leser målet, vil vite det.")


class CellFacts(TypedDict):
    """The columns of a goal that say which cells count; empty: all of them. Of districts None is none of them."""

    audiences: list[str]
    kinds: list[str]
    districts: list[UUID | None]
    organizations: list[UUID]
    evening: bool | None


class CellsForm(Form):
    """Which cells of the cube are added. Nothing chosen is all of them."""

    audiences: list[Audience] = Field(default=[], max_length=20)
    kinds: list[Kind] = Field(default=[], max_length=20)
    districts: list[str] = Field(default=[], max_length=200)
    organizations: list[UUID] = Field(default=[], max_length=200)
    evening: bool | None = None
    words = {
        "audiences": {"otherwise": lazy("Velg målgrupper fra lista.")},
        "kinds": {"otherwise": lazy("Velg typer fra lista.")},
        "districts": {"otherwise": lazy("Velg bydeler fra lista.")},
        "organizations": {"otherwise": lazy("Velg organisasjoner fra lista.")},
        "evening": {"otherwise": lazy("Velg et av alternativene.")},
    }

    @property
    def cells(self) -> CellFacts:
        """As a goal holds them."""
        return CellFacts(
            audiences=[one.value for one in self.audiences], kinds=[one.value for one in self.kinds],
            districts=[None if one == NOWHERE else UUID(one) for one in self.districts],
            organizations=self.organizations, evening=self.evening,
        )  # fmt: skip


class GoalForm(CellsForm):
    """A goal, and what is counted for it."""

    title: str = Field(min_length=1, max_length=120)
    focus_area: UUID
    indicator: str = Field(min_length=1, max_length=40)
    dialogue: UUID | None = None
    counted_as: CountedAs = CountedAs.NUMBER
    direction: Direction = Direction.AT_LEAST
    target: int = Field(ge=1, le=1_000_000)
    first_year: int = Field(ge=2000, le=2100)
    last_year: int | None = Field(default=None, ge=2000, le=2100)
    term: Term | None = None
    each_year: bool = False
    baseline: int | None = Field(default=None, ge=0, le=100_000_000)
    baseline_year: int | None = Field(default=None, ge=1900, le=2100)
    baseline_source: str = Field(default="", max_length=200)
    words = CellsForm.words | {
        "title": TITLE,
        "focus_area": {
            "missing": lazy("Velg et innsatsområde."),
            "otherwise": lazy("Velg et innsatsområde."),
        },
        "indicator": {"missing": lazy("Velg hva dere vil telle.")},
        "dialogue": {"otherwise": lazy("Velg en dialog fra lista.")},
        "target": TARGET,
        "first_year": YEAR,
        "last_year": YEAR,
        "baseline_year": {
            "greater_than_equal": lazy("Skriv et årstall mellom 1900 og 2100."),
            "less_than_equal": lazy("Skriv et årstall mellom 1900 og 2100."),
        },
    }

    @property
    def last(self) -> int:
        return self.last_year or self.first_year


class GoalTextForm(Form):
    """What may be changed when numbers are out: what the goal is called, and how far to go."""

    title: str = Field(min_length=1, max_length=120)
    target: int = Field(ge=1, le=1_000_000)
    why: str = Field(default="", max_length=500)
    words = {"title": TITLE, "target": TARGET}


class SayCellsForm(CellsForm):
    """Which cells a goal means that was made before there were any."""


class WhyForm(Form):
    """Giving a goal up."""

    why: str = Field(min_length=1, max_length=500)
    words = {"why": {"missing": WHY}}


class CommentForm(Form):
    comment: str = Field(min_length=1, max_length=1000)
    words = {"comment": {"missing": lazy("Skriv kommentaren før du lagrer.")}}
