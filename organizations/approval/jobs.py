"""Nobody applies in vain: who may answer is told as soon as they can be, and once more when nobody has answered."""

from datetime import datetime, timedelta

from marketplace.base.data import jobs
from organizations.approval.actions import tell_who_answers
from organizations.approval.queries import waiting

LOOKS_BACK = timedelta(days=28)
"""Messages are known for a little longer: none is sent twice."""


async def tell_of_applications(now: datetime) -> None:
    """Tell the coordinators of what still waits."""
    await jobs.each(await waiting(now - LOOKS_BACK), lambda one: tell_who_answers(one, now))
