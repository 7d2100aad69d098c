"""A year, how many lived here then, and who has counted."""

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form


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
