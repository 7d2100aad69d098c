"""What stands in the log when something breaks."""

import sys

from marketplace.base.data.database import rows
from marketplace.base.log import path
from tests import make


async def test_an_error_is_told_with_its_place_and_without_what_people_typed(db: None) -> None:
    await make.person("Kari", "kari@example.no")
    try:
        await rows("INSERT INTO contact_point SELECT * FROM contact_point")
    except Exception:
        told = path(sys.exc_info())
    lines = told.split("\n")
    assert "UniqueViolationError" in lines[0]
    assert any(
        line.endswith("test_an_error_is_told_with_its_place_and_without_what_people_typed") for line in lines
    )
    assert any("base/data/database.py" in line for line in lines)
    assert any("IntegrityError" in line for line in lines), "Tortoise's own, which the other led to"
    assert "kari" not in told.lower()
    assert "already exists" not in told
