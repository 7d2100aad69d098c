"""What people are called, as they say it themselves. No database here.

Whatever stands in such a field is read by others, and our messages say it: so it is a name and nothing else.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.i18n import gettext as _
from marketplace.base.text import plain_digits
from marketplace.base.web.forms import eleven_digits

NAME_LENGTH = 80
MOST_DIGITS = 4
"""Of a name. A phone number has more, and so has what identifies somebody."""
ADDRESS = re.compile(
    r"[@/\\\u2044\u2215\u29f8]|\b(?:https?|hxxps?|ftp|www|mailto|tel|sms)\b\s*[:.]|\w[.\u3002][^\W\d_]{2}|\d[.:]\d",
    re.IGNORECASE,
)
"""What a mail program makes a link of, or a person takes for one."""
INITIALS = re.compile(r"\b([A-ZÆØÅ])[.](?=[A-ZÆØÅ](?:[.]|[a-zæøå]))")
"""The J and P of J.P.Hansen: no domain."""


def person_name(text: str | None) -> str | None:
    """A name as typed, with single spaces. Raises ValueError for what is an address, a number or several lines."""
    if not text:
        return text
    if (
        text.replace(" ", "a").replace("-", "a").isalpha()
    ):  # as nearly all: no digit, dot or slash in any form
        return " ".join(text.split())
    if eleven_digits(text):
        raise ValueError(_("Skriv bare navnet, ikke fødselsnummeret. Vi skal ikke ha det."))
    if "\n" in text.strip():
        raise ValueError(_("Skriv navnet på én linje."))
    plain = unicodedata.normalize("NFKC", text)
    if ADDRESS.search(INITIALS.sub(r"\1 ", plain)):
        raise ValueError(
            _(
                "Skriv bare navnet, uten nettadresser, e-postadresser og skråstreker. Sett mellomrom etter punktum."
            )
        )
    if sum(sign.isdigit() for sign in plain_digits(plain)) > MOST_DIGITS:
        raise ValueError(_("Skriv bare navnet, uten telefonnummer og andre lange tall."))
    return " ".join(text.split())


def group_name(text: str) -> str:
    """What a group is called: a slash is no address there, but our mails to others begin with it too."""
    if re.search(r"://|\bwww\.|@", unicodedata.normalize("NFKC", text), re.IGNORECASE):
        raise ValueError(_("Skriv bare navnet, uten nettadresser og e-postadresser."))
    return " ".join(text.split())


PersonName = Annotated[str, Field(max_length=NAME_LENGTH), AfterValidator(person_name)]
"""The field of a form."""
