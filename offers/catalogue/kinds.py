"""What an offer can be and whom it can be for: the words of the catalogue, which lists, forms and figures share."""

from enum import StrEnum

from marketplace.base.i18n import lazy


class Kind(StrEnum):
    COURSE = "course"
    WORKSHOP = "workshop"
    GROUP = "group"
    SELF_HELP_GROUP = "self_help_group"
    MEETING_PLACE = "meeting_place"
    ACTIVITY = "activity"
    TALK = "talk"
    CONVERSATION = "conversation"
    COMPANION = "companion"
    VOLUNTEER_TASK = "volunteer_task"
    ONLINE_SELF_HELP = "online_self_help"
    STAFF_TRAINING = "staff_training"


class Audience(StrEnum):
    """Whom an offer is for. Never a diagnosis."""

    EVERYONE = "everyone"
    YOUTH = "youth"
    YOUNG_ADULTS = "young_adults"
    ADULTS = "adults"
    SENIORS = "seniors"
    NEXT_OF_KIN = "next_of_kin"
    REFUGEES = "refugees"
    PARENTS = "parents"
    STAFF = "staff"


KIND_LABELS = {
    Kind.COURSE: lazy("Kurs"),
    Kind.WORKSHOP: lazy("Verksted"),
    Kind.GROUP: lazy("Gruppe"),
    Kind.SELF_HELP_GROUP: lazy("Selvhjelpsgruppe"),
    Kind.MEETING_PLACE: lazy("Møteplass"),
    Kind.ACTIVITY: lazy("Aktivitet"),
    Kind.TALK: lazy("Foredrag"),
    Kind.CONVERSATION: lazy("Samtale"),
    Kind.COMPANION: lazy("Aktivitetsvenn"),
    Kind.VOLUNTEER_TASK: lazy("Frivillig oppdrag"),
    Kind.ONLINE_SELF_HELP: lazy("Selvhjelp på nett"),
    Kind.STAFF_TRAINING: lazy("Fagkurs"),
}
AUDIENCE_LABELS = {
    Audience.EVERYONE: lazy("Alle er velkommen"),
    Audience.YOUTH: lazy("Ungdom"),
    Audience.YOUNG_ADULTS: lazy("Unge voksne 16–30"),
    Audience.ADULTS: lazy("Voksne"),
    Audience.SENIORS: lazy("65 år og eldre"),
    Audience.NEXT_OF_KIN: lazy("Pårørende"),
    Audience.REFUGEES: lazy("Ny i Norge"),
    Audience.PARENTS: lazy("Foreldre"),
    Audience.STAFF: lazy("Ansatte"),
}
AUDIENCE_AGES = {
    Audience.YOUTH: range(10, 26),
    Audience.YOUNG_ADULTS: range(16, 31),
    Audience.ADULTS: range(18, 121),
    Audience.SENIORS: range(65, 121),
    Audience.STAFF: range(18, 121),
}
"""How old those are whose name tells it; of the others anybody may be one."""
ASKED_LABELS = {one: label for one, label in AUDIENCE_LABELS.items() if one is not Audience.STAFF}
"""Whom one may say that something is missed for. What municipal staff lack is told at work."""


PARTICULAR_LABELS = {
    Audience.EVERYONE: lazy("alle"),
    Audience.REFUGEES: lazy("folk som er nye i Norge"),
}
"""What an audience is called inside a sentence, where its label is no name of people."""


OF_ONESELF = tuple(
    one for one in Audience if one not in (Audience.NEXT_OF_KIN, Audience.PARENTS, Audience.STAFF)
)
"""Those that somebody is one of for their own sake, and not for that of another."""
GROWN = {Audience.ADULTS, Audience.STAFF}
"""Nearly everybody is one of these: an age is no reason why it should be for them."""


def peers_of(age: int) -> list[Audience]:
    """Those that somebody is one of because of this age, and whom few others are: the young, or those over 65."""
    return [one for one, ages in AUDIENCE_AGES.items() if age in ages and one not in GROWN]


def audiences_of(age: int) -> list[Audience]:
    """Those that somebody of this age may be one of: nobody of nine is an adult."""
    return [one for one in Audience if one not in AUDIENCE_AGES or age in AUDIENCE_AGES[one]]
