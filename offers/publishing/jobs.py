"""Now and then: what offers are found by follows what they are made of."""

from datetime import datetime

from offers.publishing import actions


async def keep_keywords(now: datetime) -> None:
    """Offers are found by the names that organisations and kinds have now."""
    await actions.keep_all_keywords()
