"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    DECISION_REFUSED = "decision.refused"
    INVITATION_DECLINED = "invitation.declined"
    INVITATION_SENT = "invitation.sent"
    INVITATION_TAKEN_BACK = "invitation.taken_back"
    MEMBERSHIP_BEGAN = "membership.began"
    MEMBERSHIP_CHANGED = "membership.changed"
    MEMBERSHIP_ENDED = "membership.ended"
    ORGANIZATION_MADE = "organization.made"
