"""What mails to organisations count. Counts and titles only: no name of anybody stands in a mail, and a sensitive offer
is not called by its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows, value
from marketplace.base.post.mail import Mail, name_of
from marketplace.base.text import name_order
from offers.bookings.queries import HIDDEN
from offers.catalogue.opening import has_room
from offers.catalogue.queries import title_in
from offers.catalogue.recorded import HAS_REGISTER, REGISTERS_FOR, begun, recorded
from offers.participants.calls.queries import WAITING
from offers.rights.sql import LED, SEEN
from offers.seats.sql import covers, had_place, left
from organizations.notices.models import Notice
from organizations.notices.queries import told

WAITS = """b.state = 'requested' AND o.state = 'published' AND (p.ends_at IS NULL OR p.ends_at > {now})"""
"""Does booking b of pool p and offer o still ask for an answer? What is over needs none any more."""
SINCE = "coalesce(b.talk_asked_at, b.created_at)"
"""Since when the organisation owes booking b a word: it asked, or it was asked for a talk."""
NAME = f"CASE WHEN NOT o.sensitive THEN {title_in('{lang}')} END"
"""What a mail calls offer o; nothing for a sensitive one."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Requests for one offer that nobody has answered. `title` is None where it is not named."""

    title: str | None
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to one offer in a day, and how it stands now."""

    title: str | None
    booked: int
    cancelled: int
    queued: int
    waiting: int
    full: int


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """One meeting of tomorrow, and how many come to it."""

    title: str | None
    starts_at: datetime
    ends_at: datetime
    coming: int


async def waiting(organization: UUID, lang: str, now: datetime) -> list[Waiting]:
    """What the organisation has not answered, by what a mail calls the offer; who has waited longest comes first."""
    return await rows(
        Waiting,
        f"""SELECT x.title, count(*) AS count, min(x.since) AS since FROM (
            SELECT {NAME.format(lang="$2")} AS title, {SINCE} AS since FROM offer o JOIN booking b ON b.offer_id = o.id
            JOIN seat_pool p ON p.id = b.pool_id WHERE o.owner_id = $1 AND {WAITS.format(now="$3")}) x
        GROUP BY x.title ORDER BY since, {name_order("x.title")}""",
        organization, lang, now,
    )  # fmt: skip


async def still_waiting(bookings: list[UUID], now: datetime) -> bool:
    """Is one of these requests still without an answer?"""
    return bool(
        await value(
            f"""SELECT EXISTS (SELECT FROM booking b JOIN seat_pool p ON p.id = b.pool_id
                JOIN offer o ON o.id = b.offer_id WHERE b.id = ANY($1) AND {WAITS.format(now="$2")})""",
            bookings, now,
        )
    )  # fmt: skip


async def happened(
    organization: UUID, person: UUID, lang: str, starts: datetime, ends: datetime
) -> list[Happened]:
    """What happened between these moments to the offers that the person sees; nothing of those where nothing did.

    What the organisation did itself is no news to it: it answered, gave somebody a seat, took them off, cancelled. Who
    only asked or waited has booked nothing, and gives nothing back. `full` counts dates
    (or the offer) that have no seat left now.
    """
    return await rows(
        Happened,
        f"""SELECT x.title, sum(x.booked)::int AS booked, sum(x.cancelled)::int AS cancelled,
            sum(x.queued)::int AS queued, sum(x.waiting)::int AS waiting, sum(x."full")::int AS "full" FROM (
            SELECT {NAME.format(lang="$3")} AS title,
                count(*) FILTER (WHERE b.created_at >= $4 AND b.created_at < $5 AND NOT b.asked AND NOT b.by_host
                    AND {had_place()} AND (b.waited_at IS NULL OR b.seated_at < b.waited_at)) AS booked,
                count(*) FILTER (WHERE b.changed_at >= $4 AND b.changed_at < $5
                    AND {left()} AND {had_place()}) AS cancelled,
                count(*) FILTER (WHERE b.waited_at >= $4 AND b.waited_at < $5) AS queued,
                max(s.waiting) AS waiting, max(s."full") AS "full"
            FROM offer o JOIN booking b ON b.offer_id = o.id
            CROSS JOIN LATERAL (SELECT sum(p.waiting) AS waiting,
                count(*) FILTER (WHERE NOT {has_room()}) AS "full"
                FROM seat_pool p WHERE p.offer_id = o.id AND (p.ends_at IS NULL OR p.ends_at > $5)) s
            WHERE o.state <> 'draft' AND (b.created_at >= $4 AND b.created_at < $5
                OR b.changed_at >= $4 AND b.changed_at < $5 OR b.waited_at >= $4 AND b.waited_at < $5)
                AND {SEEN.format(organization="$1", person="$2")}
            GROUP BY o.id) x
        WHERE x.booked + x.cancelled + x.queued > 0 GROUP BY x.title ORDER BY {name_order("x.title")} NULLS LAST""",
        organization, person, lang, starts, ends,
    )  # fmt: skip


async def meetings(
    organization: UUID, person: UUID, lang: str, starts: datetime, ends: datetime
) -> list[Tomorrow]:
    """The meetings between these moments of what the person sees, and how many come to each: seats that are taken, less
    those of who sent word. What one just comes to has no list, so nobody can say."""
    return await rows(
        Tomorrow,
        f"""SELECT {NAME.format(lang="$3")} AS title, s.starts_at, s.ends_at,
            coalesce((SELECT sum(b.seats) FROM seat_pool p JOIN booking b ON b.pool_id = p.id AND b.state = 'confirmed'
                WHERE p.offer_id = o.id AND {covers()}
                AND NOT EXISTS (SELECT FROM sent_word x WHERE x.booking_id = b.id AND x.session_id = s.id)), 0)::int
                AS coming
        FROM session s JOIN offer o ON o.id = s.offer_id
        WHERE s.starts_at >= $4 AND s.starts_at < $5 AND s.status <> 'cancelled' AND o.state = 'published'
            AND EXISTS (SELECT FROM seat_pool p WHERE p.offer_id = o.id
                AND {covers()})
            AND {SEEN.format(organization="$1", person="$2")}
        ORDER BY s.starts_at, s.id""",
        organization, person, lang, starts, ends,
    )  # fmt: skip


def key_of(mail: Mail, organization: UUID | str, person: UUID | str, act: str) -> str:
    """The key of a message to a member. A `person` % is any of them, for LIKE."""
    return f"{name_of(mail)}:{organization}:{person}:{act}"


async def nobody_got(mail: Mail, organization: UUID, act: str) -> int:
    """How many messages of this act to members of the organisation have come back or were given up."""
    return int(
        await value(
            "SELECT count(*) FROM outbox_message WHERE mail = $1 AND dedupe_key LIKE $2 AND failed_at IS NOT NULL",
            name_of(mail), key_of(mail, organization, "%", f"{act}%"),
        )
    )  # fmt: skip


LACKS_REGISTER = (
    f"""{HAS_REGISTER} AND s.ends_at <= {{now}} AND s.starts_at > {{since}} AND NOT {recorded()}"""
)
"""Is session s of offer o over, lately, and nobody has said who came? As organizers see it on /manage."""


async def lacking_registers(organization: UUID, person: UUID, now: datetime) -> int:
    """Sessions of the organisation that the person sees, and whose register nobody has saved."""
    number: int = await value(
        f"""SELECT count(*) FROM offer o JOIN session s ON s.offer_id = o.id
        WHERE {LACKS_REGISTER.format(now="$3", since="$4")} AND {SEEN.format(organization="$1", person="$2")}""",
        organization, person, now, now - REGISTERS_FOR,
    )  # fmt: skip
    return number


ASKED_STILL = "y.about = 'asked' AND y.called_at IS NULL AND b.state = 'confirmed'"
"""Does call y wait, which somebody who is booked (b) has asked for?"""


async def waits_for_call(call: UUID) -> UUID | None:
    """The session that a call is about which somebody has asked for; None when they have been rung, or have left."""
    session: UUID | None = await value(
        f"""SELECT y.session_id FROM phone_call y JOIN booking b ON b.id = y.booking_id
        WHERE y.id = $1 AND {ASKED_STILL}""",
        call,
    )
    return session


OF_YESTERDAY = f"""{LACKS_REGISTER.format(now="{ends}", since="{since}")} AND s.ends_at >= {{starts}}
    AND {SEEN} AND {LED}"""
"""Was session s over on that day, of an offer that the person leads, and is not known yet who came?"""
MOST = 10


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A session of yesterday of which it is not known who came. `title`: None where it is not named; `begun`: something
    is marked, so that it closes by itself; `total`: how many there are."""

    id: UUID
    title: str | None
    starts_at: datetime
    ends_at: datetime
    begun: bool
    total: int


async def unrecorded(
    organization: UUID, person: UUID, lang: str, starts: datetime, ends: datetime
) -> list[Unrecorded]:
    """Those that ended between these moments, the earliest first."""
    lacks = OF_YESTERDAY.format(
        organization="$1", person="$2", starts="$4::timestamptz", ends="$5::timestamptz", since="$6"
    )
    return await rows(
        Unrecorded,
        f"""SELECT s.id, {NAME.format(lang="$3")} AS title, s.starts_at, s.ends_at, {begun()} AS begun,
            count(*) OVER () AS total
        FROM session s JOIN offer o ON o.id = s.offer_id WHERE {lacks}
        ORDER BY s.starts_at, s.id LIMIT {MOST}""",
        organization, person, lang, starts, ends, starts - REGISTERS_FOR,
    )  # fmt: skip


OTHERS_WAIT = f"""{WAITING} AND y.since > {{since}} AND (y.about = 'asked' OR s.ends_at IS NULL OR s.ends_at > {{now}})
    AND (y.number IS NOT NULL OR EXISTS (SELECT FROM booking q JOIN person n ON n.id = q.participant_id
        JOIN person k ON k.id = q.booked_by_id WHERE q.id = b.id AND NOT {HIDDEN}))"""
"""Calls y that those who lead are to make, about what is not over yet. Whose number is hidden from them is rung by
whoever booked."""


async def calls_waiting(organization: UUID, person: UUID, now: datetime) -> int:
    """How many calls wait that the person could make as a member of this organisation."""
    number: int = await value(
        f"""SELECT count(*) {OTHERS_WAIT.format(now="$3", since="$4")}
            AND EXISTS (SELECT FROM offer o WHERE o.id = b.offer_id
                AND {SEEN.format(organization="$1", person="$2")})""",
        organization, person, now, now - REGISTERS_FOR,
    )  # fmt: skip
    return number


@dataclass(frozen=True, slots=True)
class Changed:
    """A session that somebody else has moved or cancelled. `title`: None where it is not named."""

    title: str | None
    starts_at: datetime
    ends_at: datetime
    called_off: bool


async def changed(
    organization: UUID, person: UUID, lang: str, sessions: Mapping[str, int], now: datetime
) -> list[Changed]:
    """Those of these sessions, of these versions, that the person leads and that are not over: what was changed again
    has a message of its own."""
    return await rows(
        Changed,
        f"""SELECT {NAME.format(lang="$3")} AS title, s.starts_at, s.ends_at, s.status = 'cancelled' AS called_off
        FROM unnest($4::uuid[], $5::int[]) AS x (id, sequence) JOIN session s USING (id, sequence)
        JOIN offer o ON o.id = s.offer_id
        WHERE s.ends_at > $6 AND {SEEN.format(organization="$1", person="$2")} AND {LED.format(person="$2")}
        ORDER BY s.starts_at, s.id""",
        organization, person, lang, list(sessions), list(sessions.values()), now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToldMember:
    """A member of an organisation who is told, and where (organizations/notices/queries.told)."""

    organization_id: UUID
    person_id: UUID
    lang: str
    channel: str
    value: str


async def whom_to_ask(starts: datetime, ends: datetime) -> list[ToldMember]:
    """Those who lead what ended between these moments and is not recorded."""
    lacks = OF_YESTERDAY.format(
        organization="t.organization_id", person="t.person_id", starts="$1::timestamptz", ends="$2::timestamptz",
        since="$3",
    )  # fmt: skip
    return await rows(
        ToldMember,
        f"""SELECT t.* FROM {told(Notice.REGISTERS)} t WHERE EXISTS (
            SELECT FROM session s JOIN offer o ON o.id = s.offer_id WHERE {lacks})
        ORDER BY t.organization_id, t.person_id""",
        starts, ends, starts - REGISTERS_FOR,
    )  # fmt: skip
