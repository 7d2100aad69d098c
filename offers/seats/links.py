"""How a booking is called and opened: short references for people, and links that only we can have made."""

import re
import secrets
from uuid import UUID

from marketplace.base import old_links
from marketplace.base.signing import Token
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


LINK: Token[UUID, int] = Token("booking", UUID, int)
"""The booking and the version of its link."""


def link_path(booking: UUID, version: int) -> str:
    """The path that opens a booking. It can be made again, and is revoked by raising the version."""
    return f"/bookings/{LINK.made(booking, version)}"


def opened_by(token: str) -> tuple[UUID, int] | None:
    """The booking that a link speaks of, and the version that it must still have. None: it is none of ours."""
    return LINK.read(token) or old_links.booking(token)
