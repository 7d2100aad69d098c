"""What /health/ready tells: named facts. A wing that knows one registers it, in a module that `every.py` imports.

    @told("backup")
    async def backup(now: datetime) -> Said:
        return "ok" if … else "not for 3 days"

A fact is needed when no booking can be taken without it; then its word must be "ok", or the probe gets 503. Whatever
else goes wrong is told and no more: a proxy that took the process away for it would make it worse.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple

Said = str | int
"""A word ("ok", "late"), or a number whose unit is in the fact's name. Anybody can read it: no names, no addresses."""
Look = Callable[[datetime], Awaitable[Said]]

OK = "ok"
UNKNOWN = "unknown"


class Fact(NamedTuple):
    name: str
    look: Look
    needed: bool


FACTS: list[Fact] = []
"""In the order in which they are looked at; what is needed first."""


def needed(name: str) -> Callable[[Look], Look]:
    """Without this being "ok" the process cannot take a booking: 503."""
    return _register(name, needed=True)


def told(name: str) -> Callable[[Look], Look]:
    """This stands in the body, and never decides."""
    return _register(name, needed=False)


def _register(name: str, needed: bool) -> Callable[[Look], Look]:
    def register(look: Look) -> Look:
        if any(fact.name == name for fact in FACTS):
            raise ValueError(f"two facts are called {name}")
        FACTS.append(Fact(name, look, needed))
        FACTS.sort(key=lambda fact: not fact.needed)
        return look

    return register
