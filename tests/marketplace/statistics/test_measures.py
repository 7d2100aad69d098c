"""Each measure, counted from real registers and bookings, to the person; and what of them is shown of a whole only."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace.base.data.database import rows
from marketplace.privacy.erasure.actions import erase
from marketplace.statistics import stored
from marketplace.statistics.measures import EXACT, INDICATORS, OF_EVERY_CELL, Measure
from marketplace.statistics.models import Cell, CellFigure, Closing
from marketplace.statistics.staircase import RULE
from marketplace.statistics.stored import By, Cells, TooFine
from offers.attendance.models import Attendance, Register
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Offer, OfferOrganizer, SeatPool, Session
from offers.seats.models import Booking, BookingState
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import SEPTEMBER, came, counted, elsewhere, held

M = Measure
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture(autouse=True)
async def sandnes(db: None, data_dir: object) -> UUID:
    return (await make.municipality()).id


async def test_companions_and_head_counts_are_attendances_and_nobody() -> None:
    await came(await held(), "Aud", "Berit", seats=3, head_count=20)
    assert await counted(M.PEOPLE, M.ATTENDANCES) == [2, 26]


async def test_who_did_not_come_and_registers_that_nobody_saved_count_nothing() -> None:
    offer = await held()
    pool = await SeatPool.get(session__offer=offer)
    await make.booking(pool, await make.person("Aud"), created_at=pool.starts_at)
    assert await counted(M.SESSIONS, M.PEOPLE, M.DUE) == [0, 0, 1]
    await came(offer)  # saved: Aud was not there
    assert await counted(M.SESSIONS, M.PEOPLE, M.DUE, M.EXPECTED, M.NO_SHOWS) == [1, 0, 1, 1, 1]


async def test_a_month_and_a_year_begin_at_midnight_in_oslo() -> None:
    await came(await held(start=datetime(2026, 9, 30, 19, 59, tzinfo=UTC)), "Aud")
    await came(await held(start=datetime(2026, 9, 30, 22, 0, tzinfo=UTC)), "Berit")
    before = datetime(2025, 12, 31, 20, 59, tzinfo=UTC)
    await came(await held(start=before), "Cato", saved=before)
    assert [await counted(M.PEOPLE, month=month) for month in (8, 9, 10)] == [[0], [1], [2]]


@pytest.mark.parametrize(
    ("start", "evening"),
    [
        (datetime(2026, 9, 8, 13, 59, tzinfo=UTC), False),  # Tuesday 15.59
        (datetime(2026, 9, 8, 14, 0, tzinfo=UTC), True),  # Tuesday 16.00
        (datetime(2026, 1, 13, 14, 59, tzinfo=UTC), False),  # winter, Tuesday 15.59
        (datetime(2026, 1, 13, 15, 0, tzinfo=UTC), True),
        (datetime(2026, 9, 12, 8, 0, tzinfo=UTC), True),  # Saturday at ten
        (datetime(2026, 9, 13, 22, 30, tzinfo=UTC), False),  # Monday 00.30 in Oslo, Sunday in UTC
    ],
)
async def test_evenings_are_from_16_in_oslo_and_weekends(start: datetime, evening: bool) -> None:
    await came(await held(start=start), "Aud")
    assert await counted(M.PEOPLE, evening=evening) == [1]
    assert await counted(M.PEOPLE, evening=not evening) == [0]


async def test_another_municipality_is_not_counted_and_a_co_organiser_counts_nothing_twice() -> None:
    land = await elsewhere()
    offer = await held()
    await OfferOrganizer.create(offer=offer, organization=await make.organization("Laget", municipality=land))
    await came(offer, "Aud", "Berit")
    assert await counted(M.PEOPLE, M.OFFERS) == [2, 1]
    assert await counted(M.PEOPLE, M.OFFERS, municipality=land.id) == [0, 0]


async def test_what_is_offered_is_counted_as_it_is() -> None:
    twice = await make.offer(
        "Kurs", starts=[SEPTEMBER, SEPTEMBER + WEEK], joining=Joining.WHOLE, capacity=8, minutes=90
    )
    await came(twice, "Aud")
    await came(await held("Kafé", joining=Joining.DROP_IN), head_count=4)
    await held("Ingen har sagt noe")
    await make.offer("Ikke ute", state="draft", published_at=None, starts=[SEPTEMBER])
    await make.offer("Andre steder", joining=Joining.EXTERNAL, starts=[SEPTEMBER])
    asked = (M.SESSIONS, M.OFFERS, M.DROP_IN, M.MINUTES, M.SEATS_OFFERED, M.DUE)
    assert await counted(*asked) == [2, 2, 1, 210, 8, 4]


async def course(*marks: str) -> Offer:
    """A course with a session a week: of each who takes part, P (came) or - (did not) a session."""
    offer = await make.offer(
        "Kurs", starts=[SEPTEMBER + (number - 2) * WEEK for number in range(len(marks[0]))],
        joining=Joining.WHOLE, capacity=20, kind=Kind.COURSE,
    )  # fmt: skip
    pool = await SeatPool.get(offer=offer)
    made = [
        await make.booking(pool, await make.person(f"Deltaker {number}")) for number, _ in enumerate(marks)
    ]
    for at, session in enumerate(await Session.filter(offer=offer).order_by("starts_at")):
        await rows(
            """INSERT INTO register (id, session_id, saved_at, closed_at, closed_by)
            VALUES (gen_random_uuid(), $1, $2, $2, 'host')""",
            session.id,
            session.ends_at,
        )
        for booking, mark in zip(made, marks, strict=True):
            present = mark[at] == "P"
            await rows(
                """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at)
                VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)""",
                session.id, booking.id, "present" if present else "absent", int(present), booking.id.bytes * 2,
                session.ends_at,
            )  # fmt: skip
    return offer


async def test_who_came_to_three_of_four_has_completed_a_course_that_is_over() -> None:
    await course("PPPP", "PPP-", "PP--", "----")
    assert await counted(M.STARTED, M.COMPLETED) == [3, 2]
    assert await counted(M.STARTED, M.COMPLETED, month=8) == [0, 0], "it went on in September"
    assert await counted(M.CAME_THREE) == [2]


async def test_who_came_back_had_been_away_and_could_come_again() -> None:
    await course("P-P", "P--", "PP-", "PPP", "-PP")
    assert await counted(M.MISSED, M.CAME_BACK) == [3, 2], (
        "the third missed the last one: nothing came after it"
    )


async def waited(pool: SeatPool, **facts: Any) -> Booking:
    return await make.booking(
        pool, **({"waited_at": SEPTEMBER, "queue_no": None, "created_at": SEPTEMBER} | facts)
    )


async def test_waiting_lists_tell_who_waited_was_placed_and_left_once_each() -> None:
    pool = await SeatPool.get(offer=await make.offer(joining=Joining.WHOLE))
    await waited(pool, state=BookingState.CONFIRMED, placed_at=SEPTEMBER + DAY)
    left = await waited(pool, state=BookingState.CANCELLED, changed_at=SEPTEMBER + 2 * DAY)
    other = await SeatPool.get(offer=await make.offer(joining=Joining.WHOLE))
    await waited(other, state=BookingState.WAITING, queue_no=1, participant=await left.participant)
    await waited(other, state=BookingState.CANCELLED, ended_by="offer", changed_at=SEPTEMBER + 2 * DAY)
    assert await counted(M.WAITED, M.PLACED, M.LEFT) == [3, 1, 1]
    assert await counted(M.WAITED, month=8) == [0]


async def test_days_from_asking_to_a_seat_fall_into_classes() -> None:
    pool = await SeatPool.get(offer=await make.offer(joining=Joining.WHOLE, capacity=50))
    start = datetime(2026, 3, 1, 8, tzinfo=UTC)
    for days in (0.5, 1, 1.1, 7, 8, 30, 31, 90, 91):
        await waited(pool, waited_at=start, placed_at=start + timedelta(days=days))
    ask = await SeatPool.get(offer=await make.offer(joining=Joining.REQUEST, capacity=50))
    await make.booking(ask, created_at=start, answered_at=start + 3 * DAY)
    await make.booking(ask, state=BookingState.DECLINED, created_at=start, answered_at=start + 3 * DAY)
    assert await counted(M.WITHIN_1, M.WITHIN_7, M.WITHIN_30, M.WITHIN_90, M.LONGER) == [2, 3, 2, 2, 1]


async def test_requests_are_answered_and_in_time_within_a_week() -> None:
    pool = await SeatPool.get(offer=await make.offer(joining=Joining.REQUEST, capacity=50))
    for days in (1, 6, 8):
        await make.booking(pool, created_at=SEPTEMBER, answered_at=SEPTEMBER + days * DAY)
    await make.booking(pool, state=BookingState.REQUESTED, created_at=SEPTEMBER)
    await make.booking(pool, created_at=SEPTEMBER, by_host=True)
    assert await counted(M.REQUESTS, M.ANSWERED, M.ANSWERED_IN_TIME) == [4, 3, 2]


async def test_a_seat_that_is_given_back_in_time_may_be_filled_again() -> None:
    offer = await make.offer(capacity=5, starts=[SEPTEMBER + WEEK])
    pool = await SeatPool.get(offer=offer)
    for hours in (25, 2):
        await make.booking(
            pool, state=BookingState.CANCELLED, created_at=SEPTEMBER,
            changed_at=SEPTEMBER + WEEK - timedelta(hours=hours),
        )  # fmt: skip
    await make.booking(
        pool, state=BookingState.CANCELLED, ended_by="host", created_at=SEPTEMBER, changed_at=SEPTEMBER
    )
    asked = (M.CANCELLED, M.CANCELLED_IN_TIME, M.FREED, M.REFILLED)
    assert await counted(*asked) == [2, 1, 2, 0]
    await make.booking(pool, created_at=SEPTEMBER + WEEK - timedelta(hours=20))
    assert await counted(*asked) == [2, 1, 2, 1]
    given_on = await make.booking(
        pool, state=BookingState.CANCELLED, created_at=SEPTEMBER + WEEK - timedelta(hours=10),
        changed_at=SEPTEMBER + WEEK - timedelta(hours=1),
    )  # fmt: skip
    assert given_on.seated_at is not None
    assert await counted(*asked) == [3, 1, 3, 2], "another had got it, and gave it back too"


async def test_answers_of_use_count_in_their_months() -> None:
    offer = await held()
    for month, answer, count in (("2026-08-01", "yes", 4), ("2026-09-01", "no", 2), ("2026-11-01", "yes", 9)):
        await rows(
            "INSERT INTO usefulness (id, offer_id, month, answer, count) VALUES (gen_random_uuid(), $1, $2, $3, $4)",
            offer.id, datetime.fromisoformat(month).date(), answer, count,
        )  # fmt: skip
    assert await counted(M.USEFUL_YES, M.USEFUL_SOME, M.USEFUL_NO) == [4, 0, 2]


async def closing(people: int, rule: int = RULE, **figures: int) -> Cells:
    """A closing of September with one cell."""
    here = await make.municipality()
    cell = await Cell.create(
        municipality=here,
        organization=await make.organization(),
        main_audience="everyone",
        kind="activity",
        evening=False,
    )
    made = await Closing.create(
        municipality=here, year=2026, number=9, closed_at=NOW, rule=rule, key_fingerprint=b"k"
    )
    await CellFigure.create(closing=made, cell=cell, figures={"people": people, "sessions": 4, **figures})
    return Cells(here.id)


async def test_what_is_of_the_whole_only_is_shown_where_fifty_people_are() -> None:
    cells = await closing(50, no_shows=10)
    assert (await stored.total(cells, 2026, [M.NO_SHOWS]))[M.NO_SHOWS] == stored.Sum(10, 1)
    assert (await stored.by(cells, 2026, [M.NO_SHOWS], By.MONTH))[9][M.NO_SHOWS].value == 10


@pytest.mark.parametrize(("rule", "first"), [(RULE, 0), (1, 3)])
async def test_what_is_counted_otherwise_now_is_not_told_of_before(rule: int, first: int) -> None:
    """It would be compared with what means something else, and it told more than it should."""
    told = {"no_shows": 10, "expected": 200, "volunteers": 15, "volunteer_hours": 75, "came_three": 20}
    cells = await closing(50, rule=rule, **told)
    wanted = [M.NO_SHOWS, M.EXPECTED, M.VOLUNTEER_HOURS, M.VOLUNTEERS, M.CAME_THREE]
    assert list(await stored.total(cells, 2026, wanted)) == wanted[first:]
    (by_month,) = await stored.several([stored.Ask(cells, 2026, tuple(wanted))])
    assert list(by_month[9]) == wanted[first:]


async def test_and_is_not_there_where_fewer_are() -> None:
    cells = await closing(45, no_shows=10)
    assert await stored.total(cells, 2026, [M.NO_SHOWS, M.SESSIONS]) == {
        M.SESSIONS: stored.Sum(4, 1, exact=True)
    }


@pytest.mark.parametrize("measure", [measure for measure in Measure if measure not in OF_EVERY_CELL])
async def test_nobody_gets_it_of_a_part(measure: Measure, sandnes: UUID) -> None:
    for part in ({"organizations": (sandnes,)}, {"audiences": ("seniors",)}, {"kinds": ("talk",)},
                 {"districts": (None,)}, {"evening": False}):  # fmt: skip
        with pytest.raises(TooFine):
            await stored.total(Cells(sandnes, **part), 2026, [measure])  # type: ignore[arg-type]
    for way in set(By) - {By.MONTH}:
        with pytest.raises(TooFine):
            await stored.by(Cells(sandnes), 2026, [measure], way)


async def test_what_is_not_closed_is_not_there_and_what_is_closed_and_empty_is_zero(sandnes: UUID) -> None:
    assert await stored.total(Cells(sandnes), 2026, [M.PEOPLE]) == {}
    cells = await closing(50)
    nobody = Cells(cells.municipality, kinds=("talk",))
    assert await stored.total(nobody, 2026, [M.PEOPLE]) == {M.PEOPLE: stored.Sum(0, 0)}
    assert await stored.total(nobody, 2026, [M.PEOPLE], 8) == {}


def test_every_measure_has_its_definition_and_says_what_it_is_of() -> None:
    assert [*INDICATORS] == [*Measure]
    for row in INDICATORS.values():
        assert str(row.label)
        assert str(row.counts)
        assert str(row.unit)
        assert str(row.source)
        assert bool(row.of) == bool(row.per)
        assert row.exact == (row.name in EXACT)


async def test_the_likely_error_grows_with_the_root_of_the_cells() -> None:
    assert [stored.Sum(100, cells).error for cells in (0, 1, 16, 80, 800)] == [0, 4, 16, 36, 113]
    assert stored.Sum(100, 16, exact=True).error == 0
    together = stored.Sum(10, 1) + stored.Sum(15, 3)
    assert together == stored.Sum(25, 4)


async def test_the_likely_error_of_hours_is_that_of_those_who_gave_them(sandnes: UUID) -> None:
    """As many hours as each of them gave on average, whether the volunteers are asked for or not."""
    cells = await closing(50, volunteers=10, volunteer_hours=60)
    for measures in ([M.VOLUNTEERS, M.VOLUNTEER_HOURS], [M.VOLUNTEER_HOURS]):
        found = await stored.total(cells, 2026, measures)
        assert (found[M.VOLUNTEER_HOURS].value, found[M.VOLUNTEER_HOURS].error) == (60, 24)
        [months] = await stored.several([stored.Ask(cells, 2026, tuple(measures))])
        assert months[9][M.VOLUNTEER_HOURS].error == 24
    assert (await stored.total(cells, 2026, [M.VOLUNTEERS]))[M.VOLUNTEERS].error == 4


async def test_who_erases_themselves_changes_no_count_of_what_is_over() -> None:
    """Neither what they came to, nor what they asked for, waited for and gave back."""
    aud = await make.person("Aud")
    contact = await make.contact(aud, "aud@example.no")
    course = await make.offer(
        joining=Joining.WHOLE, capacity=9, starts=[SEPTEMBER, SEPTEMBER + WEEK], minutes=60
    )
    booking = await make.booking(
        await SeatPool.get(offer=course), aud, contact=contact, created_at=SEPTEMBER - WEEK
    )
    for session, state in zip(
        await Session.filter(offer=course).order_by("starts_at"), ("present", "absent"), strict=True
    ):
        await Register.create(
            session=session, saved_at=session.ends_at, closed_at=session.ends_at, closed_by="host"
        )
        await Attendance.create(
            session=session, booking=booking, state=state, seats_present=int(state == "present"),
            pseudonym=b"a" * 32, recorded_at=session.ends_at,
        )  # fmt: skip
    asked = await SeatPool.get(offer=await make.offer(joining=Joining.REQUEST, capacity=9))
    await make.booking(asked, aud, state=BookingState.REQUESTED, contact=contact, created_at=SEPTEMBER)
    later = await SeatPool.get(offer=await make.offer(capacity=9))
    await make.booking(later, aud, state=BookingState.WAITING, contact=contact, created_at=SEPTEMBER,
                       waited_at=SEPTEMBER)  # fmt: skip
    coming = await SeatPool.get(offer=await make.offer(capacity=9))
    await make.booking(coming, aud, contact=contact, created_at=SEPTEMBER)
    before = await counted(*M, month=10)
    assert sum(number > 0 for number in before) > 12
    await erase(aud.id, now=NOW)
    assert dict(zip(M, await counted(*M, month=10), strict=True)) == dict(zip(M, before, strict=True))
