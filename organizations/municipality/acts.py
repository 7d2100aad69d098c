"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    MUNICIPALITY_CHANGED = "municipality.changed"
