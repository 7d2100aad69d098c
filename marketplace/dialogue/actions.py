"""Writes of Frivillighetsdialogen: its members, its meetings, and who was at them. One transaction each."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.data.ledger import Lost
from marketplace.base.i18n import gettext as _
from marketplace.dialogue.acts import Act
from marketplace.dialogue.items import actions as items_actions
from marketplace.dialogue.models import Dialogue, DialogueMeeting, MeetingOrganization
from marketplace.dialogue.queries import members, organizations_of
from marketplace.dialogue.telling.actions import tell, tell_of_changes
from marketplace.dialogue.telling.queries import ahead, invited
from marketplace.dialogue.telling.rules import calling
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import Joining, Session, Visibility
from offers.publishing import actions as publishing
from offers.publishing.series import actions
from offers.sessions import actions as messages
from organizations.members.impartial import only_impartial

COMING = """SELECT o.id FROM offer o JOIN dialogue_meeting m ON m.offer_id = o.id
    WHERE m.dialogue_id = $1 AND o.last_session_ends > $2"""
"""The meetings that are not over."""


async def join(dialogue: Dialogue, organization: UUID, *, by: UUID, now: datetime) -> None:
    """Make an organisation a member, also one that left before. It sees the meetings to come, and is asked to them.
    Raises OwnOrganization for whoever is or was in it, as `leave` does."""
    await only_impartial(by, [organization], "dialogue.join", now=now)
    async with in_transaction():
        await rows(
            """INSERT INTO dialogue_member AS m (id, dialogue_id, organization_id, joined_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (dialogue_id, organization_id) DO UPDATE SET joined_at = excluded.joined_at, left_at = NULL
            WHERE m.left_at IS NOT NULL""",
            uuid7(), dialogue.id, organization, now,
        )  # fmt: skip
        await rows(
            f"""INSERT INTO offer_audience_organization (id, offer_id, organization_id)
            SELECT {NEW_ID}, id, $3 FROM ({COMING}) o ON CONFLICT (offer_id, organization_id) DO NOTHING""",
            dialogue.id, now, organization,
        )  # fmt: skip
        addresses = await invited(dialogue.id, organization)
        for meeting in await ahead(dialogue.id, now):
            await tell(meeting, "called", calling(meeting), addresses, now)
        ledger.note(Lost.DIALOGUE, f"{dialogue.id}:{organization}", number=0)
        await record(Act.DIALOGUE_JOINED, now=now, actor=by, object_id=dialogue.id, organization=organization)


async def leave(dialogue: Dialogue, organization: UUID, *, by: UUID, now: datetime) -> None:
    """An organisation leaves. It keeps what it booked, and sees no more of the meetings to come."""
    await only_impartial(by, [organization], "dialogue.leave", now=now)
    async with in_transaction():
        await rows(
            """UPDATE dialogue_member SET left_at = $3
            WHERE dialogue_id = $1 AND organization_id = $2 AND left_at IS NULL""",
            dialogue.id, organization, now,
        )  # fmt: skip
        await rows(
            f"DELETE FROM offer_audience_organization WHERE organization_id = $3 AND offer_id IN ({COMING})",
            dialogue.id, now, organization,
        )  # fmt: skip
        ledger.note(Lost.DIALOGUE, f"{dialogue.id}:{organization}", number=1)
        await record(Act.DIALOGUE_LEFT, now=now, actor=by, object_id=dialogue.id, organization=organization)


async def call_meeting(
    dialogue: Dialogue,
    *,
    by: UUID,
    now: datetime,
    lang: str,
    agenda: str,
    day: date,
    starts: time,
    ends: time,
    venue: UUID,
    capacity: int | None,
    **text: str,
) -> DialogueMeeting:
    """A meeting: an offer with one session that the members see and book, and are asked to. Booking, reminders,
    calendars and registers come with it. Raises Refused when it lacks something."""
    owner: Any = dialogue.coordinated_by
    async with in_transaction():
        offer = await publishing.start(
            owner=owner.id, municipality=owner.municipality_id, by=by, now=now, kind=Kind.WORKSHOP,
            source_lang=lang, body=agenda, what_happens=_("Vi går gjennom sakslista, og avtaler hva vi gjør videre."),
            bring_someone=_("Dere kan være flere fra samme organisasjon."), **text,
        )  # fmt: skip
        await publishing.set_joining(
            offer, by=by, now=now, joining=Joining.WHOLE, capacity=capacity, text={}, contact_name=owner.contact_name,
            phone=owner.phone,
        )  # fmt: skip
        await publishing.set_audience(
            offer, by=by, now=now, members=[one.id for one in await members(dialogue.id)], text={},
            audiences=[Audience.STAFF.value], main_audience=Audience.STAFF,
            visibility=Visibility.MEMBERS, venue_id=venue,
        )  # fmt: skip
        await actions.set_sessions(offer, by=by, now=now, days=[day], starts=starts, ends=ends)
        await publishing.publish(offer, by=by, now=now, sensitive=False)
        meeting = await DialogueMeeting.create(dialogue=dialogue, offer=offer, agenda=agenda)
        await items_actions.take_up(dialogue.id, meeting.id)
        await tell(meeting.id, "called", calling(meeting.id), await invited(dialogue.id), now)
        await record(Act.MEETING_CALLED, now=now, actor=by, object_id=meeting.id, organization=owner.id)
    return meeting


async def move_meeting(
    meeting: DialogueMeeting,
    session: Session,
    *,
    sequence: int,
    starts_at: datetime,
    ends_at: datetime,
    venue_id: UUID | None,
    by: UUID,
    now: datetime,
) -> None:
    """Another time or place: those who are booked and the member organisations are told. Raises Stale and Refused."""
    async with in_transaction():
        await messages.move(
            session,
            sequence=sequence,
            starts_at=starts_at,
            ends_at=ends_at,
            venue_id=venue_id,
            by=by,
            now=now,
        )
        await tell_of_changes(meeting.id, now=now)


async def cancel_meeting(meeting: DialogueMeeting, *, note: str, by: UUID, now: datetime) -> None:
    """Cancel a meeting with its bookings: who is booked and the member organisations are told. Raises Refused."""
    async with in_transaction():
        await messages.cancel_offer(meeting.offer, note=note, by=by, now=now)
        await tell_of_changes(meeting.id, now=now)


async def say_who_was_there(
    meeting: DialogueMeeting, organizations: Iterable[UUID], *, by: UUID, now: datetime
) -> None:
    """These organisations were at the meeting, and no others: perhaps none. It takes the place of what the register
    says. Raises OwnOrganization when it changes what is said of one that the person is or was in."""
    there = sorted(set(organizations))
    before = {one.id for one in await organizations_of(meeting) if one.there}
    await only_impartial(by, before ^ {*there}, Act.MEETING_ATTENDED, now=now)
    async with in_transaction():
        await DialogueMeeting.filter(id=meeting.id).update(nobody_came=not there)
        await MeetingOrganization.filter(meeting_id=meeting.id).delete()
        await MeetingOrganization.bulk_create(
            [MeetingOrganization(meeting=meeting, organization_id=one) for one in there]
        )
        await record(Act.MEETING_ATTENDED, now=now, actor=by, object_id=meeting.id)
