"""A statement that is put together from parts, each of which brings its values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Condition:
    """What holds for rows, with the values that it asks for by name: `{name}` stands where one does."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def within(self, asked: "Statement") -> str:
        """Its SQL as a part of this statement, which gets its values."""
        return self.sql.format(**{name: asked.value(value) for name, value in self.values.items()})


class Statement:
    """Parts of SQL and the values of their placeholders, in one.

    `value` gives the placeholder under which a value is asked for, `add` a part, and `named` a part with a name, which
    goes before the others as a common table expression. Nothing that somebody typed is ever a part: it is a value.

        asked = Statement()
        asked.add(f"SELECT id FROM offer WHERE owner_id = {asked.value(owner)}")
        await rows(Found, asked.sql, *asked.values)
    """

    __slots__ = ("_named", "_parts", "values")

    def __init__(self, *values: Any) -> None:
        """`values`: those that the parts call $1, $2 … themselves."""
        self.values: list[Any] = [*values]
        self._named: list[str] = []
        self._parts: list[str] = []

    def value(self, value: Any) -> str:
        """Its placeholder: $1, $2 …"""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, part: str) -> Self:
        """A part, after those that are there."""
        self._parts.append(part)
        return self

    def named(self, name: str, part: str) -> Self:
        """A part that the others can ask by its name, or that writes."""
        self._named.append(f"{name} AS ({part})")
        return self

    @property
    def sql(self) -> str:
        """All of it, as it is sent."""
        before = [f"WITH {', '.join(self._named)}"] if self._named else []
        return " ".join(before + self._parts)
