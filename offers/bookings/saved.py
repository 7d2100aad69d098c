"""The words after `?saved=` by which a page of this room says what was just done."""

from enum import StrEnum


class Saved(StrEnum):
    """Each has its sentence in a template."""

    ADDRESS = "address"
    COMING = "coming"
    FEWER = "fewer"
    FILLED = "filled"
    LATE = "late"
    LINK = "link"
    NO_CALL = "no-call"
    NOTICE = "notice"
    NOT_BOOKED = "not-booked"
    NUMBER = "number"
    SAME = "same"
    TIME = "time"
    WORD = "word"
