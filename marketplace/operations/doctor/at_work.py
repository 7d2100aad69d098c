"""Do the workers work: whether one is alive, which jobs ran last, and how long the oldest message has waited.

Only `doctor` asks: whoever starts a server starts before its worker does.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

from marketplace.base.data.jobs import ALIVE_UNTIL
from marketplace.base.post.held import GOING, HELD
from marketplace.operations.doctor.findings import Found, Kind, Looking
from marketplace.operations.jobs.leap import leapt
from marketplace.operations.jobs.reports import read_on

OLDEST = f"SELECT count(*), min(due_at) FROM outbox_message WHERE {GOING} AND due_at < $1"
ALL_HELD = f"SELECT count(*) FROM outbox_message WHERE {HELD}"
WAITED = timedelta(minutes=5)
"""A message that has been due for longer waits for something that somebody should mend."""
SHOWN = 4
"""So many jobs are named: those that ran last."""


async def jobs(at: Looking) -> AsyncIterator[Found]:
    if not await at.has("job_report"):
        return
    assert at.connection is not None
    alive = await at.connection.fetchval(ALIVE_UNTIL)
    if alive is None:
        yield Kind.WELL, "no worker has been at work yet"
        return
    if leapt(alive, at.now):
        yield (
            Kind.WRONG,
            f"no worker has been at work since {alive:%Y-%m-%d}, and it is {at.now:%Y-%m-%d}: put the clock right; or "
            "say that it is (`jobs run alive`), and the worker begins",
        )
    elif alive < at.now:
        yield Kind.AWAY, f"no worker has been at work since {alive:%Y-%m-%d %H:%M} UTC: start one"
    known = await read_on(at.connection)
    for name, report in sorted(known.items()):
        if report.failing:
            yield Kind.AWAY, f"{name} failed at {report.failed_at:%Y-%m-%d %H:%M} UTC: {report.problem}"
    ran = sorted(((each.ran_at, name) for name, each in known.items() if each.ran_at), reverse=True)
    if ran:
        last = ", ".join(f"{name} at {when:%H:%M:%S}" for when, name in ran[:SHOWN])
        first, name = ran[-1]
        yield Kind.WELL, f"{len(ran)} ran, last {last} UTC; longest ago {name}, {first:%Y-%m-%d %H:%M}"


async def messages(at: Looking) -> AsyncIterator[Found]:
    if not await at.has("outbox_message"):
        return
    assert at.connection is not None
    if held := await at.connection.fetchval(ALL_HELD):
        yield (
            Kind.AWAY,
            f"{held} wait for your word since a restore: `outbox release` lets them go, `outbox drop` never",
        )
    count, oldest = await at.connection.fetchrow(OLDEST, at.now)
    if not count:
        yield Kind.WELL, "none waits"
    else:
        kind = Kind.AWAY if at.now - oldest > WAITED else Kind.WELL
        waited = int((at.now - oldest).total_seconds())
        yield (
            kind,
            f"{count} are due, the oldest for {waited} seconds"
            + (": `outbox list` says why" if kind is Kind.AWAY else ""),
        )
