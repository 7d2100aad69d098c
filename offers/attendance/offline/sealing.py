"""What the page of a register tells its own code."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.base.web.sealing import person_mark, sealing_key
from offers.attendance.offline.words import words


@dataclass(frozen=True, slots=True)
class Sealing:
    """Whose phone it is, what it seals with, and what it says."""

    person: str
    key: str
    words: dict[str, str]

    @classmethod
    def of(cls, person: UUID) -> "Sealing":
        """For the person who is signed in, and nobody else."""
        return cls(person_mark(person), sealing_key(person), words())
