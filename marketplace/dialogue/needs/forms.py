"""What somebody misses, as they say it."""

from pydantic import Field, field_validator

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from marketplace.dialogue.needs.rules import leaves_a_way_back
from marketplace.statistics.coverage.rules import AUDIENCES, SORTS
from offers.catalogue.kinds import Audience
from offers.search.nothing.missed import LONGEST


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


class TakeForm(Form):
    """What a dialogue is to talk about because of a need: a square of the coverage map."""

    dialogue: str = Field(max_length=80)
    audience: Audience
    sort: str = Field(max_length=20)
    words = {
        "dialogue": {"otherwise": lazy("Velg hvor det skal tas opp.")},
        "audience": {"otherwise": lazy("Velg hvem i lista.")},
        "sort": {"otherwise": lazy("Velg hva slags tilbud i lista.")},
    }

    @field_validator("audience")
    @classmethod
    def of_the_map(cls, audience: Audience) -> Audience:
        if audience not in AUDIENCES:
            raise ValueError(_("Velg hvem i lista."))
        return audience

    @field_validator("sort")
    @classmethod
    def a_column(cls, sort: str) -> str:
        if sort not in SORTS:
            raise ValueError(_("Velg hva slags tilbud i lista."))
        return sort
