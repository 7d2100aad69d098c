"""A moment as operators write it, and as it is told to them."""

import re
from datetime import UTC, datetime

from marketplace.base.clock import OSLO


def moment(text: str) -> datetime:
    """The time that an operator writes; in Oslo unless it says otherwise. Raises ValueError, with what to write."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"{text!r} is no time: write 2026-11-29T09:59:30, in Oslo, or with +01:00 or Z."
        ) from None
    if not re.search(r"\d[T ]\d", text.strip()):
        raise ValueError(f"{text!r} is a day: write the time too, as {text.strip()}T09:59:30.")
    if found.tzinfo is None:
        early, late = (found.replace(tzinfo=OSLO, fold=fold) for fold in (0, 1))
        if early.utcoffset() != late.utcoffset():
            raise ValueError(
                f"{text!r} is there twice or never, where the clock is changed: write it with +01:00 or +02:00."
            )
        found = early
    return found.astimezone(UTC)


def told(at: datetime) -> str:
    """In Oslo, with its offset."""
    return f"{at.astimezone(OSLO):%Y-%m-%d %H:%M:%S%z}"
