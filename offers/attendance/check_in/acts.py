"""What self check-in writes down in the audit log. Who checked in is not among it: that is a mark in the register."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    CHECK_IN_OPENED = "check_in.opened"
    CHECK_IN_TURNED_OFF = "check_in.turned_off"
    CHECK_IN_ACCEPTED = "check_in.accepted"
