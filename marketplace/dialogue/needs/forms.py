"""What somebody misses, as they say it."""

from pydantic import Field, field_validator

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from marketplace.dialogue.needs.rules import LONGEST, leaves_a_way_back
from offers.catalogue.models import Audience


class NeedForm(Form):
    """`where`: slug of a municipality, or with a slash and the slug of a district in it."""

    text: str = Field(min_length=1, max_length=LONGEST)
    where: str = Field(min_length=1, max_length=170)
    audience: Audience | None = None
    words = {
        "text": {
            "missing": lazy("Skriv med noen få ord hva du savner."),
            "string_too_long": lazy("Skriv litt kortere, høyst %(max_length)s tegn."),
        },
        "where": {"missing": lazy("Velg hvor."), "string_too_long": lazy("Velg et sted fra lista.")},
        "audience": {"enum": lazy("Velg hvem i lista.")},
    }

    @field_validator("text")
    @classmethod
    def to_nobody(cls, text: str) -> str:
        if leaves_a_way_back(text):
            raise ValueError(
                _("Ta bort adressen eller nummeret. Vi vet ikke hvem du er, og kan ikke svare deg her.")
            )
        return text
