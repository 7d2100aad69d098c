"""What a coordinator fills in about a goal."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from marketplace.base.forms import Form
from marketplace.base.i18n import lazy
from marketplace.goals.models import Metric
from offers.catalogue.models import Audience, Kind

TARGET_WORDS = {
    "missing": lazy("Skriv tallet dere vil nå."),
    "int_parsing": lazy("Skriv tallet dere vil nå, med siffer."),
}


class GoalTextForm(Form):
    """What may be changed when numbers are out: what the goal is called, and how far to go."""

    title: str = Field(min_length=1, max_length=120)
    target: int = Field(ge=1, le=1_000_000)
    words: ClassVar[dict[str, dict[str, Any]]] = {
        "title": {"missing": lazy("Skriv hva målet heter.")},
        "target": TARGET_WORDS,
    }


class GoalForm(GoalTextForm):
    """A goal, and what is counted for it."""

    focus_area: UUID
    metric: Metric
    year: int = Field(ge=2000, le=2100)
    audience: Audience | None = None
    kind: Kind | None = None
    evenings_only: bool = False
    dialogue: UUID | None = None
    words: ClassVar[dict[str, dict[str, Any]]] = {
        "title": {"missing": lazy("Skriv hva målet heter.")},
        "target": TARGET_WORDS,
        "focus_area": {
            "missing": lazy("Velg et innsatsområde."),
            "otherwise": lazy("Velg et innsatsområde."),
        },
        "metric": {"missing": lazy("Velg hva dere vil telle.")},
        "year": {"missing": lazy("Skriv hvilket år målet gjelder.")},
        "dialogue": {"otherwise": lazy("Velg en dialog fra lista.")},
    }
