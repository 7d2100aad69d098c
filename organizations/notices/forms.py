"""What a member wants to be told."""

from marketplace.base.web.forms import Form
from organizations.notices.models import Notice


class NoticesForm(Form):
    """The kinds that are ticked; the others are turned off."""

    kinds: list[Notice] = []
