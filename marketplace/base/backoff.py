"""How long whoever tries again waits: longer each time, up to a bound, and no two of them at the same moment."""

import random
from dataclasses import dataclass

SPREAD = 0.5
"""So much of a wait is left to chance: what broke together for many must not come back together."""


def jittered(seconds: float, spread: float = SPREAD) -> float:
    """At most these seconds, and at least all but the spread of them."""
    return seconds * (1 - spread * random.random())  # noqa: S311 - nobody gains by guessing it


@dataclass
class Backoff:
    """The waits of one loop, in seconds: `first`, then twice as long each time, at most `most`.

    Ask `wait()` after each failure, and say `well()` when it has worked.
    """

    first: float
    most: float
    failures: int = 0

    def wait(self) -> float:
        """How long to wait now that it has failed once more."""
        self.failures += 1
        return self.after(self.failures)

    def after(self, failures: int) -> float:
        """How long to wait after so many failures in a row."""
        # 2 ** 60 seconds are more than any bound; a loop that fails for years must not overflow.
        return jittered(min(self.most, self.first * 2.0 ** min(failures - 1, 60)))

    def well(self) -> None:
        """It has worked: the next failure is the first again."""
        self.failures = 0
