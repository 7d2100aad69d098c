"""What the web processes count, in memory that they share with whoever shows it (marketplace/operations/insight).

Each process has a row of whole numbers and is the only one that writes there; the collector reads all rows. So counting
is an addition, without a lock, a file or a system call; a process that dies and is started again goes on counting in
its row, so no counter ever falls; and nothing is left behind when all end (docs/operations.md, "How it is counted").

Nothing here is a string that came from outside: what is counted under is a route's name, decided before any request.
"""

import mmap
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BUCKETS = (5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0)
"""Upper bounds of the histogram, in milliseconds."""
CLASSES = ("none", "1xx", "2xx", "3xx", "4xx", "5xx")
"""By the first digit of the status; none: nothing was sent, for nobody waited any more."""
FIRST_BUCKET = len(CLASSES)
SUM = FIRST_BUCKET + len(BUCKETS) + 1
"""Microseconds of all requests together."""
WIDTH = SUM + 1
ELSEWHERE = ("none", "other")
"""Under this is counted what has no route, and methods that a route does not have."""
OWN = (
    "starts",
    "sampled_at",
    "resident_bytes",
    "lag_us",
    "pool_size",
    "pool_idle",
    "pool_waiting",
    "pool_full_seconds",
    "heard",
    "index_ready",
    "index_offers",
    "index_made_at",
    "feeds_kept",
    "feeds_made",
)
"""What a process says of itself, beside requests (operations/insight/sampling.py)."""

Series = tuple[str, str]
"""A route's path as it stands in the URL map, and a method."""


@dataclass(frozen=True)
class Counted:
    """Requests of one series, of all processes: by status class, by bucket (not added up), and seconds in all."""

    route: str
    method: str
    classes: tuple[int, ...]
    buckets: tuple[int, ...]
    seconds: float


class Board:
    """The memory. Made before the processes are forked, for so many of them."""

    def __init__(self, series: Iterable[Series], processes: int) -> None:
        known = dict.fromkeys([ELSEWHERE, *series])
        self.columns = {one: len(OWN) + number * WIDTH for number, one in enumerate(known)}
        """Where the numbers of a series begin in a row."""
        columns = len(OWN) + len(known) * WIDTH
        memory = memoryview(mmap.mmap(-1, columns * processes * 8)).cast("q")
        self.rows = [memory[first : first + columns] for first in range(0, columns * processes, columns)]

    def own(self, process: int) -> dict[str, int]:
        """What a process says of itself, by name."""
        return dict(zip(OWN, self.rows[process], strict=False))

    def counted(self) -> Iterator[Counted]:
        """Each series, of all processes together."""
        for (route, method), at in self.columns.items():
            found = [sum(row[column] for row in self.rows) for column in range(at, at + WIDTH)]
            classes, buckets = tuple(found[:FIRST_BUCKET]), tuple(found[FIRST_BUCKET:SUM])
            yield Counted(route, method, classes, buckets, found[SUM] / 1_000_000)


class Mine:
    """This process's row, where there is a board."""

    def __init__(self) -> None:
        self.row: memoryview | None = None
        self.at: dict[Series, int] = {}

    def take(self, board: Board | None, process: int = 0) -> None:
        """Count in this row from now on; None: count nothing."""
        self.row = board.rows[process] if board else None
        self.at = dict(board.columns) if board else {}
        # HEAD answers as GET does.
        self.at |= {(route, "HEAD"): at for (route, method), at in self.at.items() if method == "GET"}
        self.add("starts", 1)

    def request(self, route: str, method: str, status: int, milliseconds: float) -> None:
        """A request has been answered."""
        row = self.row
        if row is None:
            return
        at = self.at.get((route, method)) or self.at[ELSEWHERE]
        row[at + status // 100] += 1
        row[at + FIRST_BUCKET + bisect_left(BUCKETS, milliseconds)] += 1
        row[at + SUM] += int(milliseconds * 1000)

    def say(self, name: str, number: float) -> None:
        if self.row is not None:
            self.row[OWN.index(name)] = int(number)

    def add(self, name: str, number: int) -> None:
        if self.row is not None:
            self.row[OWN.index(name)] += number


mine = Mine()
