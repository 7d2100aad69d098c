"""Whether a process gets to its work, and is not only there: its loop counts up in memory that it shares with its
parent, and one that stands still counts no more."""

import mmap

HANGS = 30.0
"""Seconds without a beat after which a process is taken to hang. No answer of ours keeps a loop for so long, and a
proxy gives up on it after sixty."""
ROUND = 1.0
"""Most seconds that one look may find. A parent that was itself kept waiting, by a machine that slept or has too much
to do, does not hold the time against its child: that had no more of it."""


class Pulse:
    """Of one child, made before it is forked."""

    def __init__(self) -> None:
        self.shared = memoryview(mmap.mmap(-1, 8)).cast("q")
        self.seen, self.silent = 0, 0.0

    def begin(self) -> None:
        """A child begins, and is not judged before its first beat: how long a start takes is not ours to say."""
        self.shared[0] = self.seen = 0
        self.silent = 0.0

    def hangs(self, elapsed: float) -> bool:
        """The parent looks, so many seconds after the last time."""
        beats = self.shared[0]
        if beats != self.seen:
            self.seen, self.silent = beats, 0.0
        elif beats:
            self.silent += min(elapsed, ROUND)
        return self.silent > HANGS


_mine: Pulse | None = None


def take(pulse: Pulse) -> None:
    """From now on this process is the child."""
    global _mine
    _mine = pulse


def beat() -> None:
    """We get to our work. Nothing where nobody looks."""
    if _mine:
        _mine.shared[0] += 1
