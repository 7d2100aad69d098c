"""Where the facts of an offer are sent."""

from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.i18n import LANGUAGES, lazy
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.web.forms import Form
from marketplace.people.rules import can_take_sms, contact
from marketplace.settings import settings


def _can_be_written_to(text: str) -> str:
    found = contact(text)
    if found is None:
        raise ValueError(
            _("Se over nummeret eller adressen. Skriv for eksempel 900 00 000 eller kari@epost.no")
        )
    if found[0] is Channel.SMS and not settings().sms_offered:
        raise ValueError(
            _("Vi kan ikke sende SMS herfra. Skriv en e-postadresse, eller les opp det som står her.")
        )
    if found[0] is Channel.SMS and not can_take_sms(found[1]):
        raise ValueError(
            _("Dette nummeret kan ikke ta imot SMS. Skriv et mobilnummer eller en e-postadresse.")
        )
    return text


def _spoken_here(lang: str) -> str:
    if lang not in LANGUAGES:
        raise ValueError(_("Velg språket i lista."))
    return lang


class SendForm(Form):
    """A mobile number or an e-mail address, as whoever is on the phone says it, and the language they read."""

    address: Annotated[str, Field(min_length=1, max_length=254), AfterValidator(_can_be_written_to)]
    lang: Annotated[str, AfterValidator(_spoken_here)] = "nb"
    words = {"address": {"missing": lazy("Skriv mobilnummeret eller e-postadressen."),
                         "string_too_long": lazy("Skriv en kortere adresse.")}}  # fmt: skip

    @property
    def contact(self) -> tuple[Channel, str]:
        """The channel, and the address in its one form."""
        found = contact(self.address)
        assert found is not None  # `_can_be_written_to` has seen it
        return found
