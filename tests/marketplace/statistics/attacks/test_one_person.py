"""One person moves every number of a cell by one at the most: from raw rows, through all counts, to what is stored.

The staircase hides whether somebody is there as long as they are one of what is counted. What counts one person ten
times is a multiple of ten, and no rounding to five hides how many they were. So of each thing that people do here
nought to nine of them do it, each number of people in a cell of its own; and of all that the cell's staircases give,
every measure at once, it is asked which numbers of people fit. Attendances are left out: who comes ten times is there
ten times, and docs/statistics.md says what that tells.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from marketplace.base.data.database import patient, rows
from marketplace.statistics import counting
from marketplace.statistics.closing import counted_to
from marketplace.statistics.measures import EXACT, Measure
from marketplace.statistics.staircase import STEP, stored
from offers.attendance.models import Attendance, AttendanceState, Register
from offers.catalogue.models import Joining, SeatPool, Session
from offers.seats.models import Booking, BookingState
from organizations.directory.models import Organization
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import SEPTEMBER, WEEKS
from tests.marketplace.statistics.attacks.inversion import Given, tells

MOST = 9
SURE = 5
"""Outputs of more may be cut off by MOST."""
WEEK, DAY = timedelta(days=7), timedelta(days=1)
FIVE_TIMES = [SEPTEMBER - number * WEEK for number in range(5)]
Story = Callable[[Organization, int], Awaitable[None]]


async def _register(
    offer: UUID, bookings: list[Booking], *states: AttendanceState, helped: int | None = None
) -> None:
    """Close the registers of an offer's sessions; each booking was there, or not, by the session's place."""
    sessions = await Session.filter(offer_id=offer).order_by("starts_at")
    for number, session in enumerate(sessions):
        state = states[number % len(states)]
        await Register.create(
            session=session,
            saved_at=session.ends_at,
            closed_at=session.ends_at,
            closed_by="host",
            volunteers=helped,
        )
        await Attendance.bulk_create(
            Attendance(
                session=session, booking=booking, state=state, seats_present=int(state is AttendanceState.PRESENT),
                recorded_at=session.ends_at, pseudonym=booking.participant_id.bytes.ljust(32, b"-"),
            )
            for booking in bookings
        )  # fmt: skip


async def _course(owner: Organization, count: int, *states: AttendanceState) -> None:
    """A course of five sessions, at each of which all are there, or none."""
    offer = await make.offer(joining=Joining.WHOLE, starts=FIVE_TIMES, capacity=50, owner=owner)
    pool = await SeatPool.get(offer=offer)
    bookings = [await make.booking(pool, created_at=FIVE_TIMES[-1] - DAY) for _ in range(count)]
    await _register(offer.id, bookings, *states)


async def never_came(owner: Organization, count: int) -> None:
    await _course(owner, count, AttendanceState.ABSENT)


async def always_came(owner: Organization, count: int) -> None:
    await _course(owner, count, AttendanceState.PRESENT)


async def came_now_and_then(owner: Organization, count: int) -> None:
    await _course(owner, count, AttendanceState.PRESENT, AttendanceState.ABSENT)


async def helped_for_five_hours(owner: Organization, count: int) -> None:
    offer = await make.offer(starts=[SEPTEMBER], minutes=300, owner=owner)
    await _register(offer.id, [], AttendanceState.PRESENT, helped=count)


async def gave_a_seat_back(owner: Organization, count: int) -> None:
    offer = await make.offer(starts=[SEPTEMBER], capacity=50, owner=owner)
    pool = await SeatPool.get(offer=offer)
    for _ in range(count):
        await make.booking(
            pool, state=BookingState.CANCELLED, created_at=SEPTEMBER - WEEK, changed_at=SEPTEMBER - 2 * DAY
        )
        await make.booking(pool, created_at=SEPTEMBER - DAY)
    await _register(offer.id, [], AttendanceState.PRESENT)


async def waited(owner: Organization, count: int) -> None:
    offer = await make.offer(starts=[SEPTEMBER], capacity=50, owner=owner)
    pool = await SeatPool.get(offer=offer)
    for _ in range(count):
        asked = SEPTEMBER - WEEK
        await make.booking(pool, created_at=asked, waited_at=asked, placed_at=asked + DAY, queue_no=None)
    await _register(offer.id, [], AttendanceState.PRESENT)


async def asked_for_a_seat(owner: Organization, count: int) -> None:
    offer = await make.offer(joining=Joining.REQUEST, starts=[SEPTEMBER], capacity=50, owner=owner)
    pool = await SeatPool.get(offer=offer)
    for _ in range(count):
        await make.booking(pool, created_at=SEPTEMBER - WEEK, answered_at=SEPTEMBER - 5 * DAY)
    await _register(offer.id, [], AttendanceState.PRESENT)


async def found_it_useful(owner: Organization, count: int) -> None:
    offer = await make.offer(starts=[SEPTEMBER], owner=owner)
    if count:
        await rows(
            """INSERT INTO usefulness (id, offer_id, month, answer, count)
            VALUES (gen_random_uuid(), $1, '2026-09-01', 'yes', $2)""",
            offer.id, count,
        )  # fmt: skip
    await _register(offer.id, [], AttendanceState.PRESENT)


STORIES = (never_came, always_came, came_now_and_then, helped_for_five_hours, gave_a_seat_back, waited,
           asked_for_a_seat, found_it_useful)  # fmt: skip


async def counted(story: Story) -> list[dict[Measure, int]]:
    """What the program counts where 0, 1, 2 … people did it: everything, before it is rounded."""
    here, end = await make.municipality(), counted_to(2026, 10)
    owners = [await make.organization(f"Lag {number}") for number in range(MOST + 1)]
    for number, owner in enumerate(owners):
        await story(owner, number)
    async with patient() as connection:
        await counting.stamp(connection, here.id, 2026, end, NOW + WEEKS)
        found = await counting.counts(connection, here.id, 2026, end, NOW + WEEKS)
    of = {
        each["organization_id"]: {
            Measure(name): number for name, number in json.loads(each["counts"]).items()
        }
        for each in found
    }
    return [of[owner.id] for owner in owners]


def fitting(counts: list[dict[Measure, int]]) -> dict[tuple[tuple[Measure, int], ...], set[int]]:
    """Of each output that a staircase gives: which numbers of people it may come of. What many bring is far above the
    first two steps; how those lie tells no more of a multiple of five."""
    fits: dict[tuple[tuple[Measure, int], ...], set[int]] = {}
    for treads in product(range(1, STEP + 1), repeat=2):
        stairs = Given(b"", 2026, (), (*treads, *[3] * 50))
        for people, each in enumerate(counts):
            told = stored(
                stairs, {name: number for name, number in each.items() if name != Measure.ATTENDANCES}
            )
            fits.setdefault(tuple(sorted(told.items())), set()).add(people)
    return fits


@pytest.mark.parametrize("story", STORIES, ids=[story.__name__ for story in STORIES])
async def test_nobody_is_found_in_all_numbers_of_a_cell_at_once(
    story: Story, db: None, data_dir: Path
) -> None:
    counts = await counted(story)
    exact = [{name: number for name, number in each.items() if name in EXACT and number} for each in counts]
    assert all(each == exact[0] for each in exact), "what is exact tells of nobody"
    assert any(each != counts[0] for each in counts), "something is counted"
    found = {
        output: sorted(people) for output, people in fitting(counts).items()
        if all(number <= SURE for name, number in output if name not in EXACT) and tells(np.array(sorted(people)))
    }  # fmt: skip
    assert found == {}
