"""What may be said of what one misses, and how long it is kept."""

import re
from datetime import timedelta

from phonenumbers import Leniency, PhoneNumberMatcher

from marketplace.base.text import plain_digits
from offers.catalogue.models import AUDIENCE_LABELS, Audience

KEPT = timedelta(days=365)
"""As long as Frivillighetsdialogen needs to have met about it; then it goes."""
LONGEST = 300
"""Characters of what somebody misses."""
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
ASKED_LABELS = {one: label for one, label in AUDIENCE_LABELS.items() if one is not Audience.STAFF}
"""Whom one may say that it is for. What municipal staff lack is told at work."""


def leaves_a_way_back(text: str) -> bool:
    """Does it say where to write or ring? Then whoever wrote it expects an answer, and nobody can give one here."""
    digits = plain_digits(text)
    return bool(ADDRESS.search(text)) or PhoneNumberMatcher(digits, "NO", leniency=Leniency.VALID).has_next()
