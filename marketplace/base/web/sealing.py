"""What a person's phone seals with what it keeps for them.

The keys are made again whenever they are signed in, and lie nowhere here. Whoever holds the phone without their sign-in
has sealed rows and no key; the code of the page keeps it where it can be used and not read.

What lies on a phone outlives the secret that its key was made of. So the phone is told those of all secrets, and seals
anew what one of before opens (static/js/store.js). What none opens it still knows for this person's, and says so: what
it calls them hangs on no secret.
"""

import base64
import hashlib
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from marketplace.base.signing import each_signed


def person_mark(person: UUID) -> str:
    """What the phone calls this person: the same on every page, and nothing that tells who they are."""
    return hashlib.sha256(b"offline-person\0" + person.bytes).hexdigest()[:32]


def marks_before(person: UUID) -> str:
    """What a phone may have called them before 30 November 2026, when that was made of the oldest secret."""
    return " ".join(each.hex()[:32] for each in each_signed("offline-person", str(person)))


def sealing_keys(person: UUID) -> str:
    """256 bits for AES-GCM, as text: of the secret of now, which seals, and of those of before."""
    return " ".join(base64.b64encode(each).decode() for each in each_signed("offline-key", str(person)))


LEADS = {"host", "editor", "manager"}
"""Whose phone may hold taps that wait."""


class Sealed(NamedTuple):
    """What a page tells its own code of whoever is signed in: `keys` and `marks` with spaces between."""

    person: str
    keys: str
    marks: str


class Asked(Protocol):
    """A request whose door has found out who asks."""

    person: Any
    roles: frozenset[str]


def sealed_for(request: Asked) -> Sealed | None:
    """What each page says to whoever is signed in and leads something. Who leads nothing any more is told when their
    phone asks, for it holds taps (`/manage/sessions/phone.json`)."""
    return sealing(request.person.id) if request.person and LEADS & request.roles else None


def sealing(person: UUID) -> Sealed:
    """For the person who is signed in, and nobody else."""
    return Sealed(person_mark(person), sealing_keys(person), marks_before(person))
