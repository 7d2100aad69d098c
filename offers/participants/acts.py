"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    BOOKING_ADDED = "booking.added"
    BOOKING_TALK_ASKED = "booking.talk_asked"
    PARTICIPANTS_READ = "participants.read"
    QUEUE_REORDERED = "queue.reordered"
    SEATS_KEPT = "seats.kept"
