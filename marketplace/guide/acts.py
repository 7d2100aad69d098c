"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    DESK_BOOKING_READ = "desk_booking.read"
    DESK_BOOKING_NOT_FOUND = "desk_booking.not_found"
    OFFER_FACTS_SENT = "offer_facts.sent"
