"""The words after `?saved=` by which a page of this room says what was just done."""

from enum import StrEnum


class Saved(StrEnum):
    """Each has its sentence in a template."""

    OUT = "out"
    REMOVED = "removed"
