"""What makes a booking is made once: the key of a form, and what was sent with it. No database, no clock."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from marketplace.base.signing import signed_in_form, steady

CONTENT = json.JSONEncoder(default=str)


def key_of(form_key: bytes, whom: str, session: UUID | None = None) -> bytes:
    """The key of what a form books for somebody. Of several dates the first one has no `session`, the others theirs."""
    return signed_in_form("form", form_key.hex(), whom, session.hex if session else "")[:16]


def key_after(form_key: bytes) -> bytes:
    """The form's key once all that it made is over: the same for every click."""
    return signed_in_form("form after", form_key.hex())[:16]


def digest_of(booker: UUID | None, content: Sequence[Any]) -> bytes:
    """A keyed digest of what was sent: 16 bytes of who sent it, 16 of all of it."""
    sent_by = steady("sent by", str(booker or ""))
    return sent_by[:16] + signed_in_form("sent", CONTENT.encode(content))[:16]


def same_sender(one: bytes | None, other: bytes) -> bool:
    """Were both sent by the same account, or both by visitors?"""
    return one is not None and one[:16] == other[:16]
