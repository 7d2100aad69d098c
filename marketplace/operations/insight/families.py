"""The metrics by name, with what each means: from the board, the database and the disks to what Prometheus reads.

The only module, with serving.py, that knows prometheus-client. Labels are names from the code: routes, methods, jobs,
carriers, folders by use. A test goes through every one of them.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from marketplace.base.insight.board import BUCKETS, CLASSES, Board
from marketplace.operations.insight.facts import Facts, copies, disks

PREFIX = "treffpunkt_"
ALIVE_FOR = 10.0
"""Seconds after its last word that a process counts as alive."""


def counter(name: str, says: str, *labels: str) -> CounterMetricFamily:
    return CounterMetricFamily(PREFIX + name, says, labels=labels)


def gauge(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, says, labels=labels)


def requests(board: Board) -> Iterator[Metric]:
    """How many, how they ended, and how long they took."""
    ended = counter("requests", "Requests, by how they ended.", "route", "method", "status")
    took = HistogramMetricFamily(
        f"{PREFIX}request_seconds", "How long requests took.", labels=("route", "method")
    )
    for one in board.counted():
        for name, number in zip(CLASSES, one.classes, strict=True):
            if number or name == "5xx":  # an alert on the first one needs the zero before it
                ended.add_metric((one.route, one.method, name), number)
        if not any(one.classes):
            continue
        under, buckets = 0, []
        for bound, number in zip([*(f"{ms / 1000:g}" for ms in BUCKETS), "+Inf"], one.buckets, strict=True):
            under += number
            buckets.append((bound, under))
        took.add_metric((one.route, one.method), buckets, one.seconds)
    yield ended
    yield took


Row = dict[str, int]
OF_A_PROCESS: tuple[tuple[str, str, Callable[[Row, float], float]], ...] = (
    ("process_alive", "1: it has said something of itself in the last 10 seconds.",
        lambda row, at: at - row["sampled_at"] < ALIVE_FOR),
    ("process_resident_bytes", "Memory that the process has.", lambda row, at: row["resident_bytes"]),
    ("process_lag_seconds", "How late its event loop was when it last looked.",
        lambda row, at: row["lag_us"] / 1_000_000),
    ("pool_connections", "Database connections that are open.", lambda row, at: row["pool_size"]),
    ("pool_connections_used", "Database connections that somebody has.",
        lambda row, at: row["pool_size"] - row["pool_idle"]),
    ("pool_waiting", "Requests that wait for a database connection.", lambda row, at: row["pool_waiting"]),
    ("catalogue_heard", "1: it hears what changes in the catalogue; else it keeps nothing.",
        lambda row, at: row["heard"]),
    ("index_ready", "1: lists are answered from memory; else the database answers them.",
        lambda row, at: row["index_ready"]),
    ("index_offers", "Offers in the index: all that were ever published and have not been deleted.",
        lambda row, at: row["index_offers"]),
    ("index_age_seconds", "Since the index was made anew; it is kept true from then on.",
        lambda row, at: at - row["index_made_at"] if row["index_made_at"] else 0),
)  # fmt: skip
"""What each web process says of itself (sampling.py), at this moment."""


def processes(board: Board, at: float) -> Iterator[Metric]:
    """How each web process is."""
    rows = {f"web{number + 1}": board.own(number) for number in range(len(board.rows))}
    for name, says, reads in OF_A_PROCESS:
        found = gauge(name, says, "process")
        for process, row in rows.items():
            found.add_metric((process,), float(reads(row, at)))
        yield found
    starts = counter("process_starts", "How often it was started: more than once is a crash.", "process")
    full = counter("pool_full_seconds", "Seconds in which somebody waited for a connection.", "process")
    for process, row in rows.items():
        starts.add_metric((process,), row["starts"])
        full.add_metric((process,), row["pool_full_seconds"])
    yield starts
    yield full
    feeds = counter("feeds", "Public calendar feeds, by whether they were there or had to be made.", "answer")
    for answer in ("kept", "made"):
        feeds.add_metric((answer,), sum(row[f"feeds_{answer}"] for row in rows.values()))
    yield feeds


def database(facts: Facts) -> Iterator[Metric]:
    """What the database tells, where it could be asked."""
    up = gauge("database_up", "1: the database answers.")
    up.add_metric((), facts.up)
    yield up
    for name, says, found in (
        ("schema_newest", "1: the newest migration of this program has been run.", facts.newest),
        ("worker_alive", "1: a worker has given a sign of life within a minute.", facts.worker_alive),
        ("seats_broken", "Pools booked in the last five minutes whose seats do not add up.", facts.seats_broken),
        ("log_kept_bytes", "What the database's log keeps for a copy: the most of any slot.", facts.log_kept),
        ("keys_wrong", "Counting keys of years that are not as doctor wants them.", facts.keys_wrong),
        ("log_slots_lost", "Copies that have fallen so far behind that they must be begun anew.", facts.slots_lost),
    ):  # fmt: skip
        if found is not None:
            one = gauge(name, says)
            one.add_metric((), found)
            yield one
    messages = gauge("outbox_messages", "Messages, rounded up to tens; failed: in a day.", "carrier", "state")
    for labels, number in facts.messages.items():
        messages.add_metric(labels, number)
    oldest = gauge("outbox_oldest_due_seconds", "How long the longest due message has been due.", "carrier")
    for carrier, seconds in facts.oldest_due.items():
        oldest.add_metric((carrier,), seconds)
    yield messages
    yield oldest


def jobs(facts: Facts, every: dict[str, timedelta]) -> Iterator[Metric]:
    """How the background jobs go, of all workers together. `job` is Prometheus's own label, so each is a task."""
    last = gauge("job_last_run_timestamp_seconds", "When it last ended well.", "task")
    often = gauge("job_interval_seconds", "How often it is to run.", "task")
    took = gauge("job_duration_seconds", "How long its last run took.", "task")
    failing = gauge("job_failing", "1: its last run went wrong.", "task")
    runs = counter("job_runs", "Runs, by how they ended.", "task", "outcome")
    busy = counter("job_busy_seconds", "How long all its runs took.", "task")
    for name, interval in every.items():
        often.add_metric((name,), interval.total_seconds())
        if (report := facts.jobs.get(name)) is None:
            continue
        if report.ran_at:
            last.add_metric((name,), report.ran_at.timestamp())
        took.add_metric((name,), report.took_ms / 1000)
        failing.add_metric((name,), report.failing)
        runs.add_metric((name, "done"), report.runs)
        runs.add_metric((name, "failed"), report.failures)
        busy.add_metric((name,), report.busy_ms / 1000)
    yield from (last, often, took, failing, runs, busy)


def kept() -> Iterator[Metric]:
    """Disks and backups."""
    free = gauge("disk_free_bytes", "What is free where we write, by what the folder is for.", "folder")
    whole = gauge("disk_bytes", "The whole of that disk.", "folder")
    for folder, usage in disks().items():
        free.add_metric((folder,), usage.free)
        whole.add_metric((folder,), usage.total)
    yield free
    yield whole
    copied = copies()
    trouble = gauge("backup_trouble", "1: the last backup went wrong.")
    trouble.add_metric((), bool(copied.trouble))
    yield trouble
    moments: tuple[tuple[str, str, datetime | None], ...] = (
        ("backup_verified_timestamp_seconds", "When a backup was last proven whole; 0: never.", copied.verified_at),
        ("backup_log_timestamp_seconds", "Up to when the log is safe; 0: none is streamed.", copied.log_at),
    )  # fmt: skip
    for name, says, moment in moments:
        one = gauge(name, says)
        one.add_metric((), moment.timestamp() if moment else 0)
        yield one


def exposed(board: Board, facts: Facts, every: dict[str, timedelta], at: float) -> bytes:
    """All of it, as Prometheus reads it. `at`: the moment, as time.time() has it."""

    class All(Collector):
        def collect(self) -> Iterator[Metric]:
            yield from requests(board)
            yield from processes(board, at)
            yield from database(facts)
            yield from jobs(facts, every)
            yield from kept()

    registry = CollectorRegistry()
    registry.register(All())
    return generate_latest(registry)
