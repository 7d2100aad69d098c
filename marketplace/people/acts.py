"""What this room writes down in the audit log: who did it is for the log to say."""

from enum import StrEnum


class Act(StrEnum):
    """noun.verb, as it stands in the log for good."""

    CONTACT_ADDED = "contact.added"
    RECOVERY_CODES_MADE = "recovery_codes.made"
    SECOND_FACTOR_ADDED = "second_factor.added"
    SECOND_FACTOR_GIVEN = "second_factor.given"
    SECOND_FACTOR_REFUSED = "second_factor.refused"
    SECOND_FACTOR_REMOVED = "second_factor.removed"
    SIGN_IN_ALL_ENDED = "sign_in.all_ended"
    SIGN_IN_ENDED = "sign_in.ended"
    SIGN_IN_MADE = "sign_in.made"
    SIGN_IN_REFUSED = "sign_in.refused"
