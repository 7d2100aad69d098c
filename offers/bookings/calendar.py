"""What people's calendars have got from us by mail, and how it is taken back (design/calendar.md, iMIP).

An entry is written when a mail with an event is written, in the statement that sees that the booking holds: whoever
cancels comes before or after, and then finds it. It is taken back by a CANCEL of its own, with a SEQUENCE above the one
that was sent; that is noted once the mail has left, so a second try says the same.

Whoever acted for another has theirs taken back when that ends, by UID and time and no other word (`let_go`).
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base import clock
from marketplace.base.data.database import rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, Facts, post
from marketplace.settings import settings
from offers.bookings.rows import BookedDate, OwnBooking
from offers.catalogue.calendar import Event, booking_uid, calendar, vevent
from offers.telling.models import Mails

GIVE = f"""INSERT INTO calendar_entry AS e (id, booking_id, session_id, contact_id, sequence, given_at)
SELECT {NEW_ID}, b.id, s.id, b.contact_id, s.sequence, $3
FROM (SELECT id, contact_id FROM booking WHERE id = $1 AND state = 'confirmed' AND contact_id IS NOT NULL FOR SHARE) b,
    session s WHERE s.id = ANY($2)
ON CONFLICT (booking_id, session_id) DO UPDATE SET contact_id = excluded.contact_id, given_at = excluded.given_at,
    sequence = greatest(e.sequence, excluded.sequence), taken_back_at = NULL
RETURNING e.session_id, e.sequence"""
TAKE = """SELECT e.session_id, e.sequence FROM calendar_entry e JOIN booking b ON b.id = e.booking_id
    AND b.contact_id = e.contact_id JOIN session s ON s.id = e.session_id
WHERE e.booking_id = $1 AND e.taken_back_at IS NULL AND s.ends_at > $2"""

GOT = """SELECT e.booking_id, e.session_id, e.sequence, e.contact_id, c.value AS address, h.lang, s.starts_at, s.ends_at
FROM calendar_entry e JOIN booking b ON b.id = e.booking_id AND b.participant_id = $2 AND b.booked_by_id = $1
    JOIN session s ON s.id = e.session_id AND s.ends_at > $3 JOIN person h ON h.id = $1
    JOIN contact_point c ON c.id = e.contact_id AND c.channel = 'email' AND c.refused_at IS NULL
WHERE e.taken_back_at IS NULL AND EXISTS (SELECT FROM contact_point own
    WHERE own.person_id = $1 AND own.channel = c.channel AND own.value = c.value)
ORDER BY c.value, s.starts_at, e.booking_id"""
"""What the calendar of $1 has got of what they booked for $2, and is still to come."""


class Entry(NamedTuple):
    """An event that somebody's calendar has, or gets now."""

    session_id: UUID
    sequence: int


@dataclass(frozen=True, slots=True)
class Got:
    """An event that is taken out of somebody's calendar when they may know of it no more."""

    booking_id: UUID
    session_id: UUID
    sequence: int
    contact_id: UUID
    address: str
    lang: str
    starts_at: datetime
    ends_at: datetime

    @property
    def told(self) -> dict[str, str | int]:
        """What the message remembers of it (`gone`)."""
        return {
            "booking_id": str(self.booking_id), "session_id": str(self.session_id), "contact_id": str(self.contact_id),
            "starts_at": self.starts_at.isoformat(), "ends_at": self.ends_at.isoformat(), "sequence": self.sequence + 1,
        }  # fmt: skip


@dataclass(frozen=True)
class Calendar:
    """What a mail bears: one object as its last alternative, with its method, or several that are attached; and what is
    to be noted when it has left."""

    part: bytes | None = None
    method: str | None = None
    attached: tuple[bytes, ...] = ()
    sent: Callable[[datetime], Awaitable[None]] | None = None


NOTHING = Calendar()


def organizer() -> str:
    """Whom calendars name as the organiser: whom the mail is from when the instance begins, and never another."""
    return settings().organizer


def events(found: OwnBooking, sessions: Iterable[BookedDate]) -> list[Event]:
    """A booking's calendar events, one for each of these of its sessions. A sensitive offer says "Avtale" and no more;
    a cancelled booking cancels its events."""
    gone = not found.seated
    return [
        Event(
            uid=booking_uid(found.id, session.id),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            summary=_("Avtale") if found.sensitive else found.title,
            changed_at=max(session.changed_at, found.changed_at),
            sequence=session.sequence + (1 if gone else 0),
            cancelled=gone or session.called_off,
            location="" if found.sensitive else session.whole_place or found.online,
            geo=None
            if found.sensitive or session.lat is None or session.lon is None
            else (session.lat, session.lon),
        )
        for session in sessions
    ]


async def give(of: Iterable[tuple[OwnBooking, Sequence[BookedDate]]], lang: str) -> Calendar:
    """The events of these bookings (queries.booking) on these of their sessions: one is a REQUEST, which has one UID;
    several are PUBLISHed. Nothing where no mail goes, or the booking does not hold any more."""
    given: list[tuple[str, Event]] = []
    for found, sessions in of:
        if found.channel != Channel.EMAIL or not sessions:
            continue
        wrote = await rows(Entry, GIVE, found.id, [each.id for each in sessions], clock.now())
        sequences = {booking_uid(found.id, each.session_id): each.sequence for each in wrote}
        with speaking(lang):
            made = events(found, sessions)
        given += [
            (found.address or "", replace(event, organizer=organizer(), sequence=sequences[event.uid]))
            for event in made
            if event.uid in sequences
        ]
    if not given:
        return NOTHING
    if len(given) == 1:
        ((address, event),) = given
        return Calendar(calendar([vevent(replace(event, attendee=address))], method="REQUEST"), "REQUEST")
    with speaking(lang):
        return Calendar(calendar([vevent(event) for _address, event in given], method="PUBLISH"), "PUBLISH")


async def take_back(found: OwnBooking, lang: str, sessions: Collection[UUID] | None = None) -> Calendar:
    """CANCEL for each event of a booking that its address has got and that is still to come; of these `sessions` only,
    if given. One is the mail's own part, several are attached: a CANCEL names one UID."""
    if found.channel != Channel.EMAIL:
        return NOTHING
    there = {each.session_id: each.sequence for each in await rows(Entry, TAKE, found.id, clock.now())}
    gone = [
        each for each in found.sessions
        if each.id in there and (sessions is None or each.id in sessions)
    ]  # fmt: skip
    if not gone:
        return NOTHING
    sequences = {
        each.id: each.sequence if each.sequence > there[each.id] else there[each.id] + 1 for each in gone
    }
    with speaking(lang):
        made = [
            calendar(
                [
                    vevent(
                        replace(event, cancelled=True, attendee=found.address, organizer=organizer(),
                                sequence=sequences[each.id])
                    )
                ],
                method="CANCEL",
            )
            for each, event in zip(gone, events(found, gone), strict=True)
        ]  # fmt: skip

    async def sent(now: datetime) -> None:
        await rows(
            """UPDATE calendar_entry e SET taken_back_at = $2, sequence = n.sequence
            FROM unnest($3::uuid[], $4::int[]) n (session_id, sequence)
            WHERE e.booking_id = $1 AND e.session_id = n.session_id""",
            found.id, now, list(sequences), list(sequences.values()),
        )  # fmt: skip

    if len(made) == 1:
        return Calendar(made[0], "CANCEL", sent=sent)
    return Calendar(attached=tuple(made), sent=sent)


async def let_go(actor: UUID, person: UUID, *, now: datetime) -> None:
    """What the actor's calendar has got of what they booked for the person goes from there: they may know of it no
    more. Before it is handed over, and in the same transaction.

    The message remembers which events, and their times as they are now. It is written from that alone: what becomes of
    the bookings afterwards is nobody else's business.
    """
    by_address: dict[str, list[Got]] = {}
    for each in await rows(Got, GOT, actor, person, now):
        by_address.setdefault(each.address, []).append(each)
    for address, entries in by_address.items():
        await post(
            Mails.OFF_CALENDAR, channel=Channel.EMAIL, address=address, lang=entries[0].lang, now=now,
            key=f"off_calendar:{entries[0].booking_id}:{int(now.timestamp())}:{entries[0].contact_id}",
            about=About(person_id=actor), calendar_of=address, at=now.isoformat(),
            entries=[each.told for each in entries],
        )  # fmt: skip


async def gone(entries: Collection[Facts], address: str, lang: str, at: datetime) -> Calendar:
    """CANCEL for each of these events, as `let_go` remembers them, in the calendar of this address."""
    with speaking(lang):
        made = tuple(
            calendar(
                [
                    vevent(
                        Event(
                            uid=booking_uid(UUID(each["booking_id"]), UUID(each["session_id"])),
                            starts_at=datetime.fromisoformat(each["starts_at"]),
                            ends_at=datetime.fromisoformat(each["ends_at"]), summary=_("Avtale"), changed_at=at,
                            sequence=each["sequence"], cancelled=True, on_for_others=True, attendee=address,
                            organizer=organizer(),
                        )
                    )
                ],
                method="CANCEL",
            )
            for each in entries
        )  # fmt: skip

    async def sent(now: datetime) -> None:
        # Whoever has the booking now may have got the event meanwhile: theirs stands.
        for each in entries:
            await rows(
                """UPDATE calendar_entry SET taken_back_at = $4, sequence = greatest(sequence, $5)
                WHERE booking_id = $1 AND session_id = $2 AND contact_id = $3 AND taken_back_at IS NULL""",
                UUID(each["booking_id"]), UUID(each["session_id"]), UUID(each["contact_id"]), now, each["sequence"],
            )  # fmt: skip

    return Calendar(made[0], "CANCEL", sent=sent) if len(made) == 1 else Calendar(attached=made, sent=sent)
