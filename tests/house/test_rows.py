"""Rows have types: tests/typed_rows.py compares a row's class with its statement. Here it is seen to see."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import pytest

from marketplace.base.data.database import row, rows
from tests import make


@dataclass(frozen=True)
class Place:
    id: UUID
    name: str
    logo_id: UUID | None


class Pair(NamedTuple):
    name: str
    number: str


class Wrong(NamedTuple):
    id: str
    name: str | None


@pytest.fixture(autouse=True)
async def database(db: None) -> None:
    """Each here asks one."""


async def test_rows_are_of_the_class_that_is_asked_for() -> None:
    here = await make.municipality()
    assert await rows(Place, "SELECT id, name, NULL::uuid AS logo_id FROM municipality") == [
        Place(here.id, here.name, None)
    ]
    assert await row(Pair, "SELECT number, name FROM municipality WHERE id = $1", here.id) == Pair(
        here.name, here.number
    )
    assert await row(Pair, "SELECT number, name FROM municipality WHERE number = 'x'") is None
    assert await rows("SELECT name FROM municipality") == [{"name": here.name}]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ("id, name", "Place: ['logo_id']"),
        ("id, name, NULL::uuid AS logo_id, slug", "Place: ['slug']"),
        ("id, name AS called, NULL::uuid AS logo_id", "Place: ['called', 'name']"),
        ("number AS id, name, NULL::uuid AS logo_id", "Place.id is"),
        ("id, name, 1 AS logo_id", "Place.logo_id is"),
    ],
)
async def test_a_statement_with_other_columns_is_seen_where_nothing_is_found_too(
    columns: str, says: str
) -> None:
    with pytest.raises(AssertionError) as seen:
        await rows(Place, f"SELECT {columns} FROM municipality WHERE number = 'x'")
    assert str(seen.value).startswith(says)


async def test_a_named_tuple_is_compared_as_well() -> None:
    with pytest.raises(AssertionError, match=r"Wrong\.id"):
        await rows(Wrong, "SELECT id, name FROM municipality")
