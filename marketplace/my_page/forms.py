"""What a person says of themself."""

from marketplace.base.web.fields import Lang
from marketplace.base.web.forms import Form
from marketplace.people.names import PersonName


class ProfileForm(Form):
    name: PersonName | None = None
    lang: Lang


class AliasForm(Form):
    """Whether lists show an alias."""

    alias: bool = False
