"""Reads of registers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, rows
from marketplace.base.text import by_name
from offers.attendance.rules import Attendee, alike
from offers.bookings.companions.queries import NAMES
from offers.bookings.queries import HIDDEN
from offers.catalogue.recorded import recorded
from offers.participants.queries import SIGN
from offers.seats.known import proven
from offers.seats.sql import covers


def came_late(session: str = "s", booking: str = "b") -> str:
    """SQL: they got their place when the session was over, so nobody can say that they were away."""
    return f"({booking}.seated_at >= {session}.ends_at)"


def parties(sign: str, shielded: str, companions: str, booker: str = "") -> str:
    """SQL: the confirmed parties of session s, as `Attendee` has them. `booker`: joins whoever booked, where that is
    asked."""
    return f"""SELECT b.id AS booking_id, b.participant_id, n.name, {sign}, b.seats, c.value AS address,
        {proven()} AS proven, {shielded} AS shielded, x.id IS NOT NULL AS sent_word, {companions} AS companions,
        a.state AS marked, coalesce(a.seats_present, 0) AS seats_present, a.cause, a.recorded_at AS marked_at,
        false AS alike, {came_late()} AS late
    FROM session s JOIN seat_pool p ON p.offer_id = s.offer_id AND {covers()}
    JOIN booking b ON b.pool_id = p.id AND b.state = 'confirmed'
    JOIN person n ON n.id = b.participant_id {booker}
    LEFT JOIN contact_point c ON c.id = b.contact_id
    LEFT JOIN sent_word x ON x.booking_id = b.id AND x.session_id = s.id
    LEFT JOIN attendance a ON a.booking_id = b.id AND a.session_id = s.id"""


UNSHOWN = parties("'' AS sign", "true", "'{}'::text[]")
"""For what shows nobody: who has an alias, and who comes along, is not asked."""
SHOWN = parties(SIGN, HIDDEN, f"CASE WHEN {HIDDEN} THEN '{{}}' ELSE {NAMES} END",
                "JOIN person k ON k.id = b.booked_by_id")  # fmt: skip


async def parties_of(session_id: UUID) -> list[Attendee]:
    """The confirmed parties of a session, through its own pool or the offer's, each with what its register says of
    it: for what shows nobody, in any order."""
    return await rows(Attendee, f"{UNSHOWN} WHERE s.id = $1", session_id)


async def expected(session_id: UUID) -> list[Attendee]:
    """The same under their names, as people read it: who is called the same is told apart, and it is sorted (Å after
    Ø)."""
    found = await rows(Attendee, f"{SHOWN} WHERE s.id = $1", session_id)
    same = alike((party.booking_id, party.name, party.shielded) for party in found)
    told = [party._replace(alike=True) if party.booking_id in same else party for party in found]
    return sorted(told, key=lambda party: by_name(party.sign if party.shielded else party.name))


EARLIER_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Earlier:
    """A session that was. `saved`: is its register closed, so that it counts?"""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    saved: bool


async def earlier(offer_id: UUID, session_id: UUID, starts_at: datetime, now: datetime) -> list[Earlier]:
    """The sessions of an offer that have begun and were before this one, the latest first; of those that began together
    each is before another, so that none is lost. One page, and one more that tells that there are more."""
    return await rows(
        Earlier,
        f"""SELECT s.id, s.starts_at, s.ends_at, {recorded()} AS saved FROM session s
        WHERE s.offer_id = $1 AND (s.starts_at, s.id) < ($2, $3) AND s.starts_at <= $4 AND s.status <> 'cancelled'
        ORDER BY s.starts_at DESC, s.id DESC LIMIT {EARLIER_SHOWN + 1}""",
        offer_id, starts_at, session_id, now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Register:
    """A register as it stands. `saved_at`: None: nobody has marked anything; `closed_at`: None: it counts nowhere yet.
    `by_clock`: the clock closed it. The heads and the volunteers are None where nobody has counted. `ended_at`: when
    the session was moved; what was tapped before counts no more. `ended`: something had been."""

    saved_at: datetime | None = None
    closed_at: datetime | None = None
    by_clock: bool = False
    volunteers: int | None = None
    head_count: int | None = None
    adults: int | None = None
    children: int | None = None
    counted_at: datetime | None = None
    by_code: int = 0
    accepted: int = 0
    ended_at: datetime | None = None
    ended: bool = False

    @property
    def version(self) -> str:
        """What a form says that it has seen."""
        return self.saved_at.isoformat() if self.saved_at else ""


ACCEPTED = """(SELECT count(*) FROM check_in_browser b
    WHERE b.session_id = s.id AND b.counted_as = 'accepted')"""
"""SQL: how many heads by code of session s a host has taken into the count."""


def moved_at(session: str) -> str:
    """SQL: when the register of this session began anew, for it was moved."""
    return f"(SELECT max(e.ended_at) FROM ended_register e WHERE e.session_id = {session} AND e.ended_by = 'moved')"


MOVED_AT = moved_at("s.id")


def register_of(accepted: str, ended: str) -> str:
    """SQL: the register of session s, as `Register` has it. `accepted`, `ended`: of these two, where they are asked."""
    return f"""SELECT r.saved_at, r.closed_at, coalesce(r.closed_by = 'clock', false) AS by_clock,
        r.volunteers, c.count AS head_count, c.adults, c.children,
        c.recorded_at AS counted_at, coalesce(c.by_code, 0) AS by_code, {accepted} AS accepted,
        {MOVED_AT} AS ended_at, {ended} AS ended
    FROM session s LEFT JOIN register r ON r.session_id = s.id LEFT JOIN head_count c ON c.session_id = s.id"""


JUDGED = register_of("0", "false")
"""For what shows neither heads by code nor what had been before."""
SAVED = register_of(
    ACCEPTED,
    """EXISTS (SELECT FROM ended_register e WHERE e.session_id = s.id
    AND e.ended_by = 'moved' AND (e.marks <> '[]' OR e.head_count IS NOT NULL))""",
)


async def saved(session_id: UUID) -> Register:
    """The register of a session."""
    return await row(Register, f"{SAVED} WHERE s.id = $1", session_id) or Register()
