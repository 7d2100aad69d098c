"""What can be chosen of in the filters of the list, beside the catalogue's own words."""

from enum import StrEnum


class Order(StrEnum):
    """In which order offers stand: it is said beside the list, and can be changed. Without a choice: what is nearest
    first where one asks for that, else what has the words best, else by date."""

    BEST = "best"
    DATE = "date"
    NEAR = "near"


class Within(StrEnum):
    """How far it may be, in kilometres."""

    TWO = "2"
    FIVE = "5"
    TEN = "10"
    TWENTY = "20"


class Part(StrEnum):
    """Which part of the day it begins in, by a Norwegian clock (queries.py:PART)."""

    MORNING = "morning"
    DAY = "day"
    EVENING = "evening"


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Access(StrEnum):
    """What is known of the place."""

    STEP_FREE = "step_free"
    TOILET = "toilet"
    HEARING_LOOP = "hearing_loop"


def column(known: Access) -> str:
    """Of a venue."""
    return "accessible_toilet" if known is Access.TOILET else known.value
