"""The words after `?saved=` by which a page of this room says what was just done."""

from enum import StrEnum


class Saved(StrEnum):
    """Each has its sentence in a template."""

    ADDED = "added"
    ASKED = "asked"
    CALLED = "called"
    CLOSED = "closed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    KEPT = "kept"
    OFF_RING = "off-ring"
    OPENED = "opened"
    QUEUE = "queue"
    RING = "ring"
    SEATS = "seats"
    SERVED = "served"
    TAKEN_OFF = "taken-off"
    TALK = "talk"
    WAITING = "waiting"
