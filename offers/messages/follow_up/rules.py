"""An address that wants only what concerns its own bookings. No database, no clock."""

import base64
import binascii
import hmac

from marketplace.base.errors import Refused
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.signing import signature

NOT_YET = lazy("Dette spør vi om når du har vært med.")


def been_there(there: bool) -> None:
    """Raises Refused as long as nobody can say whether it was of use."""
    if not there:
        raise Refused(str(NOT_YET))


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
