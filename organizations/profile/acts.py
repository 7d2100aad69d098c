"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    ORGANIZATION_CHANGED = "organization.changed"
    ORGANIZATION_LOGO_CHANGED = "organization.logo_changed"
    ORGANIZATION_TEXT_CHANGED = "organization.text_changed"
