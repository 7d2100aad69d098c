"""What self check-in writes down in the audit log. Who checked in is not among it: that is a mark in the register."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    OPENED = "check_in.opened"
    TURNED_OFF = "check_in.turned_off"
    ACCEPTED = "check_in.accepted"
