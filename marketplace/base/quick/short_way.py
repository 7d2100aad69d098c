"""Answers that are there in full, given by the edge: past routes, doors and languages, which take longer than all else
about them."""

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Scope

from marketplace.base.quick.tricks import Trick

SHORT_WAY = Trick("short_way", "the edge gives a kept feed itself, past routes and doors")

Way = Callable[[Scope], Response | None]
"""Gives the whole answer, with none of the edge's headers, and sets the scope's route; None: ask the view."""
_ways: list[Way] = []


def short_way(way: Way) -> Way:
    """Marks what may answer before anything else is asked. It answers what its view would, to everybody alike."""
    _ways.append(way)
    return SHORT_WAY.used_by(way)


def answer(scope: Scope) -> Response | None:
    for way in _ways:
        if (found := way(scope)) is not None:
            return found
    return None


def nothing(_scope: Scope) -> None:
    """With the trick off."""


def chosen() -> Way:
    """What the edge asks: decided once a process, for it is asked before every request."""
    return answer if SHORT_WAY.on else nothing
