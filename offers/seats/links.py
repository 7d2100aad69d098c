"""How a booking is called and opened: short references for people, and links that only we can have made."""

import base64
import binascii
import hmac
import re
import secrets
from uuid import UUID

from marketplace.base.signing import signed
from marketplace.base.text import SIGNS, clean

ALPHABET = SIGNS


REFERENCE_LENGTH = 6


def new_reference() -> str:
    """A short reference for people: it opens nothing without the name or the address, and lists show its beginning only
    (participants/queries.py:SIGN)."""
    number, signs = secrets.randbelow(len(ALPHABET) ** REFERENCE_LENGTH), ""
    for _sign in range(REFERENCE_LENGTH):
        number, sign = divmod(number, len(ALPHABET))
        signs += ALPHABET[sign]
    return signs


def shown_reference(reference: str) -> str:
    """K7M4QP is shown as K7M-4QP."""
    return f"{reference[:3]}-{reference[3:]}"


def typed_reference(text: str) -> str:
    """A reference as somebody typed or pasted it: any case, with or without hyphen or spaces, also with words before
    it as it stands in our messages ("Nummer: K7M-4QP")."""
    text = clean(text).upper()
    found = re.fullmatch(
        rf"(?:.*[^\w])?([{ALPHABET}]{{3}})[\s\-\u2010-\u2015]*([{ALPHABET}]{{3}})\W*", text, re.DOTALL
    )
    return found[1] + found[2] if found else "".join(sign for sign in text if sign.isalnum())


def _mac(booking: UUID, version: int) -> bytes:
    return signed("booking-link", booking.hex, str(version))[:12]


def link_path(booking: UUID, version: int) -> str:
    """The path that opens a booking: made from the server's key, so it can be made again, and revoked by raising
    the version."""
    token = base64.urlsafe_b64encode(booking.bytes + _mac(booking, version)).rstrip(b"=").decode()
    return f"/bookings/{token}"


def token_booking(token: str) -> tuple[UUID, bytes] | None:
    """The booking a token speaks of, and its seal, still to be checked with `seal_holds`. None: not a token."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    return (UUID(bytes=raw[:16]), raw[16:]) if len(raw) == 28 else None


def seal_holds(booking: UUID, version: int, seal: bytes) -> bool:
    return hmac.compare_digest(seal, _mac(booking, version))
