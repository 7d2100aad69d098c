"""Speed tricks have names, so that whoever looks for a fault can turn one off (TREFFPUNKT_TRICKS_OFF). None of them
changes an answer. A trick stands in this wing and knows no feature; features say where they use it."""

from collections.abc import Callable
from typing import Any, TypeVar

from marketplace.settings import TrickName, settings

Used = TypeVar("Used", bound=Callable[..., Any])


class Trick:
    """`what` it saves. Where it is used stands in `uses`."""

    def __init__(self, name: TrickName, what: str) -> None:
        self.name, self.what = name, what
        self.uses: list[str] = []
        TRICKS[name] = self

    @property
    def on(self) -> bool:
        return self.name not in settings().tricks_off

    def used_by(self, use: Used) -> Used:
        """Notes where a feature uses it."""
        self.uses.append(f"{use.__module__}.{use.__qualname__}")
        return use


TRICKS: dict[TrickName, Trick] = {}
"""All there are, by name; docs/performance.md has them in a table."""
