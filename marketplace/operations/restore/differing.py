"""Which bookings were otherwise in the database before, so that people are told: a list for those who ring.

It says no more than they need. A booking that both databases have is found by its reference, with the name and the way
to reach them as they stand now. Only of one that the restored database does not have are they told here, for nobody
could look them up; those who were erased are not in it.
"""

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg

from marketplace.privacy.kept.rules import DIFFERING
from offers.catalogue.queries import title_in

LIST = "bookings-that-differ"
COLUMNS = (
    "what", "reference", "offer", "title", "session", "starts (UTC)", "state before", "state now", "booking",
    "name", "reach by",
)  # fmt: skip
BOOKINGS = f"""SELECT b.id, b.state, b.reference, b.pool_id, b.seats, b.changed_at, o.number AS offer,
    {title_in("'nb'")} AS title,
    p.session_id, coalesce(s.starts_at, p.starts_at) AS starts_at, s.status AS session_status,
    n.name, c.value AS address,
    (SELECT count(*) FROM attendance a WHERE a.booking_id = b.id AND a.state = 'present') AS present
FROM booking b JOIN offer o ON o.id = b.offer_id JOIN seat_pool p ON p.id = b.pool_id
LEFT JOIN session s ON s.id = p.session_id LEFT JOIN person n ON n.id = b.participant_id
LEFT JOIN contact_point c ON c.id = b.contact_id"""
BEFORE = f"""{BOOKINGS} WHERE b.changed_at >= $1 OR b.created_at >= $1 OR s.changed_at >= $1
    OR EXISTS (SELECT FROM attendance a WHERE a.booking_id = b.id AND a.recorded_at >= $1)
ORDER BY starts_at NULLS FIRST, o.number, b.reference"""
NOW = f"{BOOKINGS} WHERE b.id = ANY($1)"


@dataclass(frozen=True, slots=True)
class Stands:
    """A booking as a database has it."""

    id: UUID
    state: str
    reference: str
    pool_id: UUID
    seats: int
    changed_at: datetime
    offer: int
    title: str | None
    session_id: UUID | None
    starts_at: datetime | None
    session_status: str | None
    name: str | None
    address: str | None
    present: int


@dataclass(frozen=True, slots=True)
class Differs:
    """One that was otherwise: `now` is None where it was made since."""

    before: Stands
    now: Stands | None

    @property
    def what(self) -> str:
        """In a word, what the restored database does not know."""
        before, now = self.before, self.now
        if now is None:
            return "made since" if before.state != "cancelled" else "made and cancelled since"
        if before.state != now.state:
            return f"{before.state} since"
        if before.starts_at != now.starts_at or before.session_status != now.session_status:
            cancelled = before.session_status == "cancelled" != now.session_status
            return "session cancelled since" if cancelled else "session moved since"
        if before.seats != now.seats:
            return "seats changed since"
        return "attended since"

    @property
    def row(self) -> tuple[object, ...]:
        before, now = self.before, self.now
        gone = now is None
        return (
            self.what, before.reference, before.offer, before.title or "", before.session_id or "",
            f"{before.starts_at:%Y-%m-%d %H:%M}" if before.starts_at else "", before.state,
            now.state if now else "not there", before.id, (before.name or "") if gone else "",
            (before.address or "ring: no address") if gone else "look up the reference",
        )  # fmt: skip


def differing(before: Iterable[Stands], now: dict[UUID, Stands], erased: set[UUID]) -> list[Differs]:
    """Those that the two databases have otherwise. Whoever was erased is nobody's to ring."""
    found = []
    for each in before:
        after = now.get(each.id)
        if each.id in erased or (after is None and each.name is None and each.address is None):
            continue
        if after is None or _telling(each) != _telling(after):
            found.append(Differs(each, after))
    return found


def _telling(booking: Stands) -> tuple[object, ...]:
    return (
        booking.state, booking.starts_at, booking.session_status, booking.seats, booking.present,
    )  # fmt: skip


async def stands(connection: asyncpg.Connection, sql: str, value: object) -> list[Stands]:
    return [Stands(**dict(each)) for each in await connection.fetch(sql, value)]


def write(folder: Path, found: list[Differs], now: datetime) -> Path:
    """The list, for the operator's eyes only."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{LIST}-{now:%Y-%m-%dT%H%M%S}.csv"
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "w", newline="", encoding="utf-8") as text:
        table = csv.writer(text)
        table.writerow(COLUMNS)
        table.writerows([_plain(cell) for cell in each.row] for each in found)
    return path


def _plain(cell: object) -> str:
    """What people typed is no formula of a spreadsheet."""
    text = str(cell)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def clear(folder: Path, now: datetime) -> int:
    """Delete lists that are done with. Returns how many."""
    old = [
        path for path in folder.glob(f"{LIST}-*.csv") if path.stat().st_mtime < (now - DIFFERING).timestamp()
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
