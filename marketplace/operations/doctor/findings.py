"""What a check looks at, and what it says."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import asyncpg


class Kind(StrEnum):
    WRONG = "wrong"
    """It can never be right: nothing starts."""
    AWAY = "away"
    """Not well at this moment, and may be in the next."""
    WELL = "well"


@dataclass(frozen=True)
class Finding:
    kind: Kind
    what: str
    """The subject in a word."""
    said: str
    """One sentence; what is wrong says what to set."""

    def __str__(self) -> str:
        return f"{self.kind.value:5}  {self.what}: {self.said}"


@dataclass(frozen=True)
class Looking:
    """What the checks look at. `connection` is None when the database does not answer, and `away` says why."""

    host: str
    now: datetime
    connection: asyncpg.Connection | None = None
    away: str = ""

    async def has(self, table: str) -> bool:
        """Is there a database, new enough to have it?"""
        there = "SELECT to_regclass($1) IS NOT NULL"
        return bool(self.connection and await self.connection.fetchval(there, table))


Found = tuple[Kind, str]
Check = Callable[[Looking], AsyncIterator[Found]]
WITHIN = 5.0
"""Seconds that a server gets to answer."""


def of(kind: Kind, found: list[Finding]) -> Iterator[Finding]:
    return (each for each in found if each.kind is kind)
