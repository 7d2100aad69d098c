"""The law of seats in Python and in SQL is one: rules.py has the tables, sql.py makes statements of them, and no
statement says it in words of its own."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.base.data.database import rows, value
from offers.catalogue.models import Joining, SeatPool, Session
from offers.seats import rules, sql
from offers.seats.models import BookingState
from tests import make
from tests.conftest import NOW

HOUSE = Path(__file__).parents[3]
DAY = timedelta(days=1)
ROOMS = ("marketplace", "offers", "organizations")
OWN_WORDS = {
    r"state IN \('(?:requested|confirmed|waiting|offered)', '": (
        "sql.active() or sql.seated()",
        {"marketplace/invariants.py": "queued: whoever has a number in the queue, waiting or offered"},
    ),
    r"session_id IS NULL\s+OR |OR (?:\w+\.)?session_id IS NULL": (
        "sql.covers()",
        {"offers/seats/queries.py": "another question: is all of what it is for cancelled?"},
    ),
}
"""What no statement says by itself: what it asks instead, and where it means something else."""


@pytest.mark.parametrize("state", BookingState)
async def test_a_state_is_active_or_seated_in_sql_as_in_python(pool: None, state: BookingState) -> None:
    for law, states in ((sql.active(), rules.ACTIVE), (sql.seated(), rules.SEATED)):
        assert await value(f"SELECT {law} FROM (SELECT $1::text AS state) b", state.value) is (
            state in states
        )


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
