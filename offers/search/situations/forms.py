"""What a coordinator writes of a situation."""

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.fields import Line
from marketplace.base.web.forms import Form, Sent
from offers.catalogue.kinds import Audience, Kind
from offers.search.situations.rules import stems

Sentence = Annotated[Line, Field(min_length=1)]


class SituationForm(Form):
    """A situation leads somewhere, and says something."""

    text: Sentence
    text_nn: Sentence
    text_en: Sentence
    also: Annotated[str, Field(max_length=2000)] = ""
    words_for: Annotated[str, Field(max_length=60)] = ""
    kind: list[Kind] = []
    audience: list[Audience] = []
    evening: bool = False
    drop_in: bool = False
    words = {
        "text": {"missing": lazy("Skriv setningen slik folk sier den.")},
        "text_nn": {"missing": lazy("Skriv setningen på nynorsk.")},
        "text_en": {"missing": lazy("Skriv setningen på engelsk.")},
        "kind": {"enum": lazy("Velg hva slags tilbud i lista.")},
        "audience": {"enum": lazy("Velg hvem i lista.")},
    }

    @field_validator("text", "text_nn", "text_en")
    @classmethod
    def says_something(cls, given: str) -> str:
        if given and not stems(given):
            raise ValueError(_("Setningen må ha et ord som sier hva det handler om."))
        return " ".join(given.split())

    @model_validator(mode="after")
    def leads_somewhere(self) -> Self:
        if not (self.words_for.strip() or self.kind or self.audience):
            raise ValueError(
                _("Skriv et ord å søke etter, eller velg hva slags tilbud eller hvem det er for.")
            )
        return self

    @property
    def given(self) -> Sent:
        """The columns."""
        ways = (" ".join(line.split()) for line in self.also.split("\n"))
        return {
            "text": self.text, "text_nn": self.text_nn, "text_en": self.text_en,
            "also": "\n".join(dict.fromkeys(way for way in ways if way)), "words": " ".join(self.words_for.split()),
            "kinds": sorted(set(self.kind)), "audiences": sorted(set(self.audience)), "evening": self.evening,
            "drop_in": self.drop_in,
        }  # fmt: skip
