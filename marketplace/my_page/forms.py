"""What a person says of themself."""

from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.forms import Form, gettext
from marketplace.base.i18n import LANGUAGES


def _known(lang: str) -> str:
    if lang not in LANGUAGES:
        raise ValueError(gettext("Velg et av alternativene."))
    return lang


class ProfileForm(Form):
    name: str | None = Field(None, max_length=80)
    lang: Annotated[str, AfterValidator(_known)]


class AcceptForm(Form):
    """Colleagues must know who is who; asked of whoever has no name here yet."""

    name: str | None = Field(None, max_length=80)
