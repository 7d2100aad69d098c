"""Turning a published number back: of every output of a rule, what may the counts behind it have been?

All histories of a small world are put through a rule under all its staircases. Of each output it is noted, for each
question (how many were they, how many more than before, how many not among these), which answers fit. A rule tells
when an output leaves answers of 1 to 4 people only, or fewer than four neighbouring answers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise, product

import numpy as np
from numpy.typing import NDArray

from marketplace.statistics.staircase import STEP, Staircase

Counts = NDArray[np.int64]
"""A row a history, a column a count: of a month, a measure or an organisation."""
Tread = tuple[int, ...]
NEIGHBOURS = 4
FEW = 4


@dataclass(frozen=True)
class Given(Staircase):
    """A staircase whose treads are known: the rest of the rule is the program's own."""

    treads: Tread = ()

    def tread(self, step: int) -> int:
        return self.treads[step]


def stairs(most: int) -> list[Counts]:
    """Every staircase, as a table of what each count up to `most` becomes."""
    steps = most // STEP + 1
    return [
        np.array([Given(b"", 2026, (), treads).rounded(count) for count in range(most + 1)])
        for treads in product(range(1, STEP + 1), repeat=steps)
    ]


Rule = Callable[[Counts], Iterator[Counts]]
"""Histories to what is published of them, under each of the rule's staircases."""


@dataclass
class World:
    """Small enough to try all of it. `questions` are weights of the columns: (1, 0) is the first count, (-1, 1) how
    many more the second is. `sure`: outputs above it may be cut off by the largest count that is tried."""

    histories: Counts
    questions: list[tuple[int, ...]]
    sure: int | tuple[int, ...]
    known: list[int] = field(default_factory=list)
    """Columns that the reader knows, and may have chosen."""

    def told(self, rule: Rule, most: int = 3) -> list[str]:
        """What the rule tells, in words; at the most so many findings."""
        answers = np.stack([self.histories @ np.array(weights) for weights in self.questions], axis=1)
        low = int(answers.min())
        width = int(answers.max()) - low + 1
        own = self.histories[:, self.known]
        fits: dict[tuple[int, ...], NDArray[np.bool_]] = {}
        for published in rule(self.histories):
            outputs = np.concatenate([published, own], axis=1)
            code = np.zeros(len(outputs), dtype=np.int64)
            for column in outputs.T:
                code = code * 1000 + column
            _codes, first, which = np.unique(code, return_index=True, return_inverse=True)
            seen = np.zeros((len(first), len(self.questions), width), dtype=bool)
            for question in range(len(self.questions)):
                seen[which, question, answers[:, question] - low] = True
            for row, fitting in zip(first, seen, strict=True):
                output = tuple(outputs[row].tolist())
                before = fits.get(output)
                fits[output] = fitting if before is None else before | fitting
        found = (
            f"{output}: {weights} can only be {(np.flatnonzero(row) + low).tolist()}"
            for output, rows in fits.items()
            if self._is_sure(output)
            for weights, row in zip(self.questions, rows, strict=True)
            if tells(np.flatnonzero(row) + low)
        )
        return list(islice(found, most))

    def _is_sure(self, output: tuple[int, ...]) -> bool:
        published = output[: len(output) - len(self.known)]
        sure = self.sure if isinstance(self.sure, tuple) else (self.sure,) * len(published)
        return all(number <= most for number, most in zip(published, sure, strict=True))


def tells(fitting: Counts) -> bool:
    """Do these answers tell of a few people, or nearly of one number?"""
    if np.all((np.abs(fitting) >= 1) & (np.abs(fitting) <= FEW)):
        return True
    run = longest = 1
    for before, after in pairwise(fitting):
        run = run + 1 if after == before + 1 else 1
        longest = max(longest, run)
    return longest < NEIGHBOURS


def all_of(*ranges: int) -> Counts:
    """Every history of counts from 0 up to each of these."""
    return np.array(list(product(*(range(most + 1) for most in ranges))))
