"""Ways to send that do not work just now: for how long nothing is tried there, and what is due when they work again.

A server that is away is nobody's fault: what would have gone there keeps its time and its tries, waits for the row
here, and goes as soon as one message has got through.
"""

from datetime import datetime, timedelta

import structlog
from uuid_utils.compat import uuid7

from marketplace.base.backoff import Backoff
from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel

log = structlog.get_logger("outbox")

AGAIN = Backoff(2.0, 60.0)
"""Whoever gets the mail server up again waits at most a minute for us."""
STEPS = 7
"""After so many failures the wait grows no more."""
LONGEST = timedelta(minutes=10)
"""Longer than any wait here, and than two clocks differ."""

FAILED = """INSERT INTO carrier_away AS a (id, channel, since, again_at, failures, problem)
VALUES ($1, $2, $3, $3::timestamptz + ($4::interval[])[1], 1, $5)
ON CONFLICT (channel) DO UPDATE SET failures = a.failures + 1, problem = excluded.problem,
    again_at = $3::timestamptz + ($4::interval[])[least(a.failures + 1, cardinality($4::interval[]))]
RETURNING again_at"""
# What broke alone, while others got through, is due by its own wait: it may be the message.
ANSWERS = """WITH over AS (DELETE FROM carrier_away WHERE channel = $1 RETURNING failures)
UPDATE outbox_message SET due_at = $2 WHERE channel = $1 AND waits_for = 'carrier' AND sent_at IS NULL
    AND failed_at IS NULL AND due_at > $2 AND EXISTS (SELECT FROM over WHERE failures > 1)"""


async def failed(channel: Channel, problem: str, now: datetime, *, reached: bool) -> bool:
    """Note that nothing got through. `reached`: the server did answer at first, so it may be the message's fault, and
    the next one may be tried at once. True: nothing more is tried for a while."""
    waits = [0.0] * reached + [AGAIN.after(number) for number in range(1, STEPS)]
    again = await value(
        FAILED, uuid7(), channel, now, [timedelta(seconds=seconds) for seconds in waits], problem
    )
    assert isinstance(again, datetime)
    if again > now:
        log.warning("carrier away", channel=channel.value, problem=problem, again_at=again.isoformat())
    return again > now


async def answers(channel: Channel, now: datetime) -> None:
    """Something got through: what waits for this carrier is due."""
    await rows(ANSWERS, channel, now)


async def bring_back(now: datetime) -> None:
    """A wait that is longer than any is of a clock that ran ahead and was put right."""
    await rows("DELETE FROM carrier_away WHERE again_at > $1", now + LONGEST)
