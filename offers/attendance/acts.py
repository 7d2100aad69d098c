"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    ATTENDANCE_READ = "attendance.read"
    DOOR_LIST_READ = "door_list.read"
    REGISTER_CLOSED = "register.closed"
    REGISTER_CORRECTED = "register.corrected"
    REGISTER_DOWNLOADED = "register.downloaded"
    REGISTER_READ = "register.read"
    REGISTER_REOPENED = "register.reopened"
    REGISTER_SAVED = "register.saved"
    REGISTER_TAPPED = "register.tapped"
