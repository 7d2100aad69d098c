"""What is stored of closed months, written as it stands: these tests ask what is made of it, not how it came there."""

import json
from typing import Any
from uuid import UUID, uuid4

from marketplace.base.data.database import rows, value
from marketplace.statistics.models import Cell
from organizations.directory.models import Municipality
from tests import make
from tests.conftest import NOW


async def close(
    months: dict[int, dict[str, int]], *, year: int = 2026, here: Municipality | None = None, **cell: Any
) -> Cell:
    """One cell, and its figures at each closing. Sessions are 1 where nothing is said: something was held."""
    place = here or await make.municipality()
    owner = cell.pop("owner", None) or await make.organization(f"Lag {uuid4().hex[:6]}", municipality=place)
    given: dict[str, Any] = {"main_audience": "everyone", "kind": "activity", "evening": False} | cell
    made = await Cell.create(municipality=place, organization=owner, **given)
    for number, figures in months.items():
        await rows(
            """INSERT INTO cell_figure (id, closing_id, cell_id, figures) VALUES ($1, $2, $3, $4)""",
            uuid4(), await _closing(place.id, year, number), made.id,
            json.dumps({"sessions": 1, "due": 1, "people": 0, "listed": 1} | figures),
        )  # fmt: skip
    return made


async def _closing(municipality: UUID, year: int, number: int) -> UUID:
    await rows(
        """INSERT INTO closing (id, municipality_id, year, number, closed_at, rule, key_fingerprint)
        VALUES ($1, $2, $3, $4, $5, 1, '\\x00') ON CONFLICT DO NOTHING""",
        uuid4(), municipality, year, number, NOW,
    )  # fmt: skip
    found: UUID = await value(
        "SELECT id FROM closing WHERE municipality_id = $1 AND year = $2 AND number = $3",
        municipality, year, number,
    )  # fmt: skip
    return found


def growing(measure: str, *numbers: int, first: int = 1, **other: int) -> dict[int, dict[str, int]]:
    """A measure from month `first` on, one number a month."""
    return {first + at: {measure: number} | other for at, number in enumerate(numbers)}
