"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    BOOKING_CANCELLED = "booking.cancelled"
    BOOKING_CONFIRMED = "booking.confirmed"
    BOOKING_DECLINED = "booking.declined"
    BOOKING_EXPIRED = "booking.expired"
    BOOKING_MADE = "booking.made"
    BOOKING_OFFERED = "booking.offered"
    BOOKING_REQUESTED = "booking.requested"
    BOOKING_WAITING = "booking.waiting"
    CAPACITY_CHANGED = "capacity.changed"
    POOL_CLOSED = "pool.closed"
    POOL_OPENED = "pool.opened"
