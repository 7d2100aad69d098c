"""When a page was told what to say. Its address lies in the history of a phone, which offers it again a week later to
whoever begins to type it: they would read that something was done just now, and it was not.
"""

from datetime import datetime
from math import inf

LATELY = 600
"""So many seconds what was done is said where its address tells when."""


def said_at(now: datetime) -> str:
    """What stands behind `?saved=…`: when it was said."""
    return f"&at={int(now.timestamp())}"


def seconds_since(at: str, now: datetime) -> float:
    """How many seconds ago that was; below 0 if it is still to come, and endless if it is no moment."""
    return now.timestamp() - int(at[:12]) if at.isascii() and at.isdigit() else inf
