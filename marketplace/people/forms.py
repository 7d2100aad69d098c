"""What is typed when signing in."""

import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from marketplace.base.forms import Form, gettext, lazy
from marketplace.base.http import local_path
from marketplace.base.models import Channel
from marketplace.people.rules import contact


def reachable(text: str) -> str:
    """Only what is an e-mail address or a phone number; kept as typed."""
    if contact(text) is None:
        raise ValueError(
            gettext("Skriv en e-postadresse, som navn@example.no, eller et mobilnummer med åtte sifre.")
        )
    return text


def phone_number(text: Any) -> str:
    """A number to be read and rung, kept as it is written. Raises ValueError with the user's words."""
    if not re.fullmatch(r"\+?[0-9 ]{3,20}", str(text)):
        raise ValueError(gettext("Skriv telefonnummeret med tall, for eksempel 51 00 00 15"))
    return str(text)


Phone = Annotated[str, BeforeValidator(phone_number)]


class SignInForm(Form):
    address: Annotated[str, Field(max_length=254), AfterValidator(reachable)]
    next: Annotated[str | None, BeforeValidator(local_path)] = None

    words = {"address": {"missing": lazy("Skriv e-postadressen eller mobilnummeret ditt.")}}

    @property
    def contact(self) -> tuple[Channel, str]:
        found = contact(self.address)
        assert found is not None  # `reachable` has seen it
        return found


class CodeForm(Form):
    ticket: UUID
    code: Annotated[str, BeforeValidator(lambda text: re.sub(r"\s", "", text)), Field(pattern=r"^[0-9]{6}$")]

    words = {
        "code": {
            "missing": lazy("Skriv koden på seks sifre."),
            "string_pattern_mismatch": lazy("Koden er seks sifre, uten bokstaver."),
        }
    }
