"""What counts as looking at somebody. Whatever else is written down about a person, nobody read it there."""

from babel.support import LazyProxy

from marketplace.base.i18n import lazy
from marketplace.guide import acts as guide
from marketplace.privacy.acts import Act
from offers.attendance import acts as attendance
from offers.bookings import acts as bookings
from offers.participants import acts as participants

READS: dict[str, LazyProxy] = {
    participants.Act.PARTICIPANTS_READ: lazy("Lista over påmeldte"),
    attendance.Act.REGISTER_DOWNLOADED: lazy("Oppmøtelista, til å føre uten nett"),
    attendance.Act.REGISTER_READ: lazy("Oppmøtelista"),
    attendance.Act.DOOR_LIST_READ: lazy("Liste til døra"),
    guide.Act.DESK_BOOKING_READ: lazy("Påmeldingen din, da noen ringte om den"),
    bookings.Act.COLLEAGUES_BOOKING_READ: lazy("Påmeldingen din, av en kollega av den som meldte på"),
    Act.EXPORT_MADE: lazy("Uttrekk med opplysninger"),
}
"""Actions of the audit log that are a reading, and what was read."""
LISTS = {"call": lazy("Lista over dem som må ringes"), "certificates": lazy("Kursbevis")}
"""What the list of participants was read as."""


def what(action: str, list_of: str | None) -> str:
    """What was read, in words."""
    return str(LISTS.get(list_of or "", READS[action]))
