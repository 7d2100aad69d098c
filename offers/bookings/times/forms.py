"""Another time in place of the one that one has."""

from uuid import UUID

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from offers.bookings.forms import Key


class TimeForm(Form):
    """Another time in place of the one that one has. `shown`: when each begins, as the page has said."""

    words = {
        "session": {"missing": lazy("Velg en tid."), "otherwise": lazy("Velg en tid.")},
        "form_key": {"otherwise": lazy("Skjemaet er for gammelt. Send det en gang til.")},
    }  # fmt: skip
    session: UUID
    form_key: Key
    shown: list[str] = Field([])
