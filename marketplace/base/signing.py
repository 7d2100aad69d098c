"""What only we can have made: signatures, the words of links, sealed words, stored secrets. Every purpose has a key of
its own.

The secret behind them can be changed. What is made is made with the secret of now; what was made with one of before is
read as long as that is named (TREFFPUNKT_SECRET_KEYS_BEFORE). So whoever compares asks `made_by`, and never a
signature of now; whoever looks for a stored digest looks for `each_signed`. Two sorts of digests are made with another
secret than that of now: what belongs to a form, with that of its page (`signed_in_form`), or a form that is sent again
would be another; and what must stay the same, with the oldest that is named (`steady`). tests/house/test_secrets.py
lists every purpose.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVarTuple
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

from marketplace.settings import settings

Parts = TypeVarTuple("Parts")


class Way(NamedTuple):
    """How a part of a word is packed: in so many bytes, whatever it is."""

    size: int
    pack: Callable[[Any], bytes]
    unpack: Callable[[bytes], Any]


WAYS = {
    UUID: Way(16, lambda id: id.bytes, lambda raw: UUID(bytes=raw)),  # noqa: A006 - an id is called id here
    bytes: Way(16, lambda digest: digest, lambda raw: raw),
    int: Way(2, lambda number: number.to_bytes(2), int.from_bytes),
    datetime: Way(
        5,
        lambda at: int(at.timestamp()).to_bytes(5),
        lambda raw: datetime.fromtimestamp(int.from_bytes(raw), UTC),
    ),
}
"""What a link may speak of: something by its id, a keyed digest, a version or the number of a kind, a moment."""
SEAL = 10
"""Bytes: 80 bits, which nobody finds by asking us, and a link in an SMS is no longer than it was."""


class Token(Generic[*Parts]):
    """The word in one kind of link: what it speaks of, and a seal over that under the kind's own key.

    It lies nowhere, for it can be made again; it holds until what it speaks of says otherwise (another version, another
    moment, no such row). All words of a kind have the same length. What was mailed before November 2026 looks
    otherwise: old_links.py.
    """

    def __init__(self, purpose: str, *shape: type) -> None:
        """`shape`: the types of the parts, of those in WAYS. They and the purpose stay, or no link works any longer."""
        self.purpose, self.ways = f"link {purpose}", [WAYS[part] for part in shape]
        self.size = sum(way.size for way in self.ways)

    def made(self, *parts: *Parts) -> str:
        """The word that speaks of this."""
        said: tuple[Any, ...] = parts
        content = b"".join(way.pack(part) for way, part in zip(self.ways, said, strict=True))
        return self._sealed(content, settings().secret_key.get_secret_value())

    def read(self, word: str) -> tuple[*Parts] | None:
        """What the word speaks of. None: it is none of ours."""
        try:
            content = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))[: self.size]
        except ValueError:
            return None
        # Made again, and compared as it is written: two words never open the same.
        if not word.isascii() or not any(
            hmac.compare_digest(self._sealed(content, secret), word) for secret in every_secret()
        ):
            return None
        parts: list[Any] = []
        for way in self.ways:
            parts.append(way.unpack(content[: way.size]))
            content = content[way.size :]
        return tuple(parts)

    def _sealed(self, content: bytes, secret: str) -> str:
        seal = _mac(secret, self.purpose, content)
        return base64.urlsafe_b64encode(content + seal[:SEAL]).decode().rstrip("=")


def every_secret() -> tuple[str, ...]:
    """The secret of now, and those of before that are still read, the newest first."""
    set_ = settings()
    return (set_.secret_key.get_secret_value(), *(one.get_secret_value() for one in set_.secret_keys_before))


def fingerprint(secret: str) -> str:
    """By which a key can be told from another in the database and in what an operator reads, and not be found."""
    return _signed(secret, "fingerprint").hex()[:8]


def signature(purpose: str, *parts: str) -> str:
    """HMAC-SHA256 in hex over the parts, under a key of this purpose. To compare one, ask made_by."""
    return signed(purpose, *parts).hex()


def signed(purpose: str, *parts: str) -> bytes:
    """The same as bytes."""
    return _signed(settings().secret_key.get_secret_value(), purpose, *parts)


def each_signed(purpose: str, *parts: str) -> list[bytes]:
    """What was stored of this, whichever secret there was: that of now first."""
    return [_signed(secret, purpose, *parts) for secret in every_secret()]


def made_by(given: str, purpose: str, *parts: str, length: int = 64) -> str | None:
    """The secret that this signature was made with, of which so many letters were given. None: it is none of ours."""
    said = given.encode(errors="replace")
    for secret in every_secret():
        if hmac.compare_digest(said, _signed(secret, purpose, *parts).hex()[:length].encode()):
            return secret
    return None


_of_form: ContextVar[str | None] = ContextVar("secret of the form", default=None)


def read_form_of(secret: str) -> None:
    """What is being answered is a form of a page that was made with this secret."""
    _of_form.set(secret)


def signed_in_form(purpose: str, *parts: str) -> bytes:
    """A digest that a form brings, or that tells whether the same form was sent before: with the secret of its page."""
    of_form = _of_form.get()
    known = of_form if of_form in every_secret() else None
    return _signed(known or settings().secret_key.get_secret_value(), purpose, *parts)


def steady(purpose: str, *parts: str) -> bytes:
    """A digest that stays the same while any secret of before is named: with the oldest of them."""
    return _signed(every_secret()[-1], purpose, *parts)


def _signed(secret: str, purpose: str, *parts: str) -> bytes:
    return _mac(secret, purpose, "\0".join(parts).encode())


def _mac(secret: str, purpose: str, content: bytes) -> bytes:
    inner, outer = begun_for(secret, purpose)
    hashed, sealed = inner.copy(), outer.copy()
    hashed.update(content)
    sealed.update(hashed.digest())
    return sealed.digest()


@lru_cache(512)
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


def _box(secret: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_signed(secret, f"seal {purpose}")))


def seal(purpose: str, content: bytes) -> str:
    """The content, so that only `unseal` of the same purpose can read it. Letters that may stand in a form."""
    return _box(settings().secret_key.get_secret_value(), purpose).encrypt(content).decode()


def unseal(purpose: str, sealed: str, seconds: int | None = None) -> bytes | None:
    """What was sealed; None when it is not ours, or older than so many seconds."""
    for secret in every_secret():
        with suppress(InvalidToken):
            return _box(secret, purpose).decrypt(sealed.encode(), ttl=seconds)
    return None


def sealed_before(purpose: str, sealed: str) -> bool:
    """Was it sealed with a secret of before, so that it is to be sealed anew?"""
    try:
        _box(settings().secret_key.get_secret_value(), purpose).extract_timestamp(sealed.encode())
    except InvalidToken:
        return unseal(purpose, sealed) is not None
    return False
