"""What must be read again but by nobody else: encrypted and signed under a key of the settings."""

import base64

from cryptography.fernet import Fernet, InvalidToken

from marketplace.base.http import signature


def _box(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(signature(f"seal {purpose}"))))


def seal(purpose: str, content: bytes) -> str:
    """The content, so that only `unseal` of the same purpose can read it. Letters that may stand in a form."""
    return _box(purpose).encrypt(content).decode()


def unseal(purpose: str, sealed: str, seconds: int | None = None) -> bytes | None:
    """What was sealed; None when it is not ours, or older than so many seconds."""
    try:
        return _box(purpose).decrypt(sealed.encode(), ttl=seconds)
    except InvalidToken:
        return None
