"""What may be shown of counts of people (design/security.md, "Numbers"). docs/decisions/0005-figures.md tells why."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

FEW = 5
"""Fewer people than this are never shown, nor any two numbers that differ by fewer."""
WORTH_GROUPS = 4 * FEW
"""A total under this is not broken down at all: its parts would say nearly everything about few people."""


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


def groups(counts: dict[str, int], total: int) -> dict[str, int | None]:
    """What to show of how a total falls into groups, the largest first: people to the nearest FEW; None is hidden.

    Groups under FEW are hidden, those without anybody too. When somebody who knows the total could still tell, the
    next smallest is hidden with them. Nothing at all is shown of a small total, of one group, or when it would tell.
    """
    if total < WORTH_GROUPS or len(counts) < 2:
        return {}
    smallest_first = sorted(counts, key=lambda group: (counts[group], group))
    hidden = [group for group in smallest_first if counts[group] < FEW]
    if hidden and (len(hidden) == 1 or all(counts[group] == FEW - 1 for group in hidden)):
        hidden = smallest_first[: len(hidden) + 1]
    rounded = {group: FEW * round(counts[group] / FEW) for group in counts if group not in hidden}
    if hidden and _known(total, [number + FEW // 2 for number in rounded.values()], len(hidden)):
        return {}
    largest_first = sorted(rounded.items(), key=lambda item: (-item[1], item[0]))
    return dict(largest_first) | dict.fromkeys(sorted(hidden))


def _known(total: int, most: list[int], hidden: int) -> bool:
    """Are so few left when all others are as many as they can be, that a hidden group must be just under FEW?

    `most` are the shown groups at their largest; one hidden group may be as large as the smallest of them.
    """
    others = sum(most) + min(most, default=total) + (FEW - 1) * (hidden - 2)
    return total - others >= FEW - 1
