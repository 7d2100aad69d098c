"""Each cell of the table of facts and acts: the act is done, and the fact is looked for."""

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from marketplace import schedule
from marketplace.base import clock
from marketplace.base.data.database import in_transaction, row, rows, value
from marketplace.base.models import Channel
from marketplace.base.post import outbox
from marketplace.base.post.mail import MAILS
from marketplace.my_page.acting.actions import end
from marketplace.my_page.contacts.actions import remove_contact
from marketplace.operations.check.whole import violations
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ActsFor, ContactPoint, Person, Relation
from marketplace.privacy.erasure.actions import erase
from marketplace.statistics.measures import Measure
from offers.bookings import actions as bookings
from offers.bookings.openings.actions import note, tell_opened
from offers.bookings.times.actions import change_time
from offers.catalogue.models import Joining, Offer, SeatPool, Session, Visibility
from offers.messages.facts import FACTS, TABLE, WHY, Becomes
from offers.messages.follow_up.actions import follow_up
from offers.messages.reminders.actions import remind
from offers.participants import actions as participants_actions
from offers.participants.calls.queries import WAITING
from offers.publishing.series.actions import set_sessions
from offers.seats import actions as seats_actions
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState, EndedBy
from offers.seats.moves import change, tell
from offers.sessions import actions
from offers.sessions.jobs import tell_added
from offers.telling.actions import to_ring
from offers.telling.models import CallAbout
from organizations.approval.models import Answer
from organizations.directory.models import Organization
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import counted
from tests.offers.attendance.test_ended_registers import cancelled, moved, offer_cancelled, save, soon
from tests.offers.messages.closings.test_closings import answer, narrow
from tests.visitor import Visitor

__all__ = ["schedule"]  # the timetable knows every mail
SOON, DAY = timedelta(minutes=30), timedelta(days=1)
OWN = "ola@example.no"
STATE = {
    "request declined": BookingState.REQUESTED, "held seat declined": BookingState.OFFERED,
    "held seat expired": BookingState.OFFERED,
}  # fmt: skip
"""What the booking is in before the act, where it is not confirmed."""
WAITS = {
    BookingState.CONFIRMED: "receipt",
    BookingState.REQUESTED: "requested",
    BookingState.OFFERED: "offered",
}
RINGS = {
    BookingState.CONFIRMED: CallAbout.PROMOTED, BookingState.REQUESTED: CallAbout.TALK,
    BookingState.OFFERED: CallAbout.HOST_MESSAGE,
}  # fmt: skip


@dataclass(frozen=True)
class Hung:
    """A booking of a session that begins in an hour, with all that can hang on the two."""

    offer: Offer
    session: Session
    host: Person
    booking: Booking
    ola: Person
    contact: ContactPoint


async def elsewhere(hung: Hung) -> None:
    await actions.move(hung.session, sequence=0, starts_at=hung.session.starts_at, ends_at=hung.session.ends_at,
                       venue_id=(await make.venue("Biblioteket")).id, by=hung.host.id, now=NOW)  # fmt: skip


async def another_time(hung: Hung) -> None:
    other = await Session.filter(offer=hung.offer).order_by("-starts_at").first()
    assert other is not None
    await change_time(hung.booking.id, other.id, form_key=secrets.token_bytes(16), now=NOW)


async def added(hung: Hung) -> None:
    """A date after the last, and those with a place are told of it."""
    day = (NOW + 14 * DAY).date()
    await set_sessions(hung.offer, by=hung.host.id, now=NOW, days=[day], starts=time(18), ends=time(20))
    await tell_added(NOW)
    told = await rows("SELECT booking_id FROM outbox_message WHERE mail = 'session_added'")
    assert [each["booking_id"] for each in told] == [hung.booking.id]


async def parted(hung: Hung) -> None:
    await end(hung.ola.id, (await ActsFor.get()).id, now=NOW)


async def removed(hung: Hung) -> None:
    await remove_contact(hung.ola.id, (await ContactPoint.get(value=OWN)).id, now=NOW)


async def suspended(hung: Hung) -> None:
    await answer(await Organization.get(id=hung.offer.owner_id), Answer.SUSPENDED)


ACTS: dict[str, Callable[[Hung], Awaitable[Any]]] = {
    "session moved": lambda hung: moved(hung.session, hung.host),
    "place changed": elsewhere,
    "date added": added,
    "session cancelled": lambda hung: cancelled(hung.session, hung.host),
    "offer cancelled": lambda hung: offer_cancelled(hung.session, hung.host),
    "cancelled by self": lambda hung: bookings.cancel(hung.booking.id, now=NOW),
    "cancelled by host": lambda hung: bookings.cancel(
        hung.booking.id, now=NOW, by=hung.host.id, ended_by=EndedBy.HOST
    ),
    "request declined": lambda hung: participants_actions.answer_request(
        hung.booking.id, False, now=NOW, by=hung.host.id
    ),
    "held seat declined": lambda hung: bookings.answer_offer(hung.booking.id, False, now=NOW),
    "held seat expired": lambda _hung: seats_actions.expire_offers(now=NOW + SOON),
    "time changed": another_time,
    "relation ended": parted,
    "address removed": removed,
    "person erased": lambda hung: erase(hung.ola.id, now=NOW),
    "organisation suspended": suspended,
    "offer narrowed": lambda hung: narrow(hung.offer, Visibility.STAFF, hung.host.id),
}


async def all_that_can_hang(act: str) -> Hung:
    """What is there before the act. The receipt, the reminder and the thanks are to come; the rest is there."""
    state = STATE.get(act, BookingState.CONFIRMED)
    joining = {"time changed": Joining.PER_SESSION, "request declined": Joining.REQUEST}.get(
        act, Joining.WHOLE
    )
    offer, session, host = await soon(joining=joining)
    await rows("UPDATE session SET changed_at = $1", NOW - 9 * DAY)
    pool = await SeatPool.filter(offer=offer).order_by("starts_at").first()
    assert pool is not None
    await SeatPool.filter(id=pool.id).update(opens_at=NOW + SOON)
    ola = await make.person("Ola")
    contact = await make.contact(ola, OWN)
    await make.contact(ola, "ola@annet.example")
    other: dict[str, Any] = {"contact": contact, "created_at": NOW - 9 * DAY, "changed_at": NOW - 9 * DAY}
    if act == "relation ended":
        eva = await make.person("Eva")
        await ActsFor.create(
            actor=eva,
            person=ola,
            relation=Relation.NEXT_OF_KIN,
            created_at=NOW - 9 * DAY,
            accepted_at=NOW - 9 * DAY,
        )
        other |= {"booked_by": eva, "contact": await make.contact(eva, "eva@example.no")}
    if state is BookingState.OFFERED:
        other["held_until"] = NOW + SOON
    booking = await make.booking(pool, ola, state, **other)
    if state is BookingState.CONFIRMED:
        ida = await make.contact(await make.person("Ida"), "ida@example.no")
        await make.booking(pool, await Person.get(name="Ida"), BookingState.OFFERED, contact=ida,
                           held_until=NOW + SOON)  # fmt: skip
        await bookings.send_word(booking.id, session.id, now=NOW)
    await save(session, host, "Ola", head_count=3)
    # Nothing closes before it has begun any more; what was closed so before is taken along by the same acts.
    await rows("UPDATE register SET closed_at = saved_at, closed_by = 'host'")
    _pool, found = await change(booking.id, NOW)
    await tell(WAITS[state], found, "before", NOW)
    await to_ring(RINGS[state], booking.id, key="before", now=NOW)
    await note(pool.id, Channel.EMAIL, OWN, lang="nb", now=NOW)
    return Hung(offer, session, host, booking, ola, other["contact"])


CALENDAR = """calendar_entry e WHERE e.booking_id = $1 AND e.session_id = $2
    AND CASE WHEN e.contact_id = $3 THEN e.taken_back_at IS NULL
        ELSE NOT EXISTS (SELECT FROM outbox_message m WHERE m.mail = 'off_calendar' AND m.address = $4
            AND m.sent_at IS NOT NULL) END"""
"""Does it stand in the calendar that had it, though another may have got it meanwhile?"""


class Undone(Exception):
    """What a look ahead has written goes again."""


async def ahead(at: datetime, job: Callable[[], Awaitable[Any]], mail: str, which: str, *values: Any) -> int:
    """How many such mails a job at this moment will bring that have something to say."""
    said = 0
    try:
        with time_machine.travel(at, tick=False):
            async with in_transaction():
                await rows("DELETE FROM sent_word")  # whoever sent word is not reminded
                await job()
                posted = await rows(
                    f"SELECT facts FROM outbox_message WHERE mail = '{mail}' AND {which}", *values
                )
                for each in posted:
                    facts = json.loads(each["facts"]) if isinstance(each["facts"], str) else each["facts"]
                    said += await MAILS[mail](Channel.EMAIL, "nb", **facts) is not None
                raise Undone
    except Undone:
        return said


async def looked_at(hung: Hung, visitor: Visitor) -> dict[str, int]:
    """How many there are of each fact."""
    booking, session = hung.booking.id, hung.session.id
    begins = (await row("SELECT starts_at FROM session WHERE id = $1", session) or {})["starts_at"]
    before = max(NOW - timedelta(minutes=1), begins - timedelta(hours=3))
    held = await counted(Measure.SESSIONS)
    last = await value(
        "SELECT p.ends_at FROM booking b JOIN seat_pool p ON p.id = b.pool_id WHERE b.id = $1", booking
    )
    own = "booking_id = $1"

    async def count(sql: str, *values: Any) -> int:
        return int(await value(f"SELECT count(*) FROM {sql}", *values))

    return {
        "register": await count("register WHERE session_id = $1", session),
        "mark": await count("attendance WHERE booking_id = $1", booking),
        "count": await count("head_count WHERE session_id = $1", session),
        "figure": held[0],
        "thanks": await ahead(last + DAY, lambda: follow_up(last + DAY), "thanks", own, booking),
        "word": await count("sent_word WHERE booking_id = $1", booking),
        "held": await count("booking WHERE state = 'offered'"),
        "seat": await count("""booking b JOIN seat_pool p ON p.id = b.pool_id AND p.taken > 0
            WHERE b.id = $1 AND b.state IN ('confirmed', 'offered')""", booking),
        "remind": await ahead(before, lambda: remind(before), "reminder", f"{own} AND facts->>'session' = $2",
                              booking, str(session)),
        "calendar": await count(CALENDAR, booking, session, hung.contact.id, hung.contact.value),
        "link": int((await visitor.open(link_path(booking, 1))).status < 400),
        "waiting": await count("""outbox_message WHERE booking_id = $1 AND dedupe_key LIKE '%:before'
            AND failed_at IS NULL AND problem IS NULL""", booking),
        "notice": await ahead(NOW + SOON, lambda: tell_opened(now=NOW + SOON), "booking_opens", "address = $1", OWN),
        "call": int(await value(f"SELECT count(*) {WAITING} AND y.key = 'before' AND b.id = $1", booking)),
    }  # fmt: skip


def test_every_act_and_every_fact_is_in_the_table() -> None:
    assert set(ACTS) == set(TABLE)
    assert all(set(row) == set(FACTS) for row in TABLE.values())
    assert set(WHY) == {act for act, row in TABLE.items() if Becomes.NEVER in row.values()}


@pytest.mark.parametrize("act", TABLE)
async def test_what_becomes_of_each_fact(visitor: Visitor, data_dir: object, act: str) -> None:
    with time_machine.travel(NOW, tick=False):
        hung = await all_that_can_hang(act)
        before = {fact: int(becomes is not Becomes.NEVER) for fact, becomes in TABLE[act].items()}
        assert await looked_at(hung, visitor) == before
        await ACTS[act](hung)
        await outbox.send_due(refuse, clock.now)
        after = {fact: int(becomes is Becomes.STAYS) for fact, becomes in TABLE[act].items()}
        assert await looked_at(hung, visitor) == after
        if Becomes.RESTS in TABLE[act].values():
            assert {fact for fact in TABLE[act] if TABLE[act][fact] is Becomes.RESTS} == {"notice"}
            assert await value("SELECT count(*) FROM opening_notice") == 1
        assert await violations() == []
