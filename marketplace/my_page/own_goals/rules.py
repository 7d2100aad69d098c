"""How the words of somebody's own goals lie in the database, and how many there may be. No database, no clock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.signing import seal, unseal

MOST = 20
"""Goals that one person has at once."""


class TooManyGoals(Refused):
    """One has as many as there may be."""

    def __init__(self) -> None:
        super().__init__(_("Du har skrevet %(most)s. Slett et av dem først.", most=MOST))


def purpose(person: UUID) -> str:
    """Of the seal: nobody's words open as another's."""
    return f"own goal {person}"


def sealed(person: UUID, words: str) -> str:
    """The words as they are stored: whoever reads the table, or a copy of it, reads nothing."""
    return seal(purpose(person), words.encode())


def opened(person: UUID, stored: str) -> str | None:
    """The words again. None: they were sealed for somebody else, or with a key that is gone."""
    words = unseal(purpose(person), stored)
    return None if words is None else words.decode()


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal with its words; None where they can be read no more."""

    id: UUID
    words: str | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Attended:
    """A time that somebody was there, by the register, with what tells whether it was they (my_page/rules.is_own)."""

    participant_id: UUID
    booked_by_id: UUID
    participant: str | None
    reaches_participant: bool
    title: str
    text_lang: str
    starts_at: datetime
    ends_at: datetime
