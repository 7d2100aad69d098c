"""Whom a substitute's link is sent to."""

from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.web.forms import Form
from marketplace.people.rules import can_take_sms, contact
from marketplace.settings import settings


def _reachable(text: str) -> str:
    found = contact(text)
    if found is None:
        raise ValueError(
            _("Se over nummeret eller adressen. Skriv for eksempel 900 00 000 eller kari@epost.no")
        )
    if found[0] is Channel.SMS and (not settings().sms_offered or not can_take_sms(found[1])):
        raise ValueError(_("Vi kan ikke sende SMS dit. Skriv et annet nummer eller en e-postadresse."))
    return text


class AskForm(Form):
    """A mobile number or an email address."""

    address: Annotated[str, Field(min_length=1, max_length=254), AfterValidator(_reachable)]
    words = {"address": {"missing": lazy("Skriv mobilnummeret eller e-postadressen."),
                         "string_too_long": lazy("Skriv en kortere adresse.")}}  # fmt: skip

    @property
    def contact(self) -> tuple[Channel, str]:
        """The channel, and the address in its one form."""
        found = contact(self.address)
        assert found is not None  # `_reachable` has seen it
        return found
