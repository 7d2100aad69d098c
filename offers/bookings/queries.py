"""Reads of bookings. Who may see what is decided here, where it is fetched."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import column, row, rows, value
from marketplace.base.data.statement import Statement
from marketplace.base.errors import NotFound
from marketplace.base.i18n import speaking
from marketplace.base.text import name_order
from marketplace.people.acting.queries import HELPS, called_by
from marketplace.people.queries import WRITTEN_TO
from offers.bookings import rules
from offers.bookings.rows import BookedDate, FoundBooking, OwnBooking
from offers.catalogue.arriving import is_on
from offers.catalogue.queries import Viewer, offer_text, published
from offers.catalogue.states import Dated
from offers.publishing.questions import rules as asked
from offers.seats import links
from offers.seats.known import told_who_came
from offers.seats.models import ACTIVE
from offers.seats.queries import POOL_COLUMNS, PoolFacts
from organizations.members.queries import HELD, guides


def known(found: Any) -> dict[str, Any]:
    """A row's fields, for the class that has more than its columns."""
    return {each.name: getattr(found, each.name) for each in fields(found)}


class Represented(NamedTuple):
    """An organisation that somebody can come for."""

    id: UUID
    name: str


async def represented(slug: str, viewer: Viewer) -> list[Represented]:
    """The viewer's organisations that are asked to an offer for members: whom they can come for."""
    if not viewer.organizations:
        return []
    return await rows(
        Represented,
        f"""SELECT w.id, w.name FROM offer o JOIN offer_audience_organization a ON a.offer_id = o.id
            JOIN organization w ON w.id = a.organization_id
        WHERE o.slug = $1 AND o.visibility = 'members' AND w.id = ANY($2) ORDER BY {name_order('w.name')}, w.id""",
        slug, list(viewer.organizations),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundBookable(PoolFacts, Dated, asked.Asks):
    """The statement's row. `status`: of the one session that it is of, if it is of one."""

    slug: str
    keep_months: int
    owner: str
    title: str
    text_lang: str
    session_starts: datetime | None
    session_ends: datetime | None
    status: str | None
    note: str | None
    session_count: int
    next_session_at: datetime | None
    next_session_ends: datetime | None
    venue: str | None
    age_from: int | None
    age_to: int | None
    questions: str | None


@dataclass(frozen=True, slots=True)
class Bookable(FoundBookable):
    """What the booking form and its errors need; `represents`: the organisations that they can come for."""

    represents: list[Represented]


async def bookable(slug: str, session: UUID | None, viewer: Viewer, lang: str) -> Bookable:
    """What the booking form and its errors need: offer, session, place and seats.

    Without `session` the offer's own pool. Raises NotFound when there is nothing to book or nothing to be seen.
    """
    asking = Statement(slug, lang)
    seen = published(viewer).within(asking)
    which = "p.session_id IS NULL"
    if session is not None:
        which = f"p.session_id = {asking.value(session)}"
    found = await row(
        FoundBookable,
        f"""SELECT {POOL_COLUMNS}, o.slug, o.keep_months, w.name AS owner, t.title, t.lang AS text_lang,
            s.starts_at AS session_starts, s.ends_at AS session_ends, s.status, s.note, o.session_count,
            o.next_session_at, o.next_session_ends, v.name AS venue, {asked.ASKED}
        FROM offer o JOIN organization w ON w.id = o.owner_id JOIN seat_pool p ON p.offer_id = o.id AND {which}
        JOIN {offer_text("$2")} t ON true
        LEFT JOIN session s ON s.id = p.session_id
        LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id)
        WHERE o.slug = $1 AND {seen}""",
        *asking.values,
    )
    if found is None:
        raise NotFound
    return Bookable(**known(found), represents=await represented(slug, viewer))


WISHED = "(n.shielded OR k.shielded)"
"""Has participant n or booker k of a booking wished for an alias? So say pages that whoever booked reads."""
HIDDEN = f"""({WISHED} OR NOT b.by_host AND EXISTS (SELECT FROM contact_point typed
    JOIN contact_point own ON own.value = typed.value AND own.verified_at IS NOT NULL
    JOIN person z ON z.id = own.person_id AND z.shielded WHERE typed.id = b.contact_id))"""
"""Is there an alias in place of participant n and booker k of booking b, and no address? For lists of those who lead,
and messages to the address. One of them wants it, and whoever is with somebody who does not want to be found would tell
where they are; or it was made with an address or number that somebody who wants it has proven theirs: as a guest, or by
a guide. No page that whoever typed the address sees may depend on that; and what those who lead have typed themselves
they know: an alias in its place would only tell them whose address it is."""


STILL_AT_DESK = f"""({guides("h.actor_id", "h.desk_id")}
    OR h.desk_id IN (SELECT g.organization_id FROM {HELD} g WHERE g.role = 'guide'))"""
"""Is the guide of acts_for h at that desk still, or anybody else who rings in their place?"""


def reach(hidden: str) -> str:
    """SQL: who gives word about booking b (rules.Reach). A number that is `hidden` shows to nobody but the guide who
    booked with it, or who is left at their desk (telling/queries.py)."""
    return f"""CASE WHEN {WRITTEN_TO} THEN 'written' WHEN c.channel IS DISTINCT FROM 'call' THEN 'nobody'
    WHEN NOT {hidden} THEN 'call'
    WHEN EXISTS (SELECT FROM {HELPS} AND h.actor_id = b.booked_by_id AND {STILL_AT_DESK}) THEN 'guide'
    ELSE 'nobody' END"""


NAMED = f"CASE WHEN c.person_id = b.participant_id THEN n.name ELSE {called_by('b.booked_by_id')} END"
"""What participant n of booking b is called where its messages go (contact point c), and on the pages of its link."""
BOOKING = f"""SELECT b.id, b.state, b.ended_by, b.seats, b.reference, b.link_version, b.queue_no, b.held_until,
    b.reply, b.talk_asked_at, b.created_at, b.changed_at, b.pool_id, b.booked_by_id, b.participant_id,
    b.made_with_id, b.moved_to_id, {NAMED} AS participant,
    CASE WHEN c.person_id = b.participant_id THEN n.name ELSE k.name END AS booker,
    CASE WHEN {WISHED} THEN left(b.reference, 3) END AS alias, {HIDDEN} AS hidden, c.channel, c.value AS address,
    {reach(WISHED)} AS reach, {told_who_came()} AS tells_who_came,
    o.id AS offer_id, o.slug, o.kind, o.joining, o.sensitive, o.promotion, o.hold_hours, o.phone AS offer_phone,
    o.online_url, o.state AS offer_state, o.state = 'published' AND w.state = 'approved' AS open,
    w.state = 'suspended' AS closed, w.name AS owner, w.phone AS owner_phone, w.email AS owner_email, t.title,
    t.lang AS text_lang, t.meets_you, t.way_in, t.bring, p.waiting AS waiting_there, p.session_id AS pool_session_id,
    p.starts_at, p.ends_at, p.sequence
FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN offer o ON o.id = b.offer_id
    JOIN organization w ON w.id = o.owner_id JOIN person n ON n.id = b.participant_id
    JOIN person k ON k.id = b.booked_by_id LEFT JOIN contact_point c ON c.id = b.contact_id
    JOIN {offer_text("$2")} t ON true"""


async def booking(booking_id: UUID, lang: str) -> OwnBooking:
    """One booking with its offer, its sessions and its place in the queue. Raises NotFound.

    Its alias stands there while the booking is on: whoever comes must know it. What their address alone tells stands in
    messages to it (`booking_in_mail`).
    """
    found = await row(FoundBooking, f"{BOOKING} WHERE b.id = $1", booking_id, lang)
    if found is None:
        raise NotFound
    sessions = await rows(
        BookedDate,
        f"""SELECT s.id, s.starts_at, s.ends_at, s.status, s.note, s.sequence, s.changed_at, v.name AS venue,
            v.street, v.postcode, v.city, v.lat, v.lon, {is_on()} AS checks_in,
            EXISTS (SELECT 1 FROM sent_word x WHERE x.session_id = s.id AND x.booking_id = $1) AS sent_word
        FROM session s JOIN offer o ON o.id = s.offer_id LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id)
        WHERE s.offer_id = $2 AND ($3::uuid IS NULL OR s.id = $3) ORDER BY s.starts_at""",
        booking_id, found.offer_id, found.pool_session_id,
    )  # fmt: skip
    place = None
    if found.waiting:
        place = await value(
            "SELECT count(*) FROM booking WHERE pool_id = $1 AND state = 'waiting' AND queue_no <= $2",
            found.pool_id, found.queue_no,
        )  # fmt: skip
    with speaking(lang):
        party = rules.party_words(found.participant or "", found.seats)
    return OwnBooking(
        **(known(found) | {"alias": found.alias if found.active else None}),
        sessions=sessions,
        place=place,
        path=links.link_path(found.id, found.link_version),
        party=party,
    )


async def booking_in_mail(booking_id: UUID, lang: str) -> OwnBooking:
    """The same for a message, which goes to the address of the booking and nobody else: with the alias that lists show
    because of that address. Raises NotFound."""
    found = await booking(booking_id, lang)
    return replace(found, alias=found.reference[:3]) if found.hidden and found.active else found


class NoSuchLink(NotFound):
    """The link of a booking that does not open one. Its page says how to find the booking."""

    page = "booking_link"


async def booking_by_token(token: str, lang: str) -> OwnBooking:
    """The booking that a link in a message opens. Raises NoSuchLink for any other link, also a revoked one, and when
    the participant is forgotten (marketplace/privacy)."""
    whose = links.opened_by(token)
    if whose is None:
        raise NoSuchLink
    booking_id, version = whose
    try:
        found = await booking(booking_id, lang)
    except NotFound:
        raise NoSuchLink from None
    if found.link_version != version or found.participant is None:
        raise NoSuchLink
    return found


async def others_by_address(booking_id: UUID) -> list[str]:
    """References of the other active bookings in the same pool, or of a conversation at another time, whose messages go
    to the same address. Two people may share it, so nothing is refused; but whoever booked twice by mistake should
    know."""
    found = await column(
        """SELECT o.reference FROM booking b JOIN contact_point c ON c.id = b.contact_id
        JOIN contact_point x ON x.channel = c.channel AND x.value = c.value
        JOIN booking o ON o.contact_id = x.id AND o.offer_id = b.offer_id AND o.id <> b.id
        JOIN seat_pool p ON p.id = o.pool_id JOIN offer f ON f.id = o.offer_id
        WHERE b.id = $1 AND (p.id = b.pool_id OR f.kind = 'conversation' AND p.ends_at > b.created_at)
            AND o.state = ANY($2) ORDER BY o.id LIMIT 20""",
        booking_id, list(ACTIVE),
    )  # fmt: skip
    return [links.shown_reference(reference) for reference in found]
