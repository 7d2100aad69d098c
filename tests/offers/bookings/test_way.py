"""How many files somebody reads who follows a booking from its route to its answer."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from offers.catalogue.models import Joining
from tests import make
from tests.visitor import Visitor

ROOT = Path(__file__).parents[3]
OURS = tuple(f"{ROOT / room}/" for room in ("marketplace", "offers", "organizations"))
FILES, BACK = 40, 99
"""So many today. At 5dea5cc, before it was known who may know of a booking and what was sent before, 24 and 48: to be
brought down, never up."""


async def way_of(act: Callable[[], Any]) -> tuple[Any, list[str]]:
    """What `act` gives, and the files of ours that it goes through: one each time that a call enters another file."""
    way: list[str] = []
    begun: set[FrameType] = set()  # going on after an await is no call

    def called(frame: FrameType, event: str, _what: Any) -> None:
        file = frame.f_code.co_filename
        if event == "call" and file.startswith(OURS) and frame not in begun:
            begun.add(frame)
            name = str(Path(file).relative_to(ROOT))
            if not way or way[-1] != name:
                way.append(name)

    sys.setprofile(called)
    try:
        return await act(), way
    finally:
        sys.setprofile(None)


async def test_a_booking_passes_through_few_files_and_back_into_fewer(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=10)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    given = {"name": "Ola", "contact": "email", "email": "ola@example.no"}
    await visitor.submit(page, **given)  # what is made once a process is made
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    answer, way = await way_of(lambda: visitor.submit(page, **(given | {"name": "Kari"})))
    assert answer.status == 303
    files, back = set(way), len(way) - len(set(way))
    told = "\n  ".join([f"{len(files)} files, back {back} times:", *sorted(files)])
    assert len(files) <= FILES, told
    assert back <= BACK, told
