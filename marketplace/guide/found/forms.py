"""What finds a booking that was made at a desk."""

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from marketplace.guide.found.rules import Why


class LookForm(Form):
    """The number and the name, as whoever rings says them, and what it is about."""

    reference: str = Field(min_length=1, max_length=20)
    first_name: str = Field(min_length=1, max_length=80)
    why: Why
    words = {
        "reference": {"missing": lazy("Skriv nummeret på påmeldingen"),
                      "string_too_long": lazy("Skriv bare nummeret, for eksempel K7M-4QP.")},
        "first_name": {"missing": lazy("Skriv navnet påmeldingen står på"),
                       "string_too_long": lazy("Skriv bare fornavnet.")},
        "why": {"missing": lazy("Velg hva det gjelder."), "enum": lazy("Velg hva det gjelder.")},
    }  # fmt: skip
