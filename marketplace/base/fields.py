"""Fields that several forms have, as people fill them in. What is wrong is a ValueError with the user's words."""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from marketplace.base.i18n import gettext as _


def web_address(text: Any) -> str:
    """An address with https:// or http://, added when only the name is written. Raises ValueError."""
    address = str(text) if "://" in str(text) else f"https://{text}"
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    except ValueError:
        good = False
    if not good or re.search(r"\s", address):
        raise ValueError(_("Skriv en nettadresse, for eksempel https://www.example.no/kurs"))
    return address


def phone_number(text: Any) -> str:
    if not re.fullmatch(r"\+?[0-9 ]{3,20}", str(text)):
        raise ValueError(_("Skriv telefonnummeret med tall, for eksempel 51 00 00 15"))
    return str(text)


Address = Annotated[str, BeforeValidator(web_address), Field(max_length=500)]
Phone = Annotated[str, BeforeValidator(phone_number)]
Line = Annotated[str, Field(max_length=120)]
Words = Annotated[str, Field(max_length=600)]
"""A few sentences."""
