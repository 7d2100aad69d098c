"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    SITUATION_CHANGED = "situation.changed"
    SITUATION_MADE = "situation.made"
    SITUATION_OFF = "situation.off"
    SITUATION_ON = "situation.on"
    SITUATION_REVIEWED = "situation.reviewed"
