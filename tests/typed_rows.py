"""A row's class is its statement's columns: compared for each that a test sends, also where nothing is found."""

from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from marketplace.base.data import database

IN_POSTGRES: dict[str, type] = {
    "uuid": UUID, "text": str, "varchar": str, "bpchar": str, "json": str, "jsonb": str, "bool": bool, "int2": int,
    "int4": int, "int8": int, "float8": float, "timestamptz": datetime, "date": date, "bytea": bytes,
}  # fmt: skip
"""What the driver makes of a column. Of an array only that it is a list is compared; of what is not here, its name."""
_seen: set[tuple[type, str]] = set()


def use() -> None:
    """From now on each statement that asks for rows of a class is compared with it, once."""
    plain = database.typed

    async def compared(kind: type, sql: str, *values: Any) -> list[Any]:
        if (kind, sql) not in _seen:
            await compare(kind, sql)
            _seen.add((kind, sql))
        return await plain(kind, sql, *values)

    database.typed = compared


async def compare(kind: type, sql: str) -> None:
    """Raises AssertionError where a statement's columns are not the class's fields, or are of another type."""
    async with database.connection().acquire_connection() as connection:  # type: ignore[attr-defined]
        columns = {one.name: one.type for one in (await connection.prepare(sql)).get_attributes()}
    hints = get_type_hints(kind)
    assert {*columns} == {*hints}, f"{kind.__name__}: {sorted({*columns} ^ {*hints})} only on one side"
    for name, column in columns.items():
        wanted = _parts(hints[name]) - {NoneType}
        made = list if column.kind == "array" else IN_POSTGRES.get(column.name)
        assert made is None or Any in wanted or made in wanted, (
            f"{kind.__name__}.{name} is {hints[name]}, and a {column.name}"
        )


def _parts(hint: Any) -> set[Any]:
    if isinstance(hint, UnionType) or get_origin(hint) is Union:
        return {part for one in get_args(hint) for part in _parts(one)}
    return {get_origin(hint) or hint}
