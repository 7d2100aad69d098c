"""What may be said of what one misses, and how long it is kept."""

import re
from datetime import timedelta

from phonenumbers import Leniency, PhoneNumberMatcher

from marketplace.base.text import plain_digits

KEPT = timedelta(days=365)
"""As long as Frivillighetsdialogen needs to have met about it; then it goes."""
ADDRESS = re.compile(
    r"\S\s*[@\uff20]\s*[^\s@.]+\s?\.[^\s@]+|\S\s*[(\[]\s*(?:at|alfakrøll)\s*[)\]]\s*\S", re.IGNORECASE
)
"""Also as it is written to be hidden from machines."""
HOUR = r"(?:[01]?\d|2[0-3])[.:][0-5]\d"
WHEN = re.compile(rf"\b\d{{1,2}}([./-])\d{{1,2}}\1\d{{4}}\b|\b{HOUR}\s*[-\u2013]\s*{HOUR}\b")
"""A date, and from when to when: eight digits, as a number to ring has."""
BETWEEN = re.compile(r"[\s_/*|]+|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
"""What may stand within a number, or glue it to a word, and keeps the matcher from seeing it."""


def leaves_a_way_back(text: str) -> bool:
    """Does it say where to write or ring? Then whoever wrote it expects an answer, and nobody can give one here."""
    digits = BETWEEN.sub(" ", WHEN.sub("; ", plain_digits(text)))
    return bool(ADDRESS.search(text)) or PhoneNumberMatcher(digits, "NO", leniency=Leniency.VALID).has_next()
