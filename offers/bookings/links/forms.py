"""What finds a booking again, and where to send its links."""

from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.web.forms import Form
from marketplace.people.forms import YOURS
from marketplace.people.rules import can_take_sms, contact
from marketplace.settings import settings


def _takes_links(text: str) -> str:
    """Where links can be sent; whoever has another number is led to what works without a message."""
    found = contact(text)
    sms = settings().sms_offered
    if found is None:
        raise ValueError(
            _("Se over adressen. Skriv for eksempel kari@epost.no eller 51 00 00 00")
            if sms
            else _("Se over e-postadressen. Skriv for eksempel kari@epost.no")
        )
    if found[0] is Channel.SMS and not sms:
        raise ValueError(
            _("Vi kan ikke sende SMS herfra. Bruk nummeret på påmeldingen over, eller ring oss.")
        )
    if found[0] is Channel.SMS and not can_take_sms(found[1]):
        raise ValueError(
            _("Dette nummeret kan ikke ta imot SMS. Bruk nummeret på påmeldingen over, eller ring oss.")
        )
    return text


class FindForm(Form):
    """A short reference, and what only the booker knows."""

    words = {
        "reference": {"missing": lazy("Skriv nummeret på påmeldingen")},
        "word": {"missing": lazy("Skriv navnet eller e-postadressen du brukte")},
    }
    reference: str = Field(min_length=1, max_length=20)
    word: str = Field(min_length=1, max_length=254)


class LinksForm(Form):
    """Where to send the links of one's bookings."""

    words = {"address": YOURS}
    address: Annotated[str, Field(min_length=1, max_length=254), AfterValidator(_takes_links)]

    @property
    def contact(self) -> tuple[Channel, str]:
        """The channel, and the address in its one form."""
        found = contact(self.address)
        assert found is not None  # `_takes_links` has seen it
        return found
