"""An id is an age: readers take the greater of two for the newer, and page by it alone. No statement makes another."""

import re
from pathlib import Path

from tests.house.code import ROOT, files

MADE = re.compile(r"gen_random_uuid|uuid_generate|\buuidv[47]\(")
LAW = "marketplace/base/data/ids.py"
FORMER = 61
"""The newest migration that may have made other ids. They have been run, and are not changed any more."""


def others(path: Path, text: str) -> list[int]:
    """The lines of a file that make an id which is no age, or that not every PostgreSQL can make."""
    name = path.relative_to(ROOT).as_posix()
    former = re.match(r"marketplace/migrations/(\d{4})_", name)
    if name == LAW or (former and int(former[1]) <= FORMER):
        return []
    return [number for number, line in enumerate(text.splitlines(), 1) if MADE.search(line)]


def test_every_id_that_a_statement_makes_is_an_age() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}" for path in files() for number in others(path, path.read_text())
    ]
    assert not found, f"NEW_ID of {LAW}: {found}"


def test_a_migration_that_is_written_now_keeps_to_it() -> None:
    text = "INSERT INTO need (id) SELECT gen_random_uuid() FROM offer"
    assert others(ROOT / "marketplace/migrations/0062_more.py", text) == [1]
    assert not others(ROOT / "marketplace/migrations/0058_more_situations.py", text)
