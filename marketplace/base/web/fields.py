"""Fields that several forms have, as people fill them in. What is wrong is a ValueError with the user's words."""

import re
from datetime import time
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from marketplace.base.i18n import LANGUAGES
from marketplace.base.i18n import gettext as _
from marketplace.base.text import plain_digits


def web_address(text: Any) -> str:
    """An address with https:// or http://, added when only the name is written. Raises ValueError."""
    address = str(text).strip("<>")
    address = address if "://" in address else f"https://{address}"
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    except ValueError:
        good = False
    if not good or re.search(r"\s", address):
        raise ValueError(_("Skriv en nettadresse, for eksempel https://www.example.no/kurs"))
    return address


def phone_number(text: Any) -> str:
    """A number as everybody may read it, in digits and spaces; what else people copy along with it goes."""
    number = re.sub(
        r"^(?:tel|tlf|telefon|mob|mobil)\b[.:]*", "", plain_digits(str(text)).strip("<> "), flags=re.I
    )
    number = " ".join(re.sub(r"[().\-\u2010-\u2015/]", " ", number).split())
    if not re.fullmatch(r"\+?[0-9 ]{3,20}", number):
        raise ValueError(_("Skriv telefonnummeret med tall, for eksempel 51 00 00 15"))
    return number


def our_language(code: str) -> str:
    """One of the languages that there are."""
    if code not in LANGUAGES:
        raise ValueError(_("Velg et av alternativene."))
    return code


Lang = Annotated[str, AfterValidator(our_language)]
Address = Annotated[str, BeforeValidator(web_address), Field(max_length=500)]
Phone = Annotated[str, BeforeValidator(phone_number), Field(max_length=40)]
Line = Annotated[str, Field(max_length=120)]
Words = Annotated[str, Field(max_length=600)]
"""A few sentences."""


CLOCK = re.compile(r"(?:kl\.?\s*)?(?P<hour>[0-9]{1,2})(?:[.:, ]?(?P<minute>[0-9]{2}))?", re.IGNORECASE)


def clock_of(text: Any) -> time:
    """18, 18.00, 18:00 or 1800 as a clock time. Raises ValueError with the user's words."""
    if isinstance(text, time):
        return text
    found = CLOCK.fullmatch(plain_digits(str(text)).strip(" .,"))
    if not found or int(found["hour"]) > 23 or int(found["minute"] or 0) > 59:
        raise ValueError(_("Skriv klokkeslettet slik: 18.00"))
    return time(int(found["hour"]), int(found["minute"] or 0))


def end_of(text: Any) -> time:
    """The same of when something ends: at 24.00 is at midnight."""
    if re.fullmatch(r"(?:kl\.?\s*)?24[.:, ]?(?:00)?", plain_digits(str(text)).strip(" .,"), re.IGNORECASE):
        return time(0)
    return clock_of(text)


Clock = Annotated[time, BeforeValidator(clock_of)]
End = Annotated[time, BeforeValidator(end_of)]
