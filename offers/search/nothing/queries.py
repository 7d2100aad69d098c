"""How many offers the ways on from a search would find."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from marketplace.base.data.database import rows
from marketplace.base.data.statement import Statement
from offers.catalogue.queries import Viewer, published
from offers.search.conditions import how_many
from offers.search.nothing.rules import Way


class _Number(NamedTuple):
    way: int
    number: int


async def count(ways: Sequence[Way], *, viewer: Viewer, now: datetime) -> dict[Way, int]:
    """How many each finds, at most COUNTED + 1, in one statement however many there are."""
    if not ways:
        return {}
    asked = Statement(now)
    seen = published(viewer).within(asked)
    looks = [
        f"SELECT {number} AS way, {how_many(way.search, seen, asked)} AS number"
        for number, way in enumerate(ways)
    ]
    found = await rows(_Number, " UNION ALL ".join(looks), *asked.values)
    counted = {each.way: each.number for each in found}
    return {way: counted[number] for number, way in enumerate(ways)}
