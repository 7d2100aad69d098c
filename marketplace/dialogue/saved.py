"""The words after `?saved=` by which a page of this room says what was just done."""

from enum import StrEnum


class Saved(StrEnum):
    """Each has its sentence in a template."""

    ADDED = "added"
    ATTENDED = "attended"
    CALLED = "called"
    DROPPED = "dropped"
    GONE = "gone"
    ITEM = "item"
    MOVED = "moved"
    OUTCOME = "outcome"
    REMOVED = "removed"
    TAKEN = "taken"
    WAITS = "waits"
