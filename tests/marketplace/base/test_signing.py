"""The words of links: what they say, and that nobody else can make one."""

import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from marketplace.base.signing import Token, signature, signed
from marketplace.settings import settings

ONE: Token[UUID, int] = Token("a test", UUID, int)
OTHER: Token[UUID, int] = Token("another test", UUID, int)
WHEN: Token[UUID, datetime, bytes] = Token("a moment of a test", UUID, datetime, bytes)
THEIRS = UUID("0193714a-0000-7000-8000-0000000000b1")


def test_a_word_says_what_it_was_made_of() -> None:
    assert ONE.read(ONE.made(THEIRS, 3)) == (THEIRS, 3)
    at = datetime(2026, 12, 12, 9, 30, 7, 123456, tzinfo=UTC)
    assert WHEN.read(WHEN.made(THEIRS, at, b"x" * 16)) == (THEIRS, at.replace(microsecond=0), b"x" * 16)


def test_the_same_word_is_made_again_and_another_for_anything_else() -> None:
    words = [ONE.made(THEIRS, 1), ONE.made(THEIRS, 2), ONE.made(uuid4(), 1), OTHER.made(THEIRS, 1)]
    assert ONE.made(THEIRS, 1) == words[0]
    assert len({*words}) == 4


def test_a_word_is_short_and_stands_in_an_address_as_it_is() -> None:
    word = ONE.made(THEIRS, 65535)
    assert len(word) == 38
    assert word.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("place", range(38))
def test_no_letter_of_a_word_can_be_another(place: int) -> None:
    word = ONE.made(THEIRS, 1)
    for letter in "Aa0-_B":
        if letter != word[place]:
            assert ONE.read(word[:place] + letter + word[place + 1 :]) is None


def crafted(word: str) -> list[str]:
    return [
        "", "x", "=", "====", word[:-1], word[1:], word[:20], f"{word}A", f"{word}AAAA", f"{word}=", f"{word}==",
        f"{word} ", f"!{word}", f"{word[:5]}\n{word[5:]}", word.swapcase(), word[::-1], "A" * 40, "-" * 40, "_" * 39,
        "é" * 40, f"{word}é", "🎉", "\ud800", "\0", word * 2000, "A" * 100_000,
    ]  # fmt: skip


def test_what_is_none_of_ours_says_nothing() -> None:
    word = ONE.made(THEIRS, 1)
    assert [wrong[:60] for wrong in crafted(word) if ONE.read(wrong) is not None] == []
    assert ONE.read(OTHER.made(THEIRS, 1)) is None, "another purpose has another key"
    assert ONE.read(WHEN.made(THEIRS, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(1), b"x" * 16)) is None
    for version in (0, 2, 256):
        foreign = ONE.made(THEIRS, version)
        assert ONE.read(foreign[:24] + word[24:]) is None, "a seal belongs to what it was made for"


def test_every_word_has_one_spelling() -> None:
    """The last letter of a word may have spare bits: they open nothing."""
    odd: Token[bytes] = Token("an odd length", bytes)
    word = odd.made(b"x" * 16)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert [each for each in letters if odd.read(word[:-1] + each)] == [word[-1]]


def test_a_signature_is_an_hmac_under_a_key_of_its_purpose(database_url: str) -> None:
    secret = settings().secret_key.get_secret_value().encode()
    for purpose in ("form", "booking-link"):
        key = hmac.digest(secret, purpose.encode(), "sha256")
        for parts in ((), ("",), ("ære", "17"), ("x" * 5000,)):
            right = hmac.digest(key, "\0".join(parts).encode(), "sha256")
            assert signed(purpose, *parts) == right == signed(purpose, *parts)
            assert signature(purpose, *parts) == right.hex()
