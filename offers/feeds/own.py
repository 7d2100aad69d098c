"""Feeds of one's own, at a secret address: what somebody is booked on."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from marketplace.base.clock import at_oslo, today
from marketplace.base.data.database import row, rows
from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.base.signing import secret_hash
from marketplace.settings import settings
from offers.bookings.mine import HELPED, MINE
from offers.catalogue.calendar import Meeting, booking_uid, calendar, session_event, vevent
from offers.feeds.body import Body
from offers.feeds.queries import AFTER, BEFORE, EVENT, FACTS, MOST
from offers.seats.sql import called_off, covers


@dataclass(frozen=True, slots=True)
class Address:
    """Whose a secret address is, and of what: what they are booked on; what they lead (`hosting`); or what an
    organisation arranges."""

    person_id: UUID
    lang: str
    hosting: bool
    organization_id: UUID | None

    @property
    def of_work(self) -> bool:
        return self.hosting or self.organization_id is not None


@dataclass(frozen=True, slots=True)
class OwnMeeting(Meeting):
    """A session that somebody is booked on."""

    booking_id: UUID


async def address_of(secret: str) -> Address:
    """What is at a secret address. Raises NotFound."""
    found = await row(
        Address,
        """SELECT p.id AS person_id, p.lang, a.hosting, a.organization_id FROM calendar_address a
        JOIN person p ON p.id = a.person_id WHERE a.secret_hash = $1 AND a.revoked_at IS NULL""",
        secret_hash(secret),
    )
    if found is None:
        raise NotFound
    return found


async def own_feed(address: Address, now: datetime) -> Body:
    """What the resident with this address is booked on, in their language.

    Sessions they have a seat in, without those they have sent word about. What they cancelled is gone; what the
    organiser cancelled stays until its date has passed.
    """
    start = at_oslo(today(now), time(0))
    found = await rows(
        OwnMeeting,
        f"""SELECT b.id AS booking_id, {EVENT},
            greatest(s.changed_at, o.changed_at, b.changed_at) AS changed_at
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id
        JOIN session s ON s.offer_id = b.offer_id AND {covers()}
        {FACTS.format(lang="$2")}
        WHERE b.id IN ({MINE}) AND NOT {HELPED} AND s.starts_at >= $4 AND s.starts_at < $5
            AND (b.state = 'confirmed'
                OR {called_off()} AND s.status = 'cancelled')
            AND (s.status <> 'cancelled' OR s.ends_at > $3)
            AND NOT EXISTS (SELECT 1 FROM sent_word x WHERE x.booking_id = b.id AND x.session_id = s.id)
        ORDER BY abs(extract(epoch FROM s.starts_at - $3)), s.id, b.id LIMIT {MOST}""",
        address.person_id, address.lang, start, at_oslo(today(now) - BEFORE, time(0)),
        at_oslo(today(now) + AFTER, time(0)),
    )  # fmt: skip
    found.sort(key=lambda session: (session.starts_at, session.id, session.booking_id))

    def made() -> Body:
        vevents = [vevent(session_event(each, booking_uid(each.booking_id, each.id))) for each in found]
        return Body(
            calendar(vevents, name=_("Min kalender fra %(site)s", site=settings().site_name), private=True)
        )

    with speaking(address.lang):
        return await asyncio.to_thread(made)
