"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    ORGANIZATION_APPLIED = "organization.applied"
    ORGANIZATION_APPROVED = "organization.approved"
    ORGANIZATION_ASKED = "organization.asked"
    ORGANIZATION_DECLINED = "organization.declined"
    ORGANIZATION_NAME_CHANGED = "organization.name_changed"
    ORGANIZATION_PUT_UNDER = "organization.put_under"
    ORGANIZATION_REOPENED = "organization.reopened"
    ORGANIZATION_SENT_AGAIN = "organization.sent_again"
    ORGANIZATION_SUSPENDED = "organization.suspended"
    REGISTER_ASKED = "register.asked"
