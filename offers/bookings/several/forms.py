"""Several dates of one offer, booked with one form."""

from uuid import UUID

from pydantic import Field

from marketplace.base.i18n import lazy
from offers.bookings.forms import BookingForm
from offers.bookings.several.rules import MOST_DATES


class SeveralForm(BookingForm):
    """The same for several dates: `dates` to book, `waits` to wait for if there is no room."""

    words = BookingForm.words | {
        "dates": {"too_long": lazy("Velg høyst %(max_length)s dager om gangen."),
                  "otherwise": lazy("Velg dagene på nytt.")},
        "waits": {"otherwise": lazy("Velg dagene på nytt.")},
    }  # fmt: skip
    dates: list[UUID] = Field([], max_length=MOST_DATES)
    waits: list[UUID] = Field([], max_length=MOST_DATES)
