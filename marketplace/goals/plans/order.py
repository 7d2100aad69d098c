"""Focus areas in their plan and measures in their area stand in an order that coordinators give them."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, rows, value
from marketplace.goals.acts import Act

PARENT = {"focus_area": "plan_id", "measure": "focus_area_id"}


async def move(table: str, parent: UUID, row: UUID, by_one: int, *, by: UUID, now: datetime) -> None:
    """One place up (-1) or down (1) among its own. At the end of the list it stays; numbers are made 1, 2, 3 …"""
    async with in_transaction():
        await alone(table, parent)
        order = await column(f"SELECT id FROM {table} WHERE {PARENT[table]} = $1 ORDER BY number", parent)
        at = order.index(row)
        order.insert(min(max(at + by_one, 0), len(order)), order.pop(at))
        # Numbers are unique: they step aside first.
        await rows(f"UPDATE {table} SET number = -number - 1 WHERE {PARENT[table]} = $1", parent)
        await rows(
            f"""UPDATE {table} t SET number = o.number
            FROM unnest($1::uuid[]) WITH ORDINALITY o (id, number) WHERE t.id = o.id""",
            order,
        )
        await record(Act(f"{table}.moved"), now=now, actor=by, object_id=row)


async def next_number(table: str, parent: UUID) -> int:
    await alone(table, parent)
    return int(
        await value(f"SELECT coalesce(max(number), 0) + 1 FROM {table} WHERE {PARENT[table]} = $1", parent)
    )


async def alone(table: str, parent: UUID) -> None:
    """Nobody else numbers the same list until this is written."""
    await rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 7))", f"{table}:{parent}")
