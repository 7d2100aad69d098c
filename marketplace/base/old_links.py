"""Links as they were made until November 2026, in a form for each kind: read, never written.

What lies in somebody's mailbox or calendar still opens until its time is over:
- a booking's, as long as we keep the booking;
- an invitation's, as long as it may be answered, 14 days: its row has the hash (organizations/members/invitations);
- the links that stop messages, until OVER.

The file can go when OVER has passed and no booking is left that was made before migration 0031 ran: with the places
that call it, invitation.token_hash, and what tests/house/test_links.py holds of before.
"""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from marketplace.base.signing import made_by

OVER = datetime(2029, 1, 1, tzinfo=UTC)
"""Two years after the last of them was mailed: no message that we write is of use for longer."""
VERSIONS = range(1, 500)
"""Of a booking's link. Each comes of somebody asking for another: nobody has asked so often."""


def booking(word: str) -> tuple[UUID, int] | None:
    """The booking and the version of its link. None: it is no such link."""
    raw = _raw(word, 28)
    if raw is None:
        return None
    found = UUID(bytes=raw[:16])
    return next(
        (
            (found, version)
            for version in VERSIONS
            if _same(raw[16:], "booking-link", found.hex, str(version))
        ),
        None,
    )


def address(word: str, now: datetime) -> bytes | None:
    """The digest of the address that no more is to be sent to. None: it is no such link, or its time is over."""
    raw = _raw(word, 24) if now < OVER else None
    return raw[:16] if raw and _same(raw[16:], "unsubscribe-link", raw[:16].hex()) else None


def notice(word: str, kinds: Iterable[str], now: datetime) -> tuple[int, UUID, UUID] | None:
    """The number of a kind of message, who gets it no more, and from which organisation. None: it is no such link, or
    its time is over."""
    raw = _raw(word, 45) if now < OVER else None
    if raw is None:
        return None
    person, organization = UUID(bytes=raw[1:17]), UUID(bytes=raw[17:33])
    kind = dict(enumerate(kinds)).get(raw[0], "")
    ours = _same(raw[33:], "stop-notice", kind, str(person), str(organization))
    return (raw[0], person, organization) if ours else None


def _raw(word: str, size: int) -> bytes | None:
    try:
        raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return raw if len(raw) == size else None


def _same(seal: bytes, purpose: str, *parts: str) -> bool:
    return made_by(seal.hex(), purpose, *parts, length=2 * len(seal)) is not None
