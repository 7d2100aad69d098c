"""What an organisation says of itself."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from marketplace.base.models import Channel
from marketplace.base.web.fields import Phone
from marketplace.base.web.forms import Form, gettext, lazy
from marketplace.people.names import PersonName
from marketplace.people.rules import contact


def email_address(text: str) -> str:
    """An e-mail address that everybody may read, in lower case."""
    found = contact(text)
    if found is None or found[0] is not Channel.EMAIL:
        raise ValueError(gettext("Skriv en e-postadresse, som navn@example.no."))
    return found[1]


def secure_address(text: str) -> str:
    """A web address with https://, added when only the name is written."""
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        good = parts.scheme == "https" and "." in (parts.hostname or "") and not parts.username
    except ValueError:
        good = False
    if not good or set(address) & set(' <>"\\') or not address.isprintable():
        raise ValueError(
            gettext("Skriv en nettadresse som begynner med https://, for eksempel https://www.example.no")
        )
    return address


class ProfileForm(Form):
    contact_name: PersonName | None = None
    phone: Phone | None = None
    email: Annotated[str, Field(max_length=254), AfterValidator(email_address)] | None = None
    website: Annotated[str, Field(max_length=300), AfterValidator(secure_address)] | None = None


class TextForm(Form):
    summary: Annotated[str, Field(min_length=1, max_length=200)]
    body: Annotated[str, Field(max_length=4000)] = ""

    words = {
        "summary": {"missing": lazy("Si i én setning hvem dere er.")},
    }


class PictureForm(Form):
    """The file itself comes beside the fields: `request.file("picture")`."""
