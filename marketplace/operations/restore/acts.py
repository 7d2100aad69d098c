"""What a restore writes down in the audit log: who did it is whoever runs the instance."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    DATABASE_RESTORED = "database.restored"
