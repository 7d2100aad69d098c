"""What a decision about a pool needs, and whether there is something in the way."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import row, value
from offers.catalogue.models import Joining
from offers.seats import rules
from offers.seats.known import in_the_way


class Seats(NamedTuple):
    """How many seats a pool has, and how many ask for them."""

    capacity: int | None
    taken: int
    waiting: int


async def seats_of(offer_id: UUID) -> Seats | None:
    """The seats of the pool that the whole offer has, if it has one."""
    return await row(
        Seats,
        "SELECT capacity, taken, waiting FROM seat_pool WHERE offer_id = $1 AND session_id IS NULL",
        offer_id,
    )


POOL_COLUMNS = """p.id AS pool_id, p.offer_id, p.capacity, p.taken, p.waiting, p.reserved, p.starts_at, p.ends_at,
    p.opens_at, p.closes_at, o.joining, o.max_party, o.promotion, o.hold_hours, o.sensitive, o.owner_id, o.kind,
    p.session_id, p.sequence"""
"""What a decision about a pool needs, over the aliases p and o."""


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """A pool with what its offer says of it: POOL_COLUMNS. A row that says more has this as its base."""

    pool_id: UUID
    offer_id: UUID
    capacity: int | None
    taken: int
    waiting: int
    reserved: int
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    joining: str
    max_party: int
    promotion: str
    hold_hours: int
    sensitive: bool
    owner_id: UUID
    kind: str
    session_id: UUID | None
    sequence: int

    @property
    def pool(self) -> rules.Pool:
        """The decision's view of it."""
        return rules.Pool(
            self.capacity, self.taken, self.waiting, self.starts_at, self.ends_at, self.opens_at, self.closes_at,
            self.max_party, Joining(self.joining), self.reserved,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LockedPool(PoolFacts):
    """A pool under our lock (moves.lock). Nobody else changes it meanwhile, and what we write of it stands here too.
    `first_deadline`: when the first of its held seats must be answered."""

    first_deadline: datetime | None

    def has(self, **now: int | None) -> None:
        """So many it has `now`, as has just been written: the one thing that ever changes in a row."""
        for name, number in now.items():
            object.__setattr__(self, name, number)


FIRST_DEADLINE = """(SELECT min(h.held_until) FROM booking h WHERE h.pool_id = p.id AND h.state = 'offered')
    AS first_deadline"""
"""When the first held seat of pool p must be answered: whoever locks it looks if that is past (moves.settle)."""
LOCKED = f"{POOL_COLUMNS}, {FIRST_DEADLINE}"
"""The columns of a LockedPool."""


async def ended(pool_id: UUID, now: datetime) -> bool:
    """Is what the pool was for cancelled? It was closed for good then (actions.cancel_all), and is never opened."""
    return bool(
        await value(
            """SELECT o.state = 'cancelled' OR coalesce(s.status = 'cancelled', false) OR p.session_id IS NULL
                AND EXISTS (SELECT FROM session x WHERE x.offer_id = o.id AND x.status = 'cancelled')
                AND NOT EXISTS (SELECT FROM session x WHERE x.offer_id = o.id AND x.status <> 'cancelled'
                    AND x.starts_at > $2)
            FROM seat_pool p JOIN offer o ON o.id = p.offer_id LEFT JOIN session s ON s.id = p.session_id
            WHERE p.id = $1""",
            pool_id,
            now,
        )
    )


async def active_in(pool_id: UUID, participant: UUID, actor: UUID, now: datetime) -> bool:
    """Has somebody an active booking in a pool, as far as the actor may know?"""
    sql = f"SELECT EXISTS (SELECT FROM booking b WHERE {in_the_way('$1', '$2', '$3', now='$4')})"
    return bool(await value(sql, pool_id, participant, actor, now))
