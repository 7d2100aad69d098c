"""What a person's phone seals with what it keeps for them.

The key is made again whenever they are signed in, and lies nowhere here. Whoever holds the phone without their sign-in
has sealed rows and no key; the code of the page keeps it where it can be used and not read.
"""

import base64
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from marketplace.base.signing import steady


def person_mark(person: UUID) -> str:
    """What the phone calls this person: the same on every page, and nothing that tells who they are."""
    return steady("offline-person", str(person)).hex()[:32]


def sealing_key(person: UUID) -> str:
    """256 bits for AES-GCM, as text."""
    return base64.b64encode(steady("offline-key", str(person))).decode()


LEADS = {"host", "editor", "manager"}
"""Whose phone may hold taps that wait."""


class Sealed(NamedTuple):
    """What a page tells its own code of whoever is signed in."""

    person: str
    key: str


class Asked(Protocol):
    """A request whose door has found out who asks."""

    person: Any
    roles: frozenset[str]


def sealed_for(request: Asked) -> Sealed | None:
    """What each page says to whoever is signed in and leads something."""
    return sealing(request.person.id) if request.person and LEADS & request.roles else None


def sealing(person: UUID) -> Sealed:
    """For the person who is signed in, and nobody else."""
    return Sealed(person_mark(person), sealing_key(person))
