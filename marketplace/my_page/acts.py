"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    ACTS_FOR_ACCEPTED = "acts_for.accepted"
    ACTS_FOR_ADDED = "acts_for.added"
    ACTS_FOR_ENDED = "acts_for.ended"
    ALIAS_CHANGED = "alias.changed"
    CONTACT_REMOVED = "contact.removed"
