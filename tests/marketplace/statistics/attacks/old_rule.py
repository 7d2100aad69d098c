"""The rule of decision 0005, kept as it was: what the attacks must find it to tell (test_inversion.py)."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

FEW = 5
"""Fewer people than this are never shown, nor any two numbers that differ by fewer."""


@dataclass(frozen=True)
class Scope:
    """Which attendance a count is of. None takes all of it."""

    audience: str | None = None
    kind: str | None = None
    evenings_only: bool = False

    def within(self, other: "Scope") -> bool:
        """Is all that this counts counted by the other too?"""
        return (
            other.audience in (None, self.audience)
            and other.kind in (None, self.kind)
            and (self.evenings_only or not other.evenings_only)
        )

    def widened(self) -> dict[str, "Scope"]:
        """The scopes of which this is a part beside others: of all kinds, and of all audiences."""
        return {"kind": replace(self, kind=None), "audience": replace(self, audience=None)}


@dataclass(frozen=True)
class Figure:
    """How many people were counted in a scope from January to the end of a month; `whose` figure it is."""

    whose: Hashable
    scope: Scope
    month: date
    count: int

    def part_of(self, other: "Figure") -> bool:
        """Are these people among the other's?"""
        return self.scope.within(other.scope) and self.month <= other.month


def shown(figures: Iterable[Figure]) -> Iterator[int | None]:
    """What to show of figures of one municipality and year, given in the order they were made.

    A count is shown when it is at least FEW, and is not closer than FEW to another that was shown before, of which it
    is a part or which is a part of it. Else what was shown last of the same is shown again, None when nothing was: it
    is counted in when there are more. So no two numbers tell how many were in one and not in the other, when these
    are few, nor a whole and its parts how few are left. What was shown once does not depend on what is counted later.
    """
    last: dict[Hashable, int] = {}
    told: list[Figure] = []
    wholes = defaultdict[Scope, list[Figure]](list)
    parts = defaultdict[tuple[str, Scope], list[Figure]](list)
    for figure in figures:
        near = (other for other in told if 0 < abs(figure.count - other.count) < FEW)
        tells = any(figure.part_of(other) or other.part_of(figure) for other in near)
        wider = {by: scope for by, scope in figure.scope.widened().items() if scope != figure.scope}
        few_left = any(_few_left(figure, parts[by, figure.scope]) for by in figure.scope.widened()) or any(
            _few_left(whole, [*parts[by, scope], figure])
            for by, scope in wider.items()
            for whole in wholes[scope]
        )
        if figure.count >= FEW and not tells and not few_left:
            last[figure.whose] = figure.count
            told.append(figure)
            wholes[figure.scope].append(figure)
            for part_of in wider.items():
                parts[part_of].append(figure)
        yield last.get(figure.whose)


def _few_left(whole: Figure, parts: list[Figure]) -> bool:
    """Do the newest numbers of the parts, in the order they were shown, leave fewer than FEW of the whole?"""
    newest = {part.scope: part.count for part in parts if part.month <= whole.month}
    return bool(newest) and 0 < whole.count - sum(newest.values()) < FEW
