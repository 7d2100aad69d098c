"""What is typed when signing in."""

import re
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field

from marketplace.base.models import Channel
from marketplace.base.text import plain_digits
from marketplace.base.web.forms import Form, lazy
from marketplace.base.web.http import local_path
from marketplace.people.forms import YOURS, reachable
from marketplace.people.rules import contact

Next = Annotated[str | None, BeforeValidator(local_path)]
"""The page to go to afterwards: one of ours, or none."""


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


class AgainForm(Form):
    """Which of my addresses the code goes to."""

    contact: UUID
    next: Next = None

    words = {"contact": {"otherwise": lazy("Velg hvor vi skal sende koden.")}}
