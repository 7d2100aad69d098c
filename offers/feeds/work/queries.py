"""Calendars of those who lead and arrange: their dates, with how many come and nobody's name."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import NamedTuple
from uuid import UUID

from marketplace.base.clock import at_oslo, today
from marketplace.base.data.database import rows, value
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext, speaking
from marketplace.base.text import name_order
from marketplace.settings import settings
from offers.catalogue.calendar import Event, Meeting, calendar, session_event, vevent, work_uid
from offers.feeds.body import Body
from offers.feeds.own import Address
from offers.feeds.queries import AFTER, BEFORE, EVENT, FACTS, MOST
from offers.rights.queries import LEADS
from offers.seats.sql import covers
from organizations.members.queries import HELD

ROLE = f"""SELECT w.name FROM {HELD} m JOIN organization w ON w.id = m.organization_id
    WHERE m.person_id = $1 AND m.role = ANY($2) AND m.state = 'approved' AND ($3::uuid IS NULL OR w.id = $3) LIMIT 1"""
LEADING, ARRANGING = ["host", "editor", "manager"], ["editor", "manager"]
"""Who may have a calendar of what they lead, and of what an organisation arranges."""


COUNTED = "(p.id IS NOT NULL AND NOT o.sensitive AND ($6::uuid IS NULL OR o.owner_id = $6))"
"""Do the numbers of a pool stand in this calendar? Not of a sensitive offer: calendars are shared. Where they do not,
no stamp may tell that they have changed."""
ARRANGES = """(o.owner_id = $6 OR EXISTS (
    SELECT FROM offer_organizer g WHERE g.offer_id = o.id AND g.organization_id = $6))"""


async def may_follow(person: UUID, organization: UUID | None) -> str | None:
    """Has the person a role that gives them this calendar, in an approved organisation? Its name, else None."""
    found: str | None = await value(ROLE, person, ARRANGING if organization else LEADING, organization)
    return found


@dataclass(frozen=True, slots=True)
class WorkMeeting(Meeting):
    """A session with the numbers of its pool, None where there is none. `counted`: they stand in this calendar."""

    capacity: int | None
    taken: int | None
    waiting: int | None
    counted: bool


async def work_feed(address: Address, now: datetime) -> Body:
    """The feed of an address (queries.py:address_of) of what somebody leads, or what an organisation arranges, in the
    person's language. When their role has ended, or the organisation is not approved, it has nothing in it any more: a
    404 would leave the dates with whoever subscribes.

    What is arranged with others stands without numbers in the calendar of those who do not own it, as on their pages.
    """
    person, organization = address.person_id, address.organization_id
    name = await may_follow(person, organization)
    if name is None:
        return Body(calendar([], name=settings().site_name, private=True))
    mine = ARRANGES if organization else f"$6::uuid IS NULL AND {LEADS}"
    start = at_oslo(today(now), time(0))
    found = await rows(
        WorkMeeting,
        f"""SELECT {EVENT}, p.capacity, p.taken, p.waiting, {COUNTED} AS counted,
            greatest(s.changed_at, o.changed_at, CASE WHEN {COUNTED} THEN greatest(
                (SELECT max(b.changed_at) FROM booking b WHERE b.pool_id = p.id),
                (SELECT max(a.at) FROM audit_entry a WHERE a.object_id = p.id)) END) AS changed_at
        FROM session s {FACTS.format(lang="$2")}
        LEFT JOIN seat_pool p ON p.offer_id = o.id AND {covers()}
        WHERE {mine} AND $1::uuid IS NOT NULL AND w.state = 'approved' AND o.state IN ('published', 'cancelled')
            AND s.starts_at >= $4 AND s.starts_at < $5
            AND CASE s.status WHEN 'cancelled' THEN s.ends_at > $3 ELSE o.state = 'published' END
        ORDER BY abs(extract(epoch FROM s.starts_at - $3)), s.id LIMIT {MOST}""",
        person, address.lang, start, at_oslo(today(now) - BEFORE, time(0)), at_oslo(today(now) + AFTER, time(0)),
        organization,
    )  # fmt: skip
    found.sort(key=lambda session: (session.starts_at, session.id))
    with speaking(address.lang):
        title = _("%(name)s: det vi arrangerer", name=name) if organization else _("Det jeg leder")
        return await asyncio.to_thread(
            lambda: Body(calendar([vevent(work_event(each)) for each in found], name=title, private=True))
        )


def work_event(meeting: WorkMeeting) -> Event:
    """The session with how many come and wait, where its numbers stand in this calendar."""
    event = session_event(meeting, work_uid(meeting.id))
    if not meeting.counted:
        return event
    numbers = counts(meeting.taken or 0, meeting.capacity, meeting.waiting or 0)
    return replace(
        event, summary=f"{event.summary} ({numbers})", description=f"{numbers}\n\n{event.description}"
    )


def counts(taken: int, capacity: int | None, waiting: int) -> str:
    """7 av 10, 2 venter; or 7 påmeldte where there is no limit."""
    if capacity is None:
        come = ngettext("%(num)s påmeldt", "%(num)s påmeldte", taken)
    else:
        come = _("%(taken)s av %(capacity)s", taken=taken, capacity=capacity)
    return f"{come}, {_('%(number)s venter', number=waiting)}" if waiting else come


class Made(NamedTuple):
    """When an address was made. No organisation: it is of what one leads."""

    organization_id: UUID | None
    created_at: datetime


async def addresses(person: UUID) -> dict[UUID | None, datetime]:
    """When the addresses that the person has were made: of what they lead under None, else by organisation."""
    found = await rows(
        Made,
        """SELECT organization_id, created_at FROM calendar_address
        WHERE person_id = $1 AND revoked_at IS NULL AND (hosting OR organization_id IS NOT NULL)""",
        person,
    )
    return {each.organization_id: each.created_at for each in found}


class Arranger(NamedTuple):
    """An organisation whose calendar somebody may have."""

    id: UUID
    slug: str
    name: str


async def arranging(person: UUID) -> list[Arranger]:
    """The approved organisations that the person publishes for, by name."""
    return await rows(
        Arranger,
        f"""SELECT w.id, w.slug, w.name FROM {HELD} m JOIN organization w ON w.id = m.organization_id
        WHERE m.person_id = $1 AND m.role = ANY($2) AND m.state = 'approved'
        GROUP BY w.id ORDER BY {name_order('w.name')}, w.id""",
        person, ARRANGING,
    )  # fmt: skip
