"""What is signed here is an HMAC, so that any library can make it again."""

import hmac

from marketplace.base.signing import signature, signed
from marketplace.settings import settings


def test_a_signature_is_an_hmac_under_a_key_of_its_purpose(database_url: str) -> None:
    secret = settings().secret_key.get_secret_value().encode()
    for purpose in ("form", "booking-link"):
        key = hmac.digest(secret, purpose.encode(), "sha256")
        for parts in ((), ("",), ("ære", "17"), ("x" * 5000,)):
            right = hmac.digest(key, "\0".join(parts).encode(), "sha256")
            assert signed(purpose, *parts) == right == signed(purpose, *parts)
            assert signature(purpose, *parts) == right.hex()
