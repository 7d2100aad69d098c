"""How a message with facts is called. No database here."""

import secrets
from uuid import UUID

from marketplace.base.signing import signature


def message_key(form_key: str, by: UUID, address: str) -> str:
    """The same form to the same address is the same message, and nobody can read the address out of it."""
    return f"facts:{signature('facts', form_key or secrets.token_hex(16), str(by), address)[:24]}"
