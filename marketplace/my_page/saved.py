"""The words after `?saved=` by which a page of this room says what was just done."""

from enum import StrEnum


class Saved(StrEnum):
    """Each has its sentence in a template."""

    ACCEPTED = "accepted"
    ADDED = "added"
    ALIAS = "alias"
    ASKED = "asked"
    DECLINED = "declined"
    ENDED = "ended"
    GOAL = "goal"
    GOAL_REMOVED = "goal-removed"
    JOINED = "joined"
    NO_CALENDAR = "no-calendar"
    PROFILE = "profile"
    REMOVED = "removed"
    SIGNED_OUT = "signed-out"
