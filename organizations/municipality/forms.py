"""What a coordinator writes of the municipality's own pages."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.i18n import gettext as _
from marketplace.base.web.fields import Phone, clock_of
from marketplace.base.web.forms import Form
from organizations.profile.forms import email_address


def hours_of(text: str) -> str:
    """9-15, 09.00–15.30 or kl. 9 til 15 as 09:00-15:30. Raises ValueError with the user's words."""
    parts = re.split(r"\s*(?:[-\u2010-\u2015]|\btil\b)\s*", text.strip())
    try:
        opens, closes = (clock_of(part) for part in parts)
    except ValueError:
        raise ValueError(_("Skriv åpningstiden slik: 9–15")) from None
    if opens >= closes:
        raise ValueError(_("Telefonen må stenge senere enn den åpner."))
    return f"{opens:%H:%M}-{closes:%H:%M}"


Welcome = Annotated[str, Field(max_length=200)]


class OwnForm(Form):
    """What is empty is as the instance says. A help line is a number, who answers it, and when: whoever rings must not
    be told the name and the hours of another."""

    site_name: Annotated[str, Field(max_length=60)] | None = None
    helpline_phone: Phone | None = None
    helpline_name: Annotated[str, Field(max_length=60)] | None = None
    helpline_hours: Annotated[str, Field(max_length=40), AfterValidator(hours_of)] | None = None
    helpline_email: Annotated[str, Field(max_length=254), AfterValidator(email_address)] | None = None
    welcome_nb: Welcome = ""
    welcome_nn: Welcome = ""
    welcome_en: Welcome = ""

    @property
    def welcomes(self) -> dict[str, str]:
        """By language, those that are written."""
        said = {"nb": self.welcome_nb, "nn": self.welcome_nn, "en": self.welcome_en}
        return {lang: text for lang, text in said.items() if text}

    @property
    def lacks(self) -> dict[str, str]:
        """What is missing of the help line, in words, by field."""
        parts = {
            "helpline_phone": _("Skriv nummeret også, eller la alt om telefonhjelpen stå tomt."),
            "helpline_name": _("Skriv hva de som svarer, heter."),
            "helpline_hours": _("Skriv når de svarer, så ingen ringer forgjeves."),
        }
        said = any((self.helpline_phone, self.helpline_name, self.helpline_hours, self.helpline_email))
        return {name: words for name, words in parts.items() if said and not getattr(self, name)}
