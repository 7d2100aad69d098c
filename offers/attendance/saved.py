"""The words after `?saved=` by which a page of this room says what was just done."""

from enum import StrEnum


class Saved(StrEnum):
    """Each has its sentence in a template."""

    FINISHED = "finished"
    REGISTER = "register"
    REOPENED = "reopened"
    WALKED_IN = "walked-in"
    LET_IN = "let-in"
