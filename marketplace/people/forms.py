"""What is typed when signing in."""

import re
from typing import Annotated
from uuid import UUID

from babel.support import LazyProxy
from pydantic import AfterValidator, BeforeValidator, Field

from marketplace.base.models import Channel
from marketplace.base.text import plain_digits
from marketplace.base.web.forms import Form, gettext, lazy
from marketplace.base.web.http import local_path
from marketplace.people.rules import LETTERS, can_take_sms, contact
from marketplace.settings import settings

Next = Annotated[str | None, BeforeValidator(local_path)]
"""The page to go to afterwards: one of ours, or none."""


def reachable(text: str) -> str:
    """Only what a message can be sent to: an e-mail address, or a phone number that takes an SMS; kept as typed."""
    found = contact(text)
    if found is None:
        raise ValueError(
            gettext("Skriv en e-postadresse, som navn@example.no, eller et mobilnummer med åtte sifre.")
            if settings().sms_offered
            else gettext("Skriv en e-postadresse, som navn@example.no.")
        )
    if found[0] is Channel.SMS and not settings().sms_offered:
        raise ValueError(gettext("Vi kan ikke sende SMS herfra. Skriv en e-postadresse."))
    if found[0] is Channel.SMS and not can_take_sms(found[1]):
        raise ValueError(
            gettext("Dette nummeret kan ikke ta imot SMS. Skriv et mobilnummer eller en e-postadresse.")
        )
    return text


def _yours() -> str:
    if settings().sms_offered:
        return gettext("Skriv e-postadressen eller mobilnummeret ditt.")
    return gettext("Skriv e-postadressen din.")


def _theirs() -> str:
    if settings().sms_offered:
        return gettext("Skriv e-postadressen eller mobilnummeret.")
    return gettext("Skriv e-postadressen.")


YOURS = {"missing": LazyProxy(_yours, enable_cache=False)}
"""What an empty field for one's own address says; a number is asked for only where an SMS can be sent."""
THEIRS = {"missing": LazyProxy(_theirs, enable_cache=False)}
"""The same of somebody else's."""


class SignInForm(Form):
    address: Annotated[str, Field(max_length=254), AfterValidator(reachable)]
    next: Next = None

    words = {"address": YOURS}

    @property
    def contact(self) -> tuple[Channel, str]:
        found = contact(self.address)
        assert found is not None  # `reachable` has seen it
        return found


def code_signs(text: str) -> str:
    """A code without what people and machines set between its signs, in plain digits and capitals."""
    return re.sub(r"[\s\-\u2010-\u2015.]", "", plain_digits(text)).upper()


SixDigits = Annotated[str, BeforeValidator(code_signs), Field(pattern=r"^[0-9]{6}$")]
SIX_DIGITS = {
    "missing": lazy("Skriv koden på seks sifre."),
    "string_pattern_mismatch": lazy("Koden er seks sifre, uten bokstaver."),
}


class CodeForm(Form):
    ticket: UUID
    code: SixDigits

    words = {"code": SIX_DIGITS}


class SecondFactorForm(Form):
    """A code of the app, or a recovery code: their shape tells which."""

    code: Annotated[
        str,
        BeforeValidator(code_signs),
        Field(pattern=rf"^([0-9]{{6}}|[{LETTERS}]{{8}})$"),
    ]
    next: Next = None

    words = {
        "code": {
            "missing": lazy("Skriv koden på seks sifre."),
            "string_pattern_mismatch": lazy("Koden fra appen er seks sifre. En reservekode er åtte tegn."),
        }
    }


class AppForm(Form):
    """The first code of a new app; `app` is its sealed secret."""

    app: str = Field(max_length=500)
    code: SixDigits
    next: Next = None

    words = {"code": SIX_DIGITS}


class PasskeyForm(Form):
    """What the browser says of a passkey: JSON, and the challenge that the page gave, sealed."""

    passkey: str = Field(max_length=20_000)
    challenge: str = Field(max_length=500)
    next: Next = None


class AgainForm(Form):
    """Which of my addresses the code goes to."""

    contact: UUID
    next: Next = None

    words = {"contact": {"otherwise": lazy("Velg hvor vi skal sende koden.")}}
