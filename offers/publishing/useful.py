"""Was it of use? What those who lead an offer may see of the answers (counted in offers/messages, a floor above)."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from marketplace.base.clock import today
from marketplace.base.data.database import rows

FEWEST, ALIKE = 5, 10
"""Answers that may be shown together; and when all of them are the same."""


def shown(counted: Iterable[tuple[date, str, int]]) -> dict[str, int]:
    """Answer to count, of (month, answer, count) of closed months in order; empty where too few have answered.

    Months are added until there are enough: then nobody can subtract last month's figure and see what one has said.
    Where all have said the same, one would know it of each, so that takes more of them.
    """
    total, pending = dict[str, int](), dict[str, int]()
    month = None
    for each, answer, count in [*counted, (date.max, "", 0)]:
        if each != month and enough(pending):
            total = {key: total.get(key, 0) + pending.get(key, 0) for key in total | pending}
            pending = {}
        month = each
        pending[answer] = pending.get(answer, 0) + count
    return total


def enough(answers: dict[str, int]) -> bool:
    """May these be shown without saying what one has answered?"""
    several = sum(count > 0 for count in answers.values()) > 1
    return sum(answers.values()) >= (FEWEST if several else ALIKE)


async def usefulness(offer_id: UUID, now: datetime) -> dict[str, int]:
    """yes, some, no and their sum `all`; empty where there is nothing to show."""
    found = await rows(
        "SELECT month, answer, count FROM usefulness WHERE offer_id = $1 AND month < $2 ORDER BY month, answer",
        offer_id, today(now).replace(day=1),
    )  # fmt: skip
    answers = shown((each["month"], each["answer"], each["count"]) for each in found)
    return {"yes": 0, "some": 0, "no": 0} | answers | {"all": sum(answers.values())} if answers else {}
