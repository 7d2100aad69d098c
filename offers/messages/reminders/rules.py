"""When a reminder is of use. Which hours are usual stands with the offer's joining, where a host may choose others."""

from datetime import timedelta

FURTHEST = 336
"""No offer reminds earlier than these hours before: what has been sent is known by its row in the outbox, which stays
for thirty days (marketplace/privacy/rules.py)."""
AT_LEAST = timedelta(hours=1)
"""A reminder that comes later than this before the start, or than half of its own time, is of no use."""
