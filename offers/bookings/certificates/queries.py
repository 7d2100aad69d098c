"""Reads of what certificates say. A register counts when it is closed, and a session when it was held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, rows
from offers.bookings.certificates.rules import WAITED_FOR, Attended, earned
from offers.bookings.queries import NAMED
from offers.catalogue.queries import offer_text
from offers.catalogue.recorded import MARKS, begun, recorded
from offers.seats.known import told_who_came

COLUMNS = """b.id AS booking_id, b.state = 'confirmed' AND p.session_id IS NULL AND n.name IS NOT NULL AS confirmed,
    o.certificate_share AS share, x.met, x.held, x.came, x.minutes, x.begun, p.ends_at"""
"""Of an Attended; `joined` stands after FROM booking b."""


def joined(now: str) -> str:
    """What COLUMNS needs, with the parameter that is the moment."""
    return f"""JOIN seat_pool p ON p.id = b.pool_id JOIN offer o ON o.id = b.offer_id
    JOIN person n ON n.id = b.participant_id
    CROSS JOIN LATERAL (
        SELECT count(*)::int AS met, count(*) FILTER (WHERE {recorded()})::int AS held,
            count(a.id)::int AS came,
            coalesce(sum(extract(epoch FROM s.ends_at - s.starts_at) / 60) FILTER (WHERE a.id IS NOT NULL), 0)::int
                AS minutes,
            count(*) FILTER (WHERE NOT {recorded()} AND ({begun()}
                OR s.ends_at > {now} - interval '{WAITED_FOR.days} days'))::int AS begun
        FROM session s LEFT JOIN {MARKS} a ON a.session_id = s.id AND a.booking_id = b.id AND a.state = 'present'
        WHERE s.offer_id = b.offer_id AND s.status <> 'cancelled' AND s.ends_at <= {now}
    ) x"""


OF = f"""SELECT {COLUMNS} FROM booking b {joined("$2::timestamptz")}
WHERE b.id = ANY($1) AND o.certificate_share IS NOT NULL"""


async def attended(booking: UUID, now: datetime) -> Attended | None:
    """What registers say of a booking. None: there are no certificates of what it is for."""
    return await row(Attended, OF, [booking], now)


async def with_certificate(bookings: Sequence[UUID], now: datetime, reader: UUID | None = None) -> set[UUID]:
    """Those of the bookings that there is a certificate of, as far as whoever has their link, signed in as `reader` or
    as nobody, may hear who came."""
    found = await rows(
        Attended,
        f"""{OF} AND (b.participant_id = $3::uuid
            OR EXISTS (SELECT FROM booking x LEFT JOIN contact_point c ON c.id = x.contact_id
                WHERE x.id = b.id AND {told_who_came("x")}))""",
        [*bookings], now, reader,
    )  # fmt: skip
    return {one.booking_id for one in found if earned(one, now)}


@dataclass(frozen=True, slots=True)
class Course:
    """What a certificate says besides: who, at what, by whom, and the language of their messages."""

    name: str
    lang: str
    title: str
    text_lang: str
    owner: str
    starts_at: datetime
    ends_at: datetime


async def course(booking: UUID, lang: str | None) -> Course | None:
    """The course of a booking in a language; None: in that of the booking's messages, and for
    those who lead it."""
    return await row(
        Course,
        f"""SELECT CASE WHEN $2 IS NULL THEN n.name ELSE {NAMED} END AS name,
            coalesce($2, b.lang) AS lang, t.title, t.lang AS text_lang,
            w.name AS owner, p.starts_at, p.ends_at
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN offer o ON o.id = b.offer_id
            JOIN organization w ON w.id = o.owner_id JOIN person n ON n.id = b.participant_id
            LEFT JOIN contact_point c ON c.id = b.contact_id JOIN {offer_text("coalesce($2, b.lang)")} t ON true
        WHERE b.id = $1 AND n.name IS NOT NULL AND p.starts_at IS NOT NULL AND p.ends_at IS NOT NULL""",
        booking, lang,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Time:
    """A session that they were at."""

    starts_at: datetime
    ends_at: datetime


async def times(booking: UUID, now: datetime) -> list[Time]:
    """When they were there."""
    return await rows(
        Time,
        f"""SELECT s.starts_at, s.ends_at FROM {MARKS} a JOIN session s ON s.id = a.session_id
        WHERE a.booking_id = $1 AND a.state = 'present' AND s.status <> 'cancelled' AND s.ends_at <= $2
        ORDER BY s.starts_at, s.id""",
        booking, now,
    )  # fmt: skip
