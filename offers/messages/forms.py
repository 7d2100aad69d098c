"""What a host writes to the participants."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from offers.messages.models import Recipients
from offers.messages.rules import PLACEHOLDERS, unknown_placeholders


def fillable(text: str) -> str:
    """A text whose braces hold only what we can fill in."""
    if unknown := unknown_placeholders(text):
        written, known = (", ".join(f"{{{each}}}" for each in names) for names in (unknown, PLACEHOLDERS))
        raise ValueError(
            _("Vi kjenner ikke %(written)s. Du kan bruke %(known)s.", written=written, known=known)
        )
    return text


class WriteForm(Form):
    """`key` makes a message that is sent twice one. `step`: look it over, send it, or change it again."""

    to: Recipients
    text: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(fillable)]
    key: UUID | None = None
    step: Literal["look", "send", "change"] = "look"
    words = {
        "to": {
            "missing": lazy("Velg hvem du vil skrive til."),
            "otherwise": lazy("Velg hvem du vil skrive til."),
        },
        "text": {"missing": lazy("Skriv det du vil si.")},
    }
