"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    BOOKING_ADDRESS_CHANGED = "booking.address_changed"
    COLLEAGUES_BOOKING_READ = "colleagues_booking.read"
    BOOKING_FEWER = "booking.fewer"
    BOOKING_LINK_RENEWED = "booking.link_renewed"
    BOOKING_MENDED = "booking.mended"
    BOOKING_TIME_CHANGED = "booking.time_changed"
