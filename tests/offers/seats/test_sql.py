"""The law of seats in Python and in SQL is one: rules.py has the tables, sql.py makes statements of them, and no
statement says it in words of its own."""

import re
from pathlib import Path

import pytest

from marketplace.base.data.database import value
from offers.seats import rules, sql
from offers.seats.models import BookingState

HOUSE = Path(__file__).parents[3]
ROOMS = ("marketplace", "offers", "organizations")
OWN_WORDS = {
    r"state IN \('(?:requested|confirmed|waiting|offered)', '": (
        "sql.active() or sql.seated()",
        {"marketplace/invariants.py": "queued: whoever has a number in the queue, waiting or offered"},
    ),
}
"""What no statement says by itself: what it asks instead, and where it means something else."""


@pytest.mark.parametrize("state", BookingState)
async def test_a_state_is_active_or_seated_in_sql_as_in_python(pool: None, state: BookingState) -> None:
    for law, states in ((sql.active(), rules.ACTIVE), (sql.seated(), rules.SEATED)):
        assert await value(f"SELECT {law} FROM (SELECT $1::text AS state) b", state.value) is (
            state in states
        )


@pytest.mark.parametrize("pattern", OWN_WORDS)
def test_no_statement_says_the_law_in_words_of_its_own(pattern: str) -> None:
    ask, meant = OWN_WORDS[pattern]
    found = {
        str(path.relative_to(HOUSE))
        for room in ROOMS
        for path in (HOUSE / room).rglob("*.py")
        if "migrations" not in path.parts and re.search(pattern, path.read_text())
    }
    assert found == set(meant), f"ask {ask}"
