"""Reads of self check-in."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import column, row, rows
from offers.attendance.check_in import words
from offers.attendance.check_in.rules import Own
from offers.attendance.marking import hold
from offers.attendance.queries import ACCEPTED, MOVED_AT
from offers.bookings.mine import HELPED, MINE
from offers.catalogue.arriving import in_time, is_on
from offers.seats.sql import covers


@dataclass(frozen=True, slots=True)
class Wall:
    """What a host sees of a session's check-in. `version` None: it was never opened."""

    session_id: UUID
    version: int | None
    on: bool
    closed: bool
    by_code: int
    accepted: int
    digest: bytes | None

    @property
    def words(self) -> str:
        """Those on the wall; empty while it is off."""
        return (
            words.words_kept(self.session_id, self.version, self.digest)
            if self.version and self.digest
            else ""
        )


async def wall(session_id: UUID) -> Wall:
    """The check-in of a session, as its hosts see it."""
    found = await row(
        Wall,
        f"""SELECT s.id AS session_id, i.version, i.digest IS NOT NULL AS on, r.closed_at IS NOT NULL AS closed,
            coalesce(c.by_code, 0) AS by_code, {ACCEPTED} AS accepted, i.digest
        FROM session s LEFT JOIN check_in i ON i.session_id = s.id LEFT JOIN register r ON r.session_id = s.id
        LEFT JOIN head_count c ON c.session_id = s.id WHERE s.id = $1""",
        session_id,
    )
    assert found is not None  # whoever asks has fetched the session
    return found


@dataclass(frozen=True, slots=True)
class Open:
    """A session, and whether people who come may say so now. `ended_at`: its register began anew then, for it was
    moved."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    owner_id: UUID
    on: bool
    ended_at: datetime | None

    def at(self, now: datetime) -> bool:
        return self.on and in_time(self.starts_at, self.ends_at, now)


OPEN = f"""SELECT s.id, s.starts_at, s.ends_at, o.owner_id, {is_on()} AS on,
        {MOVED_AT} AS ended_at
    FROM session s JOIN offer o ON o.id = s.offer_id"""


async def of_words(said: str, now: datetime) -> UUID | None:
    """The session that these words are of, if it is open for check-in now."""
    found = await row(
        Open, f"{OPEN} JOIN check_in c ON c.session_id = s.id WHERE c.digest = ANY($1)", words.digests(said)
    )
    return found.id if found and found.at(now) else None


async def held(session_id: UUID) -> Open:
    """The session, whose row is held until the end of the transaction: registers are written under it."""
    await hold(session_id)
    # Asked when the row is ours: what others did to it while we waited is seen.
    found = await row(Open, f"{OPEN} WHERE s.id = $1", session_id)
    assert found is not None  # it is held
    return found


class Speaks(NamedTuple):
    """A booking that somebody may speak for."""

    booking_id: UUID
    seats: int
    participant_id: UUID


async def own(session_id: UUID, person: UUID) -> list[Own]:
    """The bookings of this session that somebody may speak for: as they see them on their page, but for those that a
    guide has made for others."""
    found = await rows(
        Speaks,
        f"""WITH mine AS ({MINE})
        SELECT b.id AS booking_id, b.seats, b.participant_id FROM session s
        JOIN seat_pool p ON p.offer_id = s.offer_id AND {covers()}
        JOIN booking b ON b.pool_id = p.id AND b.state = 'confirmed' AND b.id IN (SELECT id FROM mine)
        WHERE s.id = $2 AND NOT {HELPED} ORDER BY b.id LIMIT 20""",
        person, session_id,
    )  # fmt: skip
    return [Own(each.booking_id, each.seats, each.participant_id == person) for each in found]


async def own_by_link(session_id: UUID, booking_id: UUID) -> list[Own]:
    """The booking whose link is held, if it is of this session."""
    return await rows(
        Own,
        f"""SELECT b.id AS booking_id, b.seats, true AS theirs FROM session s
        JOIN seat_pool p ON p.offer_id = s.offer_id AND {covers()}
        JOIN booking b ON b.pool_id = p.id AND b.state = 'confirmed' AND b.id = $2 WHERE s.id = $1""",
        session_id, booking_id,
    )  # fmt: skip


class Said(NamedTuple):
    """What a check-in has said last of a field of a booking."""

    booking_id: UUID
    field: str
    id: UUID
    value: str | None


async def said_before(session: Open, bookings: list[UUID]) -> dict[tuple[UUID, str], Said]:
    """What those who checked these bookings in have said, since its register began. Call it while it is held."""
    found = await rows(
        Said,
        """SELECT DISTINCT ON (booking_id, field) booking_id, field, id, value FROM register_tap
        WHERE session_id = $1 AND booking_id = ANY($2) AND person_id IS NULL AND substitute_id IS NULL
            AND outcome <> 'refused' AND ($3::timestamptz IS NULL OR arrived_at > $3)
        ORDER BY booking_id, field, arrived_at DESC, version DESC""",
        session.id, bookings, session.ended_at,
    )  # fmt: skip
    return {(each.booking_id, each.field): each for each in found}


async def counted_as(session_id: UUID, browsers: list[bytes]) -> list[str]:
    """What these browsers stand for at a session; nothing of those that have not checked in."""
    return await column(
        "SELECT counted_as FROM check_in_browser WHERE session_id = $1 AND browser = ANY($2)",
        session_id,
        browsers,
    )
