"""A statement that is put together from parts, each of which brings its values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

PLACEHOLDER = re.compile(r"\$(\d+)")


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

    __slots__ = ("_named", "_parts", "_shared", "values")

    def __init__(self, *values: Any, **shared: Any) -> None:
        """`values`: those that the parts call $1, $2 … themselves. Or `shared`: those that any part can ask for by
        their names; each part is a template then, as `named` says, and each of these must be asked for by one."""
        assert not (values and shared)
        self.values: list[Any] = [*values, *shared.values()]
        self._shared = tuple(shared)
        self._named: list[str] = []
        self._parts: list[str] = []

    def value(self, value: Any) -> str:
        """Its placeholder: $1, $2 …"""
        self.values.append(value)
        return f"${len(self.values)}"

    def add(self, part: str) -> Self:
        """A part, after those that are there."""
        self._parts.append(_numbered(part, self._shared, (), 0) if self._shared else part)
        return self

    def named(self, name: str, part: str, **values: Any) -> Self:
        """A part that the others can ask by its name, or that writes. With `values` it is a template, in which `{at}`
        stands for the value of `at`; it is filled in once and kept, so nothing but our own words may be in it."""
        if values or self._shared:
            part = _numbered(part, self._shared, tuple(values), len(self.values) + 1)
            self.values += values.values()
        self._named.append(f"{name} AS ({part})")
        return self

    @property
    def sql(self) -> str:
        """All of it, as it is sent."""
        before = [f"WITH {', '.join(self._named)}"] if self._named else []
        return " ".join(before + self._parts)


@lru_cache(maxsize=256)
def _numbered(part: str, shared: tuple[str, ...], names: tuple[str, ...], first: int) -> str:
    """A template with a placeholder for each of these, from $first on, and for what is shared, from $1 on."""
    every = [*enumerate(shared, 1), *enumerate(names, first)]
    return part.format(**{name: f"${number}" for number, name in every})


def those(values: Iterable[StrEnum]) -> str:
    """SQL: the values in parentheses, for IN."""
    said = ", ".join(f"'{one}'" for one in sorted(values))
    return f"({said})"


def asking(sql: str, *values: str) -> str:
    """A statement within another: for $1 it asks for the first of these, a column or a placeholder there, and so on."""
    return PLACEHOLDER.sub(lambda found: values[int(found[1]) - 1], sql)


def table(alias: str, columns: Mapping[str, str], *, one: bool) -> str:
    """SQL: rows of values as a table of these columns (name: type), as a template for `named`. Each column is a list of
    all rows' values; of a single row (`one`) it is the value itself, for the database lays each list aside in a store
    of its own before it reads a row."""
    names = ", ".join(columns)
    if one:
        values = ", ".join(f"{{{name}}}::{kind}" for name, kind in columns.items())
        return f"(VALUES ({values})) AS {alias} ({names})"
    lists = ", ".join(f"{{{name}}}::{kind}[]" for name, kind in columns.items())
    return f"unnest({lists}) AS {alias} ({names})"


def each_way(template: str, alias: str, columns: Mapping[str, str]) -> dict[bool, str]:
    """A template for one row and for any number of them: the table stands where `<rows>` does."""
    return {one: template.replace("<rows>", table(alias, columns, one=one)) for one in (True, False)}


def valued(columns: Mapping[str, list[Any]]) -> tuple[bool, Mapping[str, Any]]:
    """Is this one row, and the values of its table?"""
    one = all(len(values) == 1 for values in columns.values())
    return one, {name: values[0] for name, values in columns.items()} if one else columns
