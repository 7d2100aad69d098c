"""Writes how many live in a municipality."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction
from marketplace.goals.acts import Act
from marketplace.goals.models import Population


async def save(municipality: UUID, *, by: UUID, now: datetime, year: int, number: int, source: str) -> None:
    """What the coordinator has read of a year, in the place of what stood there."""
    async with in_transaction():
        await Population.update_or_create(
            {"number": number, "source": source}, municipality_id=municipality, year=year
        )
        await record(Act.POPULATION_SAVED, now=now, actor=by, object_id=municipality,
                     details={"year": year})  # fmt: skip
