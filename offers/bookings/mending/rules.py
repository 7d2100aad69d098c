"""What makes a booking is made once: the key of a form, and what was sent with it. No database, no clock.

A booking's `form_key` is made from the form's and from who comes: the same form for another person is another booking.
Its `form_digest` tells whether what is sent again is the same, without keeping what was sent.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marketplace.base.signing import signature, signed

LATELY = timedelta(minutes=30)
"""So long after booking a form may mend what it sent, and a browser is asked whether it meant to send it again."""
MOST_KEPT = 24
"""Bookings that a browser is asked about: more than the dates of one form."""


def may_be_a_slip(booking: Mapping[str, Any], now: datetime) -> bool:
    """May the address (verified_at) of a booking (created_at) be a stranger's? It was typed just now, and nobody has
    proven it. What the receipt has told them is enough: they hear nothing of how it was put right."""
    fresh: bool = booking["created_at"] > now - LATELY
    return fresh and booking["verified_at"] is None


class Sent:
    """What a browser has booked lately, for a cookie: what was booked and the booking's key, both unreadable.

    Going back to a form without JavaScript brings another key: this tells that the same has just been sent.
    """

    MARK, KEY, TIME = 8, 16, 4
    SIZE = MARK + KEY + TIME

    def __init__(self, text: str | None, now: datetime) -> None:
        """`text`: the cookie's; what is not ours, or is old, is nothing."""
        self.entries: list[tuple[bytes, bytes, int]] = []
        self.since = int((now - LATELY).timestamp())
        raw, _, seal = (text or "").partition(".")
        if not raw or not secrets.compare_digest(
            seal.encode(), signature("sent from here", raw)[:32].encode()
        ):
            return
        try:
            packed = urlsafe_b64decode(raw)
        except (Error, ValueError):
            return
        for start in range(0, len(packed), self.SIZE):
            mark, key = (
                packed[start : start + self.MARK],
                packed[start + self.MARK : start + self.SIZE - self.TIME],
            )
            at = int.from_bytes(packed[start + self.SIZE - self.TIME : start + self.SIZE])
            if at > self.since:
                self.entries.append((mark, key, at))

    @classmethod
    def mark_of(cls, slug: str, session: UUID | None, whom: str) -> bytes:
        return signed("booked from here", slug, session.hex if session else "", whom)[: cls.MARK]

    def before(self, slug: str, session: UUID | None, whom: str, key: bytes) -> bytes | None:
        """The key of the booking that another form of this browser has just made of the same, if any."""
        mark = self.mark_of(slug, session, whom) if self.entries else b""
        found = [made for each, made, _at in self.entries if each == mark]
        return found[-1] if found and key not in found else None

    def noted(self, slug: str, sessions: Iterable[UUID | None], whom: str, key: bytes, now: datetime) -> str:
        """The cookie's text with what was booked now."""
        at = int(now.timestamp())
        self.entries += [(self.mark_of(slug, session, whom), key, at) for session in sessions]
        packed = b"".join(
            mark + made + when.to_bytes(self.TIME) for mark, made, when in self.entries[-MOST_KEPT:]
        )
        raw = urlsafe_b64encode(packed).decode()
        return f"{raw}.{signature('sent from here', raw)[:32]}"
