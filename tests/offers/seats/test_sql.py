"""The law of seats in Python and in SQL is one: rules.py has the tables, sql.py makes statements of them, and no
statement says it in words of its own."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from offers.catalogue.models import Joining, SeatPool, Session
from offers.catalogue.opening import has_room, is_open
from offers.catalogue.rules import seats
from offers.messages.models import Recipients
from offers.messages.queries import recipients
from offers.participants.queries import participants_before
from offers.seats import rules, sql
from offers.seats.models import ACTIVE, SEATED, BookingState, EndedBy
from tests import make
from tests.conftest import NOW

HOUSE = Path(__file__).parents[3]
DAY = timedelta(days=1)
ROOMS = ("marketplace", "offers", "organizations")
OWN_WORDS = {
    r"state IN \('(?:requested|confirmed|waiting|offered)', '": (
        "sql.active() or sql.seated()",
        {
            "marketplace/operations/check/seats.py": "queued: whoever has a number in the queue, waiting or offered"
        },
    ),
    r"session_id IS NULL\s+OR |OR (?:\w+\.)?session_id IS NULL": (
        "sql.covers()",
        {
            "offers/catalogue/opening.py": "the law itself, where search can ask it too",
            "offers/seats/queries.py": "another question: is all of what it is for cancelled?",
        },
    ),
    r"ended_by IN \('session'|ended_by IN \('offer'": ("sql.called_off()", {}),
    r"ended_by = 'self'": ("sql.left()", {}),
    r"placed_at IS (?:NOT )?NULL|seated_at IS (?:NOT )?NULL": (
        "sql.had_place()",
        {"marketplace/operations/check/seats.py": "the columns themselves: is what they say possible?"},
    ),
    r"opens_at <= \$|closes_at > \$": (
        "catalogue/opening.py:is_open",
        {"offers/bookings/openings/actions.py": "has the moment come that somebody wanted to hear of?"},
    ),
}
"""What no statement says by itself: what it asks instead, and where it means something else."""


@pytest.mark.parametrize("cause", [*EndedBy, None])
async def test_what_the_organiser_cancelled_is_the_same_in_sql_as_in_python(
    pool: None, cause: EndedBy | None
) -> None:
    found = await value(
        f"SELECT coalesce({sql.called_off()}, false) FROM (SELECT $1::text AS ended_by) b", cause
    )
    assert found is (cause in rules.CALLED_OFF)


@pytest.mark.parametrize("cause", [*EndedBy, None])
@pytest.mark.parametrize("state", BookingState)
async def test_who_left_by_themselves_is_the_same_in_sql_as_in_python(
    pool: None, state: BookingState, cause: EndedBy | None
) -> None:
    law = f"SELECT coalesce({sql.left()}, false) FROM (SELECT $1::text AS state, $2::text AS ended_by) b"
    assert await value(law, state, cause) is rules.left(state, cause)


@pytest.mark.parametrize("seated", [None, NOW])
async def test_who_had_a_place_is_the_same_in_sql_as_in_python(pool: None, seated: Any) -> None:
    law = f"SELECT {sql.had_place()} FROM (SELECT $1::timestamptz AS seated_at) b"
    assert await value(law, seated) is rules.had_place(seated)


@pytest.mark.parametrize("state", BookingState)
async def test_a_state_is_active_or_seated_in_sql_as_in_python(pool: None, state: BookingState) -> None:
    for law, states in ((sql.active(), ACTIVE), (sql.seated(), SEATED)):
        assert await value(f"SELECT {law} FROM (SELECT $1::text AS state) b", state.value) is (
            state in states
        )


@pytest.mark.parametrize(
    ("joining", "facts", "had"),
    [
        (Joining.REQUEST, {}, False),
        (Joining.REQUEST, {"answered_at": NOW}, True),
        (Joining.REQUEST, {"by_host": True}, True),
        (Joining.WHOLE, {}, True),
        (Joining.WHOLE, {"waited_at": NOW}, False),
        (Joining.WHOLE, {"waited_at": NOW, "placed_at": NOW}, True),
    ],
)
async def test_who_only_asked_or_waited_for_what_was_cancelled_is_none_who_was_there(
    db: None, joining: Joining, facts: dict[str, Any], had: bool
) -> None:
    """Those who lead it neither find them among who was there before, nor write to them as that."""
    offer = await make.offer("Kor", joining=joining, starts=[NOW + DAY], capacity=5)
    await make.booking(
        await SeatPool.get(offer=offer), await make.person("Ola"), BookingState.CANCELLED,
        ended_by=EndedBy.OFFER, **facts,
    )  # fmt: skip
    assert len(await participants_before(offer.id, NOW)) == had
    assert len(await recipients(offer.id, None, Recipients.BEFORE, NOW)) == had


async def test_a_pool_covers_its_own_session_or_all_of_its_offer(db: None) -> None:
    course = await make.offer("Kurs", joining=Joining.WHOLE, starts=[NOW + DAY, NOW + 2 * DAY])
    walks = await make.offer("Tur", joining=Joining.PER_SESSION, starts=[NOW + DAY, NOW + 2 * DAY])
    for offer, each in ((course, 2), (walks, 1)):
        pools = await SeatPool.filter(offer=offer).order_by("starts_at")
        sessions = await Session.filter(offer=offer).order_by("starts_at")
        for pool in pools:
            law = f"SELECT s.id FROM session s, seat_pool p WHERE p.id = $1 AND s.offer_id = $2 AND {sql.covers()}"
            found = {one["id"] for one in await rows(law, pool.id, offer.id)}
            assert found == {one.id for one in sessions if pool.session_id in (None, one.id)}
            assert len(found) == each


MOMENTS = (None, NOW - DAY, NOW, NOW + timedelta(microseconds=1), NOW + DAY)


async def test_whether_one_can_book_now_is_the_same_in_sql_as_in_python(pool: None) -> None:
    """Every joining with every order of the moments, and pools that are empty, full, kept and without a limit."""
    ways = [each for each in Joining if each in (Joining.WHOLE, Joining.PER_SESSION, Joining.REQUEST)]
    room = [(None, 3, 0), (5, 4, 0), (5, 5, 0), (5, 4, 1), (5, 3, 1), (0, 0, 0)]
    cases: list[Any] = [(*one, *two) for one in product(ways, *[MOMENTS] * 4) for two in room]
    columns = list(zip(*cases, strict=True))
    found = await rows(
        f"""SELECT {is_open("$9::timestamptz", "x", "x")} AS open, {has_room("x")} AS room
        FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::int[],
            $7::int[], $8::int[])
            WITH ORDINALITY x (joining, starts_at, ends_at, opens_at, closes_at, capacity, taken, reserved, number)
        ORDER BY number""",
        [one.value for one in columns[0]], *map(list, columns[1:]), NOW,
    )  # fmt: skip
    assert len(found) == len(cases)
    for (joining, starts, ends, opens, closes, capacity, taken, reserved), one in zip(
        cases, found, strict=True
    ):
        pool_ = rules.Pool(capacity, taken, 0, starts, ends, opens, closes, 9, joining, reserved)
        assert one["open"] is (not any(rules.closed(pool_, NOW))), (joining, starts, ends, opens, closes)
        assert one["room"] is pool_.fits(1), (capacity, taken, reserved)
        shown = seats(joining, replace(pool_, capacity=pool_.capacity and capacity - reserved), False, NOW)
        assert bool(shown.act) is one["open"], "what a card says"


@pytest.mark.parametrize("pattern", OWN_WORDS)
def test_no_statement_says_the_law_in_words_of_its_own(pattern: str) -> None:
    ask, meant = OWN_WORDS[pattern]
    found = {
        str(path.relative_to(HOUSE))
        for room in ROOMS
        for path in (HOUSE / room).rglob("*.py")
        if path.name != "sql.py" and "migrations" not in path.parts and re.search(pattern, path.read_text())
    }
    assert found == set(meant), f"ask {ask}"
