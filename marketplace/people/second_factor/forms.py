"""What is given as a second factor."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from marketplace.base.web.forms import Form, lazy
from marketplace.people.second_factor.rules import LETTERS
from marketplace.people.sign_in.forms import SIX_DIGITS, Next, SixDigits, code_signs


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
