"""What a guide fills in for somebody else."""

from uuid import UUID

from marketplace.base.i18n import lazy
from offers.bookings.forms import BookingForm


class GuideForm(BookingForm):
    """A guide's short form, for somebody who is there or on the phone. The view knows `who` and `name`."""

    words = BookingForm.words | {
        "session": {"otherwise": lazy("Velg en dato.")},
        "participant_name": {"missing": lazy("Skriv et fornavn eller et kallenavn")},
    }  # fmt: skip
    session: UUID | None = None
