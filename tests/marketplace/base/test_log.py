"""What stands in the log when something breaks."""

import sys

from marketplace.base.data.database import rows
from marketplace.base.log import by_database, kind_of, path
from tests import make


async def test_an_error_is_told_with_its_place_and_without_what_people_typed(db: None) -> None:
    await make.person("Kari", "kari@example.no")
    try:
        await rows("INSERT INTO contact_point SELECT * FROM contact_point")
    except Exception:
        told, named = path(sys.exc_info()), by_database(sys.exc_info()[1])
    lines = told.split("\n")
    assert "UniqueViolationError" in lines[0]
    assert any(
        line.endswith("test_an_error_is_told_with_its_place_and_without_what_people_typed") for line in lines
    )
    assert any("base/data/database.py" in line for line in lines)
    assert any("IntegrityError" in line for line in lines), "Tortoise's own, which the other led to"
    assert "kari" not in told.lower()
    assert "already exists" not in told
    assert named == {"sqlstate": "23505", "table": "contact_point", "constraint": "contact_point_pkey"}


def test_a_program_that_ended_is_told_by_the_kind_of_its_exception_alone() -> None:
    told = b"Traceback (most recent call last):\n  File x\nbuiltins.KeyError: 'kari@example.no'\n"
    assert kind_of(told) == "builtins.KeyError"
    assert kind_of(b"") == kind_of(b"kari@example.no did it") == "unknown"
