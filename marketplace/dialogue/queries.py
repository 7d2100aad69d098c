"""Reads of Frivillighetsdialogen. Fetching is permission: its coordinators, and for a meeting those who lead it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marketplace.base.clock import month_start
from marketplace.base.data.database import row, rows
from marketplace.base.data.statement import Statement
from marketplace.base.errors import NotFound
from marketplace.base.text import name_order
from marketplace.dialogue.models import Dialogue, DialogueMeeting
from offers.catalogue.models import Session
from offers.catalogue.queries import offer_text, published, viewer_of
from offers.catalogue.recorded import MARKS
from offers.catalogue.states import Dated
from offers.rights.queries import offer_led_by
from organizations.members.queries import coordinated_municipalities

THERE_OF_ALL = f"""there AS (
    SELECT m.id AS meeting_id, x.organization_id FROM dialogue_meeting m
        JOIN meeting_organization x ON x.meeting_id = m.id WHERE m.dialogue_id = ANY($1)
    UNION SELECT m.id, b.organization_id FROM dialogue_meeting m JOIN session s ON s.offer_id = m.offer_id
            AND s.status <> 'cancelled'
        JOIN {MARKS} a ON a.session_id = s.id AND a.state = 'present' JOIN booking b ON b.id = a.booking_id
    WHERE m.dialogue_id = ANY($1) AND b.organization_id IS NOT NULL AND NOT m.nobody_came
        AND NOT EXISTS (SELECT FROM meeting_organization x WHERE x.meeting_id = m.id))"""
"""Which organisations were at which meeting of the dialogues $1: as was said of it; else as the register has it."""
THERE = THERE_OF_ALL.replace("= ANY($1)", "= $1")
"""The same of one dialogue."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many members a dialogue has, and when it meets next."""

    id: UUID
    members: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation in a dialogue, and at how many meetings it was."""

    id: UUID
    slug: str
    name: str
    joined_at: datetime
    meetings: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation that could be in it."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Listed(Dated):
    """A meeting in a list. No `organizations`: nobody has said who was there, unless `nobody_came`."""

    slug: str
    title: str
    lang: str
    starts_at: datetime
    ends_at: datetime
    status: str
    venue: str | None
    organizations: int
    nobody_came: bool


@dataclass(frozen=True, slots=True)
class Aim:
    """A goal about a dialogue, for a link."""

    slug: str
    target: int
    year: int


@dataclass(frozen=True, slots=True)
class When(Dated):
    """When and where a meeting is."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    sequence: int
    note: str
    venue: str | None
    street: str | None
    city: str | None


@dataclass(frozen=True, slots=True)
class Attending:
    """An organisation at a meeting: has somebody booked for it, and was it there?"""

    id: UUID
    name: str
    booked: bool
    there: bool


@dataclass(frozen=True, slots=True)
class Fewest:
    """The fewest organisations that were at any meeting of a year until then."""

    dialogue_id: UUID
    year: int
    number: int


async def dialogues(person: Any) -> list[tuple[Dialogue, Standing]]:
    """The dialogues of the person's municipalities, by their address."""
    reached = await coordinated_municipalities(person.id)
    found = await Dialogue.filter(municipality_id__in=reached).order_by("slug")
    facts = await rows(
        Standing,
        """SELECT d.id, (SELECT count(*) FROM dialogue_member x WHERE x.dialogue_id = d.id AND x.left_at IS NULL)
            AS members, (SELECT min(o.next_session_at) FROM dialogue_meeting m JOIN offer o ON o.id = m.offer_id
            WHERE m.dialogue_id = d.id AND o.state = 'published') AS next_at
        FROM dialogue d WHERE d.id = ANY($1)""",
        [dialogue.id for dialogue in found],
    )
    about = {fact.id: fact for fact in facts}
    return [(dialogue, about[dialogue.id]) for dialogue in found]


async def dialogue_of(person: Any, slug: str) -> Dialogue:
    """A dialogue with the unit that coordinates it, for coordinators of its municipality. Raises NotFound."""
    reached = await coordinated_municipalities(person.id)
    dialogue = await Dialogue.get_or_none(slug=slug, municipality_id__in=reached).select_related(
        "coordinated_by"
    )
    if dialogue is None:
        raise NotFound
    return dialogue


async def members(dialogue: UUID) -> list[Member]:
    """The member organisations, by name."""
    return await rows(
        Member,
        f"""WITH {THERE} SELECT w.id, w.slug, w.name, x.joined_at,
            (SELECT count(*) FROM there t WHERE t.organization_id = w.id) AS meetings
        FROM dialogue_member x JOIN organization w ON w.id = x.organization_id
        WHERE x.dialogue_id = $1 AND x.left_at IS NULL ORDER BY {name_order("w.name")}, w.id""",
        dialogue,
    )


async def candidates(dialogue: Dialogue) -> list[Candidate]:
    """The municipality's approved organisations that are no members."""
    return await rows(
        Candidate,
        f"""SELECT w.id, w.name FROM organization w WHERE w.municipality_id = $2 AND w.state = 'approved'
            AND NOT EXISTS (SELECT FROM dialogue_member x
                WHERE x.dialogue_id = $1 AND x.organization_id = w.id AND x.left_at IS NULL)
        ORDER BY {name_order('w.name')}, w.id""",
        dialogue.id, dialogue.municipality_id,
    )  # fmt: skip


async def meetings(dialogue: UUID, lang: str) -> list[Listed]:
    """All meetings, the latest first."""
    return await rows(
        Listed,
        f"""WITH {THERE} SELECT o.slug, t.title, t.lang, s.starts_at, s.ends_at, s.status, v.name AS venue,
            (SELECT count(*) FROM there x WHERE x.meeting_id = m.id) AS organizations, m.nobody_came
        FROM dialogue_meeting m JOIN offer o ON o.id = m.offer_id JOIN session s ON s.offer_id = o.id
        LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id)
        JOIN {offer_text("$2", "title, lang")} t ON true
        WHERE m.dialogue_id = $1 ORDER BY s.starts_at DESC, s.id""",
        dialogue, lang,
    )  # fmt: skip


async def goals(dialogue: UUID) -> list[Aim]:
    """The goals about this dialogue, the newest first. Only for a link: goals live above."""
    return await rows(
        Aim,
        """SELECT slug, target, first_year AS year FROM goal
        WHERE dialogue_id = $1 AND withdrawn_at IS NULL ORDER BY first_year DESC, slug""",
        dialogue,
    )


async def meeting_of(person: Any, slug: str, offer_slug: str) -> DialogueMeeting:
    """A meeting with its dialogue and offer, for coordinators and for those who lead it. Raises NotFound."""
    meeting = await DialogueMeeting.get_or_none(offer__slug=offer_slug, dialogue__slug=slug).select_related(
        "dialogue", "offer"
    )
    if meeting is None:
        raise NotFound
    if not await coordinates(person, meeting.dialogue):
        await offer_led_by(person, offer_slug)
    return meeting


async def coordinates(person: Any, dialogue: Dialogue) -> bool:
    """Is the person a coordinator of the dialogue's municipality?"""
    return dialogue.municipality_id in await coordinated_municipalities(person.id)


async def meeting_to_change(person: Any, slug: str, offer_slug: str) -> tuple[DialogueMeeting, Session]:
    """A meeting and its session, for coordinators. It gives them no participant. Raises NotFound."""
    meeting = await meeting_of(person, slug, offer_slug)
    found = await session_of(meeting)
    if not await coordinates(person, meeting.dialogue):
        raise NotFound
    return meeting, await Session.get(id=found.id).select_related("offer", "offer__owner")


async def sees_offer(person: Any, slug: str) -> bool:
    """Is the meeting one of the offers that this person sees? A coordinator need not be in a member organisation."""
    asked = Statement(slug)
    seen = published(await viewer_of(person)).within(asked)
    found = await row(
        f"SELECT o.id FROM offer o JOIN organization w ON w.id = o.owner_id WHERE o.slug = $1 AND {seen}",
        *asked.values,
    )
    return found is not None


async def session_of(meeting: DialogueMeeting) -> When:
    """When and where a meeting is. Raises NotFound when it has no date."""
    found = await row(
        When,
        """SELECT s.id, s.starts_at, s.ends_at, s.status, s.sequence, s.note, v.name AS venue, v.street, v.city
        FROM session s
        JOIN offer o ON o.id = s.offer_id LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id)
        WHERE o.id = $1 ORDER BY s.status = 'cancelled', s.starts_at, s.id LIMIT 1""",
        meeting.offer.id,
    )
    if found is None:
        raise NotFound
    return found


async def organizations_of(meeting: DialogueMeeting) -> list[Attending]:
    """Members, and whoever else was there, by name. Organisations only: how many come for one may be one person."""
    return await rows(
        Attending,
        f"""WITH {THERE} SELECT w.id, w.name, EXISTS (SELECT FROM booking b
                WHERE b.offer_id = $3 AND b.organization_id = w.id AND b.state = 'confirmed') AS booked,
            EXISTS (SELECT FROM there t WHERE t.meeting_id = $2 AND t.organization_id = w.id) AS there
        FROM organization w WHERE w.id IN (
            SELECT organization_id FROM dialogue_member WHERE dialogue_id = $1 AND left_at IS NULL
            UNION SELECT organization_id FROM there WHERE meeting_id = $2)
        ORDER BY {name_order('w.name')}, w.id""",
        meeting.dialogue.id, meeting.id, meeting.offer.id,
    )  # fmt: skip


async def fewest_at_meetings(
    asked: Iterable[tuple[UUID, int]], ends: Mapping[int, Sequence[datetime]], now: datetime
) -> list[Fewest]:
    """For each dialogue and year, in order of dialogue, year and time: the fewest organisations that were at any
    meeting of the year before each of that year's `ends` that is past. 0: no meeting is known, or nobody was at one."""
    moments = [
        (dialogue, year, month_start(date(year, 1, 1)), end)
        for dialogue, year in asked
        for end in ends[year]
        if end <= now
    ]
    return await rows(
        Fewest,
        f"""WITH {THERE_OF_ALL}, met AS (
            SELECT m.dialogue_id, min(s.starts_at) AS at, count(DISTINCT t.organization_id) AS number
            FROM dialogue_meeting m JOIN session s ON s.offer_id = m.offer_id LEFT JOIN there t ON t.meeting_id = m.id
            WHERE m.dialogue_id = ANY($1) AND (t.meeting_id IS NOT NULL OR m.nobody_came)
                AND s.status <> 'cancelled' AND s.ends_at <= $5 GROUP BY m.id)
        SELECT u.dialogue_id, u.year, coalesce(min(met.number), 0) AS number
        FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::timestamptz[]) u (dialogue_id, year, begins, ends)
        LEFT JOIN met ON met.dialogue_id = u.dialogue_id AND met.at >= u.begins AND met.at < u.ends
        GROUP BY u.dialogue_id, u.year, u.ends ORDER BY u.dialogue_id, u.year, u.ends""",
        *(list(column) for column in zip(*moments, strict=True)), now,
    ) if moments else []  # fmt: skip
