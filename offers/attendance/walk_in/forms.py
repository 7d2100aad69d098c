"""Who came without a booking, as a host writes them down at the door."""

from typing import Literal

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from marketplace.people.names import PersonName
from offers.attendance.rules import MOST_OF_A_PARTY
from offers.bookings.forms import Key


class WalkInForm(Form):
    """A first name, and how many. `instead`: there was no seat, and the host lets them in as a head."""

    words = {
        "name": {"missing": lazy("Skriv et fornavn eller et kallenavn")},
        "seats": {"otherwise": lazy("Skriv hvor mange som kom, med tall")},
        "form_key": {"otherwise": lazy("Skjemaet er for gammelt. Send det en gang til.")},
        "instead": {"otherwise": lazy("Velg et av alternativene.")},
    }
    name: PersonName = Field(min_length=1)
    seats: int = Field(1, ge=1, le=MOST_OF_A_PARTY)
    form_key: Key
    instead: Literal["head"] | None = None
