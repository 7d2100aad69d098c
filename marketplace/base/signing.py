"""What only we can have made: signatures, sealed words, stored secrets. Every purpose has a key of its own."""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken

from marketplace.settings import settings


def signature(purpose: str, *parts: str) -> str:
    """HMAC-SHA256 in hex over the parts, under a key of this purpose."""
    return signed(purpose, *parts).hex()


def signed(purpose: str, *parts: str) -> bytes:
    """The same as bytes."""
    inner, outer = (begun.copy() for begun in begun_for(settings().secret_key.get_secret_value(), purpose))
    inner.update("\0".join(parts).encode())
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(64)
def begun_for(secret: str, purpose: str) -> "tuple[hashlib._Hash, hashlib._Hash]":
    """The two hashes of an HMAC under the purpose's key, begun (RFC 2104): to begin them anew for each signature takes
    longer than the rest of it. The purposes are few, and named in the code; a booking alone signs twelve times."""
    key = hmac.digest(secret.encode(), purpose.encode(), "sha256").ljust(64, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in key)), hashlib.sha256(
        bytes(byte ^ 0x5C for byte in key)
    )


def secret_hash(secret: str) -> bytes:
    """How secrets of cookies, links and calendar addresses are stored: they are random, so SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


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
