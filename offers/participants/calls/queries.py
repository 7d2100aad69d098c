"""Who is to be rung, what about, and who has been."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows, value
from offers.bookings.queries import HIDDEN, reach
from offers.catalogue.queries import offer_text
from offers.participants.queries import SHOWN_NAMES, SIGN
from offers.telling import rules as telling_rules
from offers.telling.models import CallAbout
from offers.telling.queries import rung_by

STANDS = """CASE y.about
    WHEN 'offered' THEN b.state = 'offered'
    WHEN 'promoted' THEN b.state = 'confirmed'
    WHEN 'receipt' THEN b.state = 'confirmed'
    WHEN 'waiting' THEN b.state = 'waiting'
    WHEN 'talk' THEN b.state = 'requested'
    WHEN 'session_moved' THEN s.sequence = y.sequence AND b.ended_by IS NULL
    WHEN 'session_added' THEN s.status <> 'cancelled' AND b.ended_by IS NULL
    WHEN 'asked' THEN b.state = 'confirmed'
    WHEN 'host_message' THEN b.ended_by IS NULL
    WHEN 'organization_closed' THEN b.ended_by IS NULL AND EXISTS (SELECT FROM offer f JOIN organization z
        ON z.id = f.owner_id AND z.state = 'suspended' WHERE f.id = b.offer_id)
    WHEN 'organization_reopened' THEN b.ended_by IS NULL AND EXISTS (SELECT FROM offer f JOIN organization z
        ON z.id = f.owner_id AND z.state = 'approved' WHERE f.id = b.offer_id)
    ELSE true END"""
"""Is what was to be said by call y still true? A later change has a call of its own. That something is cancelled or
declined stays true."""


@dataclass(frozen=True, slots=True)
class Call(telling_rules.Occasion):
    """One call, for those who see the list. `number` is not there for whom it is hidden from them,
    unless they have asked to be rung on it; `reach` says who
    rings (rules.Reach). `until`: a seat is held so long."""

    id: UUID
    booking_id: UUID
    about: str
    name: str
    booker: str | None
    seats: int
    sign: str
    number: str | None
    reach: str
    since: datetime
    until: datetime | None
    title: str
    called_at: datetime | None
    called_by: str | None

    @property
    def words(self) -> str:
        return telling_rules.words(CallAbout(self.about), self)


def _calls(which: str, names: str, number: str) -> str:
    return f"""SELECT y.id, y.about, y.since, y.called_at, d.name AS called_by, b.id AS booking_id, b.seats, b.reply,
        {SIGN}, CASE WHEN b.state = 'offered' THEN b.held_until END AS until,
        {names}, coalesce(y.number, {number}) AS number, {reach(HIDDEN)} AS reach, t.title, s.starts_at,
        s.ends_at, s.note, v.name AS venue, m.text,
        EXISTS (SELECT FROM phone_call u WHERE u.booking_id = b.id AND u.session_id = s.id
            AND u.about = 'session_moved' AND u.called_at IS NULL) AS unheard
    FROM phone_call y JOIN booking b ON b.id = y.booking_id JOIN seat_pool p ON p.id = b.pool_id
        JOIN offer o ON o.id = b.offer_id JOIN {offer_text("$2")} t ON true
        JOIN person n ON n.id = b.participant_id JOIN person k ON k.id = b.booked_by_id
        LEFT JOIN contact_point c ON c.id = b.contact_id LEFT JOIN person d ON d.id = y.called_by_id
        LEFT JOIN session s ON s.id = coalesce(y.session_id, p.session_id)
        LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id) LEFT JOIN host_message m ON m.id = y.message_id
    WHERE {which} AND (y.called_at IS NOT NULL OR {STANDS})
    ORDER BY y.called_at DESC NULLS FIRST, until NULLS LAST, y.since, y.id LIMIT 500"""


OF_OFFER = _calls(
    "b.offer_id = $1 AND ($3::uuid IS NULL OR coalesce(y.session_id, p.session_id) = $3)",
    SHOWN_NAMES,
    f"CASE WHEN c.channel = 'call' AND NOT {HIDDEN} THEN c.value END",
)
OF_GUIDE = _calls(
    rung_by("$1"), "coalesce(n.name, '–') AS name, k.name AS booker",
    "CASE WHEN c.channel = 'call' THEN c.value END",
)  # fmt: skip


async def calls_of_offer(offer_id: UUID, lang: str, session: UUID | None = None) -> list[Call]:
    """The calls of an offer, or of one session of it: those to be made first, the most urgent before the others; then
    those that were made, newest first. For those who lead it."""
    return await rows(Call, OF_OFFER, offer_id, lang, session)


async def calls_of_guide(guide: UUID, lang: str) -> list[Call]:
    """The same of what a guide has booked for others; with the numbers, which the guide has typed."""
    return await rows(Call, OF_GUIDE, guide, lang)


WAITING = f"""FROM phone_call y JOIN booking b ON b.id = y.booking_id JOIN seat_pool p ON p.id = b.pool_id
    LEFT JOIN session s ON s.id = coalesce(y.session_id, p.session_id)
    WHERE y.called_at IS NULL AND {STANDS}"""


async def to_call(offer_id: UUID) -> int:
    """How many calls of an offer wait to be made."""
    return int(await value(f"SELECT count(*) {WAITING} AND b.offer_id = $1", offer_id))


@dataclass(frozen=True, slots=True)
class Told:
    """What has become of messages: how many are `sent` and the `last` of them, how many wait and since when."""

    sent: int
    last: datetime | None
    waiting: int
    since: datetime | None


async def how_told(offer_id: UUID, acts: Iterable[tuple[CallAbout, str]]) -> Told:
    """What has become of the messages that tell of acts of an offer, as (mail, the act's part of their keys). They are
    known for a month."""
    mails, keys = zip(*acts, strict=True)
    (found,) = await rows(
        Told,
        """SELECT count(m.sent_at) AS sent, max(m.sent_at) AS last,
            count(*) FILTER (WHERE m.sent_at IS NULL AND m.failed_at IS NULL) AS waiting,
            min(m.created_at) FILTER (WHERE m.sent_at IS NULL AND m.failed_at IS NULL) AS since
        FROM unnest($2::text[], $3::text[]) a (mail, act), booking b, outbox_message m
        WHERE b.offer_id = $1 AND m.dedupe_key = a.mail || ':' || a.act || ':' || b.id""",
        offer_id, list(mails), list(keys),
    )  # fmt: skip
    return found
