"""What is asked of whoever accepts."""

from marketplace.base.web.forms import Form
from marketplace.people.names import PersonName


class AcceptForm(Form):
    """Colleagues must know who is who; asked of whoever has no name here yet."""

    name: PersonName | None = None
