"""The words after `?saved=` by which a page of this room says what was just done."""

from enum import StrEnum


class Done(StrEnum):
    """What a page says after `?done=`, at its head."""

    COPIED = "copied"
    PUBLISHED = "published"


class Saved(StrEnum):
    """Each has its sentence in a template."""

    ADDED = "added"
    CHANGED = "changed"
    INVITED = "invited"
    MOVED = "moved"
    NO_PICTURE = "no-picture"
    ORGANIZER = "organizer"
    PICTURE = "picture"
    REMOVED = "removed"
