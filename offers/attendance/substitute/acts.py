"""What substitutes and those who send them write down in the audit log."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    SUBSTITUTE_ASKED = "substitute.asked"
    SUBSTITUTE_OPENED = "substitute.opened"
    SUBSTITUTE_READ = "substitute.read"
    SUBSTITUTE_REVOKED = "substitute.revoked"
