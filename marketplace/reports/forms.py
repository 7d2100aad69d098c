"""What a coordinator fills in about a yearly report."""

from uuid import UUID

from pydantic import Field

from marketplace.base.i18n import SOURCE, lazy
from marketplace.base.web.fields import Lang
from marketplace.base.web.forms import Form


class MakeForm(Form):
    municipality: UUID
    year: int = Field(ge=2000, le=2100)
    lang: Lang = SOURCE
    words = {
        "municipality": {
            "missing": lazy("Velg en kommune fra lista."),
            "otherwise": lazy("Velg en kommune fra lista."),
        },
        "year": {"missing": lazy("Velg et år."), "int_parsing": lazy("Velg et år fra lista.")},
    }


class WordsForm(Form):
    """What a section says in a coordinator's own words; empty takes them away."""

    text: str = Field(default="", max_length=4000)


class ApproveForm(Form):
    """`content` is what the page showed of the report: it is that which is approved, and no other."""

    approved_as: str = Field(min_length=1, max_length=120)
    content: str = Field(default="", max_length=32)
    words = {
        "approved_as": {"missing": lazy("Skriv hvilken stilling eller rolle du godkjenner som.")},
    }


class CorrectForm(Form):
    reason: str = Field(min_length=1, max_length=500)
    words = {
        "reason": {"missing": lazy("Skriv hva som rettes, og hvorfor.")},
    }
