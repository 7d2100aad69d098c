"""What a person says of themself."""

from typing import Annotated

from pydantic import AfterValidator

from marketplace.base.i18n import LANGUAGES
from marketplace.base.web.forms import Form, gettext
from marketplace.people.names import PersonName


def _known(lang: str) -> str:
    if lang not in LANGUAGES:
        raise ValueError(gettext("Velg et av alternativene."))
    return lang


class ProfileForm(Form):
    name: PersonName | None = None
    lang: Annotated[str, AfterValidator(_known)]


class AliasForm(Form):
    """Whether lists show an alias."""

    alias: bool = False
