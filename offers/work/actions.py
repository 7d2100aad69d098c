"""What is written because somebody looked."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.audit import record_each


async def note_seen(requests: list[dict[str, Any]], *, by: UUID, now: datetime) -> None:
    """Every read of participants is recorded: one entry an offer, with how many."""
    seen = Counter((each["offer_id"], each["owner_id"]) for each in requests)
    await record_each(
        "participants.read", now=now, actor=by,
        about=[(offer, owner, {"count": count, "list": "requests"}) for (offer, owner), count in seen.items()],
    )  # fmt: skip
