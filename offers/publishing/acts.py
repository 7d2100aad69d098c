"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    HOST_ASSIGNED = "host.assigned"
    HOST_REMOVED = "host.removed"
    OFFER_CHANGED = "offer.changed"
    OFFER_COPIED = "offer.copied"
    OFFER_DATES = "offer.dates"
    OFFER_DELETED = "offer.deleted"
    OFFER_MADE = "offer.made"
    OFFER_PICTURE_CHANGED = "offer.picture_changed"
    OFFER_PUBLISHED = "offer.published"
    OPENING_CHANGED = "opening.changed"
    ORGANIZER_ADDED = "organizer.added"
    ORGANIZER_REMOVED = "organizer.removed"
