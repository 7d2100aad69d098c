"""Every mail with made-up facts: what the preview shows (/demo/mails) and what the test of the mails reads.

The mails read the database when they are written, so a whole little town is put there, in one statement, and taken
away again before anybody else sees it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise import Model
from uuid_utils.compat import uuid7

from marketplace.base import clock
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.data.statement import Statement
from marketplace.base.models import Channel
from marketplace.base.post.mail import Facts
from marketplace.base.signing import secret_hash
from marketplace.dialogue.models import Dialogue, DialogueMeeting
from marketplace.goals.models import FocusArea, Measure, Plan
from marketplace.people.models import ActsFor, ContactPoint, Person, Relation
from marketplace.people.sign_in.models import SignInTicket
from marketplace.people.sign_in.rules import TICKET_LASTS
from offers.attendance.models import Attendance, AttendanceState, ClosedBy, Register
from offers.attendance.offline.models import RegisterTaken
from offers.attendance.substitute.models import Substitute
from offers.bookings.models import CalendarEntry
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Offer, OfferOrganizer, OfferText, SeatPool, Session, Venue
from offers.catalogue.states import OfferState, SessionStatus
from offers.messages.models import HostMessage, Recipients
from offers.seats.models import SEATED, Booking, BookingState, EndedBy
from offers.telling.models import CallAbout, PhoneCall
from organizations.approval.models import Answer, Decision
from organizations.directory.models import Municipality, Organization, OrganizationKind, OrganizationState
from organizations.members.models import Invitation, Membership, Role

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

ABOUT_A_BOOKING = {
    "receipt": BookingState.CONFIRMED, "waiting": BookingState.WAITING, "requested": BookingState.REQUESTED,
    "promoted": BookingState.CONFIRMED, "offered": BookingState.OFFERED, "declined": BookingState.DECLINED,
    "cancelled": BookingState.CANCELLED, "reminder": BookingState.CONFIRMED, "session_moved": BookingState.CONFIRMED,
    "session_added": BookingState.CONFIRMED,
    "session_cancelled": BookingState.CONFIRMED, "offer_cancelled": BookingState.CANCELLED,
    "still_waiting": BookingState.REQUESTED, "organization_closed": BookingState.CONFIRMED,
    "organization_reopened": BookingState.CONFIRMED,
    "talk": BookingState.REQUESTED, "fewer": BookingState.CONFIRMED, "receipt_several": BookingState.CONFIRMED,
    "time_changed": BookingState.CONFIRMED, "new_link": BookingState.CONFIRMED, "old_time": BookingState.CANCELLED,
    "host_message": BookingState.CONFIRMED, "missed": BookingState.CONFIRMED, "thanks": BookingState.CONFIRMED,
}  # fmt: skip
"""The state of the booking that each of these tells of."""
ENDED_BY = {
    "declined": EndedBy.HOST, "cancelled": EndedBy.SELF, "offer_cancelled": EndedBy.OFFER,
    "old_time": EndedBy.TIME_CHANGED,
}  # fmt: skip
OTHERWISE = (
    "links", "sign_in", "meeting", "application_received", "application_waiting", "decision", "new_address",
    "addresses_changed", "help_offered", "invitation", "membership", "co_organizer", "booking_opens",
    "asked", "asked_before", "ring_me", "calls_wait", "desk_calls", "led_changed",
    "day_before", "day_after", "registers", "who_came", "unsent", "sent_elsewhere",
    "name_changed",
    "off_calendar", "measures_given", "offer_facts", "substitute", "substitute_changed",
)  # fmt: skip
NAMES = (*ABOUT_A_BOOKING, *OTHERWISE)


LETTERS = str.maketrans("0123456789", "ghjkmnpqrs")
"""What is made up has no digits: eight of them would look like a telephone number."""


@dataclass(frozen=True)
class Words:
    """What is said. `full`: everything that may be said, or as little as can be."""

    full: bool = True
    title: str = "Generasjonslekene"
    organization: str = "Frivilligsentralen"
    name: str = "Kari"
    other: str = "Ola"


@asynccontextmanager
async def made_up(name: str, now: datetime, words: Words = Words()) -> AsyncIterator[Facts]:
    """The facts of this mail, as long as the block lasts."""

    class Undone(Exception):
        """Nothing of it stays."""

    objects, facts = _town(name, now, words)
    try:
        async with in_transaction():
            await _insert(objects)
            yield facts
            raise Undone
    except Undone:
        pass


async def _insert(objects: Sequence[Model]) -> None:
    """All of them in one statement, whatever points to what."""
    insert = Statement()
    for number, one in enumerate(objects):
        meta = one._meta
        columns = meta.fields_db_projection
        placeholders = [
            insert.value(meta.fields_map[field].to_db_value(getattr(one, field), one)) for field in columns
        ]
        insert.named(
            f"r{number}",
            f"INSERT INTO {meta.db_table} ({', '.join(columns.values())}) VALUES ({', '.join(placeholders)})",
        )
    await rows(insert.add("SELECT 1").sql, *insert.values)


def _town(name: str, now: datetime, words: Words) -> tuple[list[Model], Facts]:
    """The rows of it, and the mail's facts."""
    state = ABOUT_A_BOOKING.get(name, BookingState.CONFIRMED)
    if name in ("asked", "asked_before"):
        state = BookingState.REQUESTED
    key = uuid7().hex[-8:].translate(LETTERS)
    here = Municipality(number=key[-4:], slug=f"eksempel-{key}", name="Eksempel")
    owner, applicant = (
        Organization(
            slug=f"eksempel-{number}-{key}", name=words.organization, kind=OrganizationKind.VOLUNTARY, state=state,
            municipality_id=here.id, created_at=now, phone="51000000", email="post@example.no",
        )
        for number, state in enumerate((OrganizationState.APPROVED, OrganizationState.APPLIED))
    )  # fmt: skip
    if name == "organization_closed":
        owner.state = OrganizationState.SUSPENDED
    venue, old = (
        Venue(municipality_id=here.id, name=place, street="Storgata 1", postcode="4306", city="Sandnes")
        for place in ("Sandnes rådhus", "Biblioteket")
    )
    starts = (now + {"registers": -10, "who_came": -1, "unsent": -1}.get(name, 7) * DAY).replace(
        hour=10, minute=0, second=0, microsecond=0
    )
    offer, text, sessions, pool = _offer(owner, words, [starts, starts + 7 * DAY], now, "kurs" + key)
    meeting, meeting_text, meeting_sessions, _pool = _offer(owner, words, [starts], now, "mote" + key)
    offer.venue_id = meeting.venue_id = venue.id if words.full else None
    if name in ("session_cancelled", "offer_cancelled"):
        sessions[0].status, sessions[0].note = SessionStatus.CANCELLED, "Aud er syk." if words.full else ""
    booker, other = (Person(name=each, created_at=now) for each in (words.name, words.other))
    participant = other if words.full or name == "desk_calls" else booker
    contact = ContactPoint(
        person_id=booker.id, channel=Channel.EMAIL, value="kari@example.no", created_at=now
    )
    queued = state in (BookingState.WAITING, BookingState.OFFERED)
    since = now - {"still_waiting": 8, "day_before": 1}.get(name, 0) * DAY
    booking = Booking(
        pool_id=pool.id, offer_id=offer.id, participant_id=participant.id, booked_by_id=booker.id,
        contact_id=contact.id, seats=2 if words.full else 1, state=state, reference=f"K{key[-5:].upper()}",
        form_key=uuid7().bytes, lang="nb", created_at=since, changed_at=now,
        queue_no=1 if queued else None, asked=state is BookingState.REQUESTED,
        seated_at=since if state in SEATED else None,
        held_until=now + DAY if state is BookingState.OFFERED else None,
        reply="Vi ringer deg i morgen." if words.full or name == "talk" else "",
        moved_to_id=uuid7() if name == "old_time" else None, ended_by=ENDED_BY.get(name),
    )  # fmt: skip
    if name in ("receipt_several", "time_changed", "old_time"):
        offer.joining, pool.session_id, booking.made_with_id = Joining.PER_SESSION, sessions[0].id, booking.id
    dialogue = Dialogue(municipality_id=here.id, coordinated_by_id=owner.id, slug=f"dialog-{key}",
                        title={"nb": "Frivillighetsdialogen"}, summary={"nb": "Vi møtes"}, created_at=now)  # fmt: skip
    called = DialogueMeeting(dialogue_id=dialogue.id, offer_id=meeting.id, agenda="Året som kommer")
    answer = Decision(
        organization_id=applicant.id, answer=Answer.ASKED, reason="Hva gjør dere om sommeren?", at=now
    )
    role = Membership(person_id=booker.id, organization_id=owner.id, role=Role.EDITOR, created_at=now)
    asked = Invitation(
        organization_id=owner.id, role=Role.EDITOR, channel=Channel.EMAIL, address="kari@example.no",
        lang="nb", created_at=now, expires_at=now + 14 * DAY,
    )  # fmt: skip
    stands_in = Substitute(
        session_id=sessions[0].id, made_by_id=booker.id, channel=Channel.EMAIL, address="vikar@example.no",
        created_at=now, ends_at=now + DAY,
    )  # fmt: skip
    wrote = HostMessage(
        offer_id=offer.id, recipients=Recipients.ALL, author_id=other.id, told=12, created_at=now,
        text="Vi møtes ved hovedinngangen {tid}. Ta med varme klær.\n\nHilsen Aud",
    )  # fmt: skip
    plan = Plan(slug="plan-" + key, municipality_id=here.id, title={"nb": "Frivillighet for alle"}, summary={},
                first_year=now.year, last_year=now.year)  # fmt: skip
    area = FocusArea(plan_id=plan.id, number=1, title={"nb": "Flere møteplasser"}, summary={})
    measure = Measure(
        focus_area_id=area.id, number=1, title={"nb": "Åpent hus hver uke"}, responsible_id=owner.id,
        deadline=clock.today(now) if words.full else None,
    )  # fmt: skip
    objects: list[Model] = [
        here, owner, applicant, venue, old, offer, text, *sessions, pool, booker, other, contact, booking, meeting,
        meeting_text, *meeting_sessions, dialogue, called, answer, role, asked, stands_in, wrote, plan, area, measure,
        OfferOrganizer(offer_id=offer.id, organization_id=applicant.id),
        SignInTicket(
            channel=Channel.EMAIL, address="kari@example.no", link_hash=secret_hash(f"eksempel-{key}"),
            code_hash=b"", created_at=now, expires_at=now + TICKET_LASTS,
        ),
    ]  # fmt: skip
    if state is BookingState.CANCELLED or name == "session_cancelled":
        objects += [
            CalendarEntry(
                booking_id=booking.id, session_id=one.id, contact_id=contact.id, sequence=0, given_at=now
            )
            for one in sessions
        ]
    call = PhoneCall(
        booking_id=booking.id, about=CallAbout.ASKED, session_id=sessions[0].id, number="+4751000001",
        key=f"asked:{key}", since=now,
    )  # fmt: skip
    taken = RegisterTaken(person_id=booker.id, session_id=sessions[0].id, taken_at=starts)
    if name == "unsent":
        objects.append(taken)
    if name in ("unsent", "calls_wait", "led_changed"):
        objects += [
            Membership(person_id=booker.id, organization_id=owner.id, role=Role.MANAGER, created_at=now),
        ]
    if name in ("ring_me", "calls_wait"):
        objects.append(call)
    if name == "desk_calls":
        participant.shielded, call.about, call.number = True, CallAbout.PROMOTED, None
        objects += [
            call,
            Membership(person_id=booker.id, organization_id=owner.id, role=Role.GUIDE, created_at=now),
            ActsFor(
                actor_id=booker.id, person_id=participant.id, relation=Relation.GUIDE, created_at=now,
                accepted_at=now, desk_id=owner.id,
            ),
        ]  # fmt: skip
    if name in ("missed", "thanks"):
        came = name == "thanks"
        objects += [
            Register(session_id=sessions[0].id, saved_at=now, closed_at=now, closed_by=ClosedBy.HOST),
            Attendance(
                session_id=sessions[0].id, booking_id=booking.id, recorded_at=now, seats_present=int(came),
                state=AttendanceState.PRESENT if came else AttendanceState.ABSENT,
                pseudonym=bytes(32) if came else None,
            ),
        ]  # fmt: skip
    was = {"was_starts": (starts - DAY).isoformat(), "was_ends": (starts - DAY + 2 * HOUR).isoformat()}
    about, first = {"booking": str(booking.id)}, {"session": str(sessions[0].id)}
    special: dict[str, Facts] = {
        "reminder": about | first,
        "session_moved": about
        | first
        | was
        | {"sequence": 0, "was_venue": str(old.id) if words.full else "", "word_ended": words.full},
        "session_added": about
        | {"sessions": [str(one.id) for one in (sessions if words.full else sessions[1:])]},
        "missed": about | first,
        "session_cancelled": about | first | {"sequence": 0},
        "offer_cancelled": about | {"at": now.isoformat()},
        "host_message": about | {"message": str(wrote.id)},
        "booking_opens": {"pool": str(pool.id)},
        "offer_facts": {"slug": offer.slug},
        "links": {"to": "kari@example.no", "at": now.isoformat()},
        "sign_in": {"token": f"eksempel-{key}", "code": "123456"},
        "new_address": {"token": f"eksempel-{key}", "code": "123456"},
        "addresses_changed": {},
        "off_calendar": {
            "calendar_of": "kari@example.no",
            "at": now.isoformat(),
            "entries": [
                {
                    "booking_id": str(booking.id),
                    "session_id": str(one.id),
                    "contact_id": str(contact.id),
                    "starts_at": one.starts_at.isoformat(),
                    "ends_at": one.ends_at.isoformat(),
                    "sequence": 1,
                }
                for one in (sessions if words.full else sessions[:1])
            ],
        },
        "help_offered": {"acts_for": str(pool.id)},
        "meeting": {"meeting": str(called.id), "change": "called"},
        "application_received": {"organization": str(applicant.id)},
        "application_waiting": {"organization": str(applicant.id)},
        "name_changed": {"organization": str(owner.id)},
        "decision": {"decision": str(answer.id)},
        "invitation": {"invitation": str(asked.id)},
        "substitute": {"substitute": str(stands_in.id)},
        "substitute_changed": {"substitute": str(stands_in.id)},
        "membership": {"membership": str(role.id)},
        "co_organizer": {"offer": str(offer.id), "organization": str(applicant.id)},
    }
    to_member = {"organization": str(owner.id), "person": str(booker.id)}
    special |= {
        "asked": to_member | {"bookings": [str(booking.id)]},
        "asked_before": to_member | {"bookings": [str(booking.id)]},
        "ring_me": to_member | {"call": str(call.id)},
        "calls_wait": to_member,
        "desk_calls": to_member,
        "led_changed": to_member
        | {"sessions": {str(one.id): 0 for one in sessions[: 2 if words.full else 1]}},
        "registers": to_member,
        "measures_given": to_member | {"measures": [str(measure.id)]},
        "day_before": to_member | {"day": str(clock.today(since))},
        "who_came": to_member | {"day": str(clock.today(starts))},
        "unsent": to_member | {"taken": [str(taken.id)]},
        "day_after": to_member | {"day": str(clock.today(starts))},
    }
    return objects, special.get(name, about)


def _offer(
    owner: Organization, words: Words, starts: list[datetime], now: datetime, slug: str
) -> tuple[Offer, OfferText, list[Session], SeatPool]:
    """A published course with its text, its sessions and its seats."""
    ends = starts[-1] + 2 * HOUR
    offer = Offer(
        slug=slug, owner_id=owner.id, municipality_id=owner.municipality_id, kind=Kind.COURSE, audiences=["everyone"],
        joining=Joining.WHOLE, state=OfferState.PUBLISHED, created_at=now, changed_at=now, published_at=now,
        session_count=len(starts), next_session_at=starts[0], next_session_ends=starts[0] + 2 * HOUR,
        last_session_ends=ends,
    )  # fmt: skip
    said = {"meets_you": "Aud med gul vest.", "way_in": "Døra mot parken.", "bring": "Innesko."}
    text = OfferText(
        offer_id=offer.id, lang="nb", title=words.title, summary="Bli med.", **said if words.full else {}
    )
    sessions = [
        Session(offer_id=offer.id, starts_at=start, ends_at=start + 2 * HOUR, changed_at=now)
        for start in starts
    ]
    pool = SeatPool(offer_id=offer.id, capacity=5, starts_at=starts[0], ends_at=ends)
    return offer, text, sessions, pool
