"""Writing down what matters to oneself, changing it, and throwing it away."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import ledger
from marketplace.base.data.database import column, in_transaction, rows
from marketplace.base.data.ledger import Lost
from marketplace.my_page.own_goals.rules import MOST, TooManyGoals, sealed


async def add(person: UUID, words: str, *, now: datetime) -> None:
    """One more goal. Raises TooManyGoals."""
    async with in_transaction():
        await rows(
            "SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", person
        )  # two tabs come one after the other
        there = await rows("SELECT FROM own_goal WHERE person_id = $1", person)
        if len(there) >= MOST:
            raise TooManyGoals
        await rows(
            "INSERT INTO own_goal (id, person_id, sealed, created_at, changed_at) VALUES ($1, $2, $3, $4, $4)",
            uuid7(), person, sealed(person, words), now,
        )  # fmt: skip


async def change(person: UUID, goal: UUID, words: str, *, now: datetime) -> None:
    """Other words in the place of a goal's."""
    await rows(
        "UPDATE own_goal SET sealed = $3, changed_at = $4 WHERE id = $2 AND person_id = $1",
        person, goal, sealed(person, words), now,
    )  # fmt: skip


async def remove(person: UUID, goal: UUID) -> None:
    """Throw a goal away: nothing of it is left."""
    async with in_transaction():
        gone = await column(
            "DELETE FROM own_goal WHERE id = $2 AND person_id = $1 RETURNING id", person, goal
        )
        ledger.note(Lost.OWN_GOAL, *gone)
