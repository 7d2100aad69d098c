"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    DIALOGUE_GAP = "dialogue.gap"
    DIALOGUE_GAP_DROPPED = "dialogue.gap_dropped"
    DIALOGUE_GAP_MET = "dialogue.gap_met"
    DIALOGUE_JOINED = "dialogue.joined"
    DIALOGUE_LEFT = "dialogue.left"
    MEETING_ATTENDED = "meeting.attended"
    MEETING_CALLED = "meeting.called"
    NEED_REMOVED = "need.removed"
    NEED_TAKEN = "need.taken"
