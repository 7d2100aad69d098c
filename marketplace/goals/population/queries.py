"""Reads how many live in a municipality."""

from uuid import UUID

from marketplace.goals.models import Population


async def populations_of(municipality: UUID) -> list[Population]:
    return await Population.filter(municipality_id=municipality).order_by("-year")
