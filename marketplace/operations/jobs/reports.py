"""How the background jobs go: counted in each worker, and written down together now and then.

A job that runs every second writes nothing each second: what a worker counted is added to the rows of all workers with
its sign of life, every quarter of a minute, and when it ends. `jobs list`, the doctor and the metrics read it.
"""

from dataclasses import dataclass, fields
from datetime import datetime

import asyncpg
from uuid_utils.compat import uuid7

from marketplace.base.data.database import row, rows
from marketplace.base.log import by_database, causes


@dataclass
class Tally:
    """What one worker has counted of a job since it last wrote it down."""

    ran_at: datetime | None = None
    failed_at: datetime | None = None
    problem: str | None = None
    took_ms: int = 0
    runs: int = 0
    failures: int = 0
    busy_ms: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """A row of job_report."""

    job: str
    ran_at: datetime | None
    failed_at: datetime | None
    problem: str | None
    took_ms: int
    runs: int
    failures: int
    busy_ms: int
    asked_at: datetime | None

    @property
    def failing(self) -> bool:
        """Did the last run end badly?"""
        return self.failed_at is not None and (self.ran_at is None or self.failed_at > self.ran_at)


READ = "SELECT job, ran_at, failed_at, problem, took_ms, runs, failures, busy_ms, asked_at FROM job_report"
WRITE = """INSERT INTO job_report AS r (id, job, ran_at, failed_at, problem, took_ms, runs, failures, busy_ms)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::int[], $7::bigint[],
    $8::bigint[], $9::bigint[])
ON CONFLICT (job) DO UPDATE SET ran_at = greatest(r.ran_at, excluded.ran_at),
    failed_at = greatest(r.failed_at, excluded.failed_at), problem = coalesce(excluded.problem, r.problem),
    took_ms = excluded.took_ms, runs = r.runs + excluded.runs, failures = r.failures + excluded.failures,
    busy_ms = r.busy_ms + excluded.busy_ms"""
ASK = """INSERT INTO job_report AS r (id, job, asked_at) VALUES ($1, $2, $3)
ON CONFLICT (job) DO UPDATE SET asked_at = excluded.asked_at"""
ANSWERED = "UPDATE job_report SET asked_at = NULL WHERE job = $1"
ASKED = "UPDATE job_report SET asked_at = NULL WHERE asked_at IS NOT NULL RETURNING job"


class Tallies:
    """What this worker has counted, by job."""

    def __init__(self) -> None:
        self.by_job: dict[str, Tally] = {}

    def ran(self, job: str, now: datetime, seconds: float, error: BaseException | None = None) -> None:
        """A run has ended, well or with an error."""
        tally = self.by_job.setdefault(job, Tally())
        tally.took_ms = round(seconds * 1000)
        tally.busy_ms += tally.took_ms
        if error is None:
            tally.runs += 1
            tally.ran_at = now
        else:
            tally.failures += 1
            tally.failed_at, tally.problem = now, kind(error)

    async def write(self, answered: str | None = None) -> None:
        """Add it to the rows. What cannot be written is kept, and goes with the next. `answered`: a job that somebody
        asked for, and that need not be run for that any more."""
        counted, self.by_job = self.by_job, {}
        if not counted:
            return
        names = sorted(counted)  # two workers write in one order, so neither waits for the other in a circle
        values = [[getattr(counted[name], one.name) for name in names] for one in fields(Tally)]
        try:
            await rows(WRITE, [uuid7() for _ in names], names, *values)
            if answered:
                await rows(ANSWERED, answered)
        except BaseException:
            for name, tally in counted.items():
                self._again(name, tally)
            raise

    def _again(self, name: str, tally: Tally) -> None:
        newer = self.by_job.setdefault(name, tally)
        if newer is not tally:
            newer.runs += tally.runs
            newer.failures += tally.failures
            newer.busy_ms += tally.busy_ms
            newer.ran_at = newer.ran_at or tally.ran_at
            newer.failed_at, newer.problem = (
                newer.failed_at or tally.failed_at,
                newer.problem or tally.problem,
            )


def kind(error: BaseException) -> str:
    """The kind of exception that began it, and what the database calls it by: never what it says."""
    first = [*causes(error)][-1]
    named = " ".join(by_database(error).values())
    return f"{type(first).__name__} {named}".strip()


async def reports() -> dict[str, Report]:
    """Of all workers, by job."""
    return {one.job: one for one in await rows(Report, READ)}


async def read_on(connection: asyncpg.Connection) -> dict[str, Report]:
    """The same on a connection of one's own."""
    return {one["job"]: Report(**dict(one)) for one in await connection.fetch(READ)}


async def ask(job: str, now: datetime) -> None:
    """Ask whoever leads to run a job at once."""
    await rows(ASK, uuid7(), job, now)


async def asked() -> set[str]:
    """What an operator wants run, taken by whoever asks."""
    return {one["job"] for one in await rows(ASKED)}


async def answer(job: str, asked_at: datetime) -> Report | None:
    """The report of a job that was asked for then, once it has been taken and run."""
    return await row(Report, f"{READ} WHERE job = $1 AND asked_at IS NULL AND greatest(ran_at, failed_at) >= $2",
                     job, asked_at)  # fmt: skip
