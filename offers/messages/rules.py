"""Decisions about messages: no database, no clock."""

import base64
import binascii
import hmac
import re

from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.signing import signature

PLACEHOLDERS = ("navn", "tilbud", "tid", "sted", "lenke")
"""What a host may write in braces. Each is filled in for each who gets the message."""
_BRACES = re.compile(r"\{([^{}]*)\}")


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and is none of ours."""
    return [each for each in _BRACES.findall(text) if each not in PLACEHOLDERS]


def filled(text: str, values: dict[str, str]) -> str:
    """The text with its placeholders filled in, each once: what is filled in is not looked at again."""
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def without_title(text: str, title: str) -> str:
    """The text without the offer's name, for an SMS: it lies open on a locked screen."""
    return re.sub(rf"(?<!\w){re.escape(title)}(?!\w)", str(_("tilbudet")), text, flags=re.IGNORECASE)


# --- whoever wants only what concerns their own bookings ---
def address_hash(channel: Channel, address: str) -> bytes:
    """The address, so that only who has it and the server's key can tell that it is this one."""
    return bytes.fromhex(signature("unsubscribe", channel, address))[:16]


def _seal(hashed: bytes) -> bytes:
    return bytes.fromhex(signature("unsubscribe-link", hashed.hex()))[:8]


def unsubscribe_path(channel: Channel, address: str) -> str:
    """The path where messages to this address can be stopped. Nobody can guess another's."""
    hashed = address_hash(channel, address)
    return f"/unsubscribe/{base64.urlsafe_b64encode(hashed + _seal(hashed)).decode()}"


def hash_of(token: str) -> bytes | None:
    """Whose address such a path speaks of. None: it is none of ours."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    hashed = raw[:16]
    return hashed if len(raw) == 24 and hmac.compare_digest(_seal(hashed), raw[16:]) else None
