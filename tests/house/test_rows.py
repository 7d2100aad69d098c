"""Rows have types: tests/typed_rows.py compares a row's class with its statement. Here it is seen to see."""

from dataclasses import dataclass
from pathlib import Path
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


UNTYPED = {
    "marketplace/base/data/address.py": (1, "what asyncpg wants"),
    "marketplace/base/data/audit.py": (1, "an entry's details are JSON"),
    "marketplace/base/data/database.py": (
        3,
        "what Tortoise wants; rows looked at once, where they were asked",
    ),
    "marketplace/base/post/mail.py": (1, "a message's facts are JSON"),
    "marketplace/base/quick/drawing.py": (1, "what Jinja wants"),
    "marketplace/base/web/forms.py": (1, "what a form sent, before it is checked"),
    "marketplace/base/web/templates.py": (1, "what every page's template knows"),
    "marketplace/demo/tables.py": (
        2,
        "the columns of rows that are made, and what the demo's files say: TOML",
    ),
    "marketplace/operations/backup/files.py": (1, "what a file of a backup says: JSON"),
    "marketplace/goals/starter/__init__.py": (1, "what the starter's file says of a goal: TOML"),
    "marketplace/goals/views.py": (1, "what a form's template offers, drawn in one place"),
    "marketplace/guide/caller/views.py": (1, "what the list's template needs, and the desk's beside it"),
    "marketplace/privacy/download/rules.py": (
        1,
        "a file of everything that is kept of somebody, whatever it is",
    ),
    "marketplace/reports/content.py": (1, "a report's content is JSON"),
    "marketplace/reports/models.py": (1, "the same in its column"),
    "marketplace/base/press/printing.py": (1, "what a template of Typst reads: JSON"),
    "marketplace/statistics/role.py": (1, "as rows of base/data/database.py"),
    "marketplace/statistics/stored.py": (1, "the measures asked for are its columns"),
    "offers/bookings/queries.py": (1, "a row's fields for the class that has more"),
    "offers/catalogue/sharing/told.py": (1, "JSON-LD"),
    "offers/search/nothing/rules.py": (1, "the defaults of what may be asked for"),
    "offers/search/asked.py": (1, "a list's address"),
    "offers/search/queries.py": (1, "a card's columns among those of its statement"),
    "offers/search/views.py": (3, "what the list's templates need, drawn in one place each"),
    "organizations/approval/register.py": (1, "what the register answers: JSON"),
}
"""Where `dict[str, Any]` stands, how often, and why. At most thirty in all; a row of the database is never one of them
without a reason."""


def test_what_has_no_type_has_a_reason() -> None:
    root = Path(__file__).parents[2]
    files = [
        file for room in ("marketplace", "offers", "organizations") for file in (root / room).rglob("*.py")
    ]
    found = {
        str(file.relative_to(root)): number for file in files
        if "migrations" not in file.parts and (number := file.read_text().count("dict[str, Any]"))
    }  # fmt: skip
    assert found == {file: number for file, (number, _why) in UNTYPED.items()}
    assert sum(found.values()) <= 30
