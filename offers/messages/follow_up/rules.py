"""An address that wants only what concerns its own bookings. No database, no clock."""

from datetime import datetime

from marketplace.base import old_links
from marketplace.base.errors import Refused
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.signing import Token, each_signed, signed

NOT_YET = lazy("Dette spør vi om når du har vært med.")


def been_there(there: bool) -> None:
    """Raises Refused as long as nobody can say whether it was of use."""
    if not there:
        raise Refused(str(NOT_YET))


# --- whoever wants only what concerns their own bookings ---
def address_hash(channel: Channel, address: str) -> bytes:
    """The address, so that only who has it and the server's key can tell that it is this one."""
    return signed("unsubscribe", channel, address)[:16]


def address_hashes(channel: Channel, address: str) -> list[bytes]:
    """What may be kept of it, whichever secret there was."""
    return [each[:16] for each in each_signed("unsubscribe", channel, address)]


LINK: Token[bytes] = Token("unsubscribe", bytes)
"""The digest of an address."""


def unsubscribe_path(channel: Channel, address: str) -> str:
    """The path where messages to this address can be stopped. Nobody can guess another's."""
    return f"/unsubscribe/{LINK.made(address_hash(channel, address))}"


def hash_of(token: str, now: datetime) -> bytes | None:
    """Whose address such a path speaks of. None: it is none of ours."""
    read = LINK.read(token)
    return read[0] if read else old_links.address(token, now)
