"""A register begun before the start ends with the act that ends its session, and what hangs on it goes accordingly."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.errors import Refused
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS
from marketplace.operations.check.whole import violations
from marketplace.people.models import Person
from marketplace.statistics.measures import Measure
from offers.attendance import actions
from offers.attendance.models import EndedRegister, RegisterEnd
from offers.bookings import actions as bookings
from offers.bookings.companions import actions as companions_actions
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.messages.follow_up.actions import follow_up
from offers.rights.models import HostAssignment
from offers.seats.models import Booking
from offers.sessions import actions as messages
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import counted
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def soon(
    *names: str, joining: Joining = Joining.WHOLE, seats: int = 1
) -> tuple[Offer, Session, Person]:
    """A course that begins in an hour and meets again in a week, with these participants; and its host."""
    offer = await make.offer("Kor", joining=joining, capacity=None, starts=[NOW + HOUR, NOW + 7 * DAY])
    host = await make.member(await Organization.get(id=offer.owner_id), Role.EDITOR, "Tom")
    await HostAssignment.create(person=host, offer=offer)
    pool = await SeatPool.filter(offer=offer).order_by("starts_at").first()
    assert pool is not None
    for name in names:
        person = await make.person(name)
        contact = await make.contact(person, f"{name.lower()}@example.no", verified=False)
        await make.booking(pool, person, contact=contact, seats=seats)
    session = await Session.filter(offer=offer).order_by("starts_at").select_related("offer").first()
    assert session is not None
    return offer, session, host


async def save(
    session: Session, host: Person, *here: str, now: Any = NOW, head_count: int | None = None
) -> None:
    present = {one.id for one in await Booking.filter(offer_id=session.offer_id, participant__name__in=here)}
    version = await value("SELECT saved_at FROM register WHERE session_id = $1", session.id)
    await actions.save(session, present, {}, head_count, version=version, by=host.id, now=now)


async def moved(session: Session, host: Person, by: timedelta = 2 * DAY) -> None:
    sequence = (await Session.get(id=session.id)).sequence
    await messages.move(
        session, sequence=sequence, starts_at=session.starts_at + by, ends_at=session.ends_at + by, venue_id=None,
        by=host.id, now=NOW,
    )  # fmt: skip


async def cancelled(session: Session, host: Person) -> None:
    await messages.cancel(session, sequence=0, note="", by=host.id, now=NOW)


async def offer_cancelled(session: Session, host: Person) -> None:
    await messages.cancel_offer(await Offer.get(id=session.offer_id), note="", by=host.id, now=NOW)


ENDS = {moved: RegisterEnd.MOVED, cancelled: RegisterEnd.CANCELLED, offer_cancelled: RegisterEnd.CANCELLED}


@pytest.mark.parametrize("act", ENDS)
async def test_nothing_of_what_was_marked_before_counts_after_it(
    db: None, data_dir: object, act: Any
) -> None:
    _offer, session, host = await soon("Ola", "Ida")
    await save(session, host, "Ola", head_count=3)
    await act(session, host)
    for table in ("register", "attendance", "head_count"):
        assert await value(f"SELECT count(*) FROM {table}") == 0
    (kept,) = await EndedRegister.all()
    assert (kept.ended_by, kept.starts_at, kept.saved_at, kept.head_count) == (ENDS[act], NOW + HOUR, NOW, 3)
    assert sorted((mark["state"], mark["seats"]) for mark in kept.marks) == [("present", 1)]
    assert {*kept.marks[0]} == {"booking", "state", "seats"}, "no name and no pseudonym"
    await follow_up(NOW + 5 * DAY)
    assert await OutboxMessage.filter(mail__in=["missed", "thanks"]).count() == 0
    assert await counted(Measure.SESSIONS, Measure.ATTENDANCES, Measure.PEOPLE) == [0, 0, 0]
    assert await violations() == []


async def test_a_moved_sessions_register_begins_anew_and_the_page_says_so(visitor: Visitor) -> None:
    _offer, session, host = await soon("Ola", "Ida")
    await visitor.sign_in(host)
    path = f"/manage/sessions/{session.id}/register"
    page = await visitor.open(path)
    assert "Blir samlingen flyttet eller avlyst etterpå, teller ikke det du har ført." in page.text
    ola = await Booking.get(participant__name="Ola")
    await visitor.submit(page, "/register", present=[str(ola.id)])
    await moved(session, host)
    late = await visitor.submit(page, "/register", present=[str(ola.id)])
    assert (late.status, "fra to timer før start" in late.text) == (422, True), "an open page of the old time"
    visitor.wait(2 * DAY)
    page = await visitor.open(path)
    assert "Samlingen er flyttet siden oppmøtet ble ført." in page.text
    assert "0 av 2 er her." in page.text
    assert page.fields("/register").get("present", []) == []
    await visitor.submit(page, "/register", present=[str(ola.id)])
    assert "Samlingen er flyttet siden" not in (await visitor.open(path)).text
    assert await value("SELECT count(*) FROM attendance WHERE state = 'present'") == 1


async def test_a_register_is_not_saved_after_a_cancellation_that_came_first(
    db: None, data_dir: object
) -> None:
    _offer, session, host = await soon("Ola")
    _told, refused, waited = await overlapping(
        lambda: cancelled(session, host), lambda: save(session, host, "Ola")
    )
    assert (isinstance(refused, Refused), waited) == (True, True)
    assert await value("SELECT count(*) FROM register") == 0


async def test_nobody_is_marked_who_is_taken_off_while_the_register_is_saved(
    db: None, data_dir: object
) -> None:
    offer, session, host = await soon("Ola", "Ida")
    ola = await Booking.get(offer=offer, participant__name="Ola")
    await overlapping(lambda: bookings.cancel(ola.id, now=NOW), lambda: save(session, host, "Ola"))
    assert [each["booking_id"] for each in await rows("SELECT booking_id FROM attendance")] != [ola.id]
    assert await violations() == []


async def test_who_leaves_before_it_begins_is_not_marked_and_who_leaves_after_keeps_it(
    db: None, data_dir: object
) -> None:
    offer, session, host = await soon("Ola", "Ida")
    ola, ida = [await Booking.get(offer=offer, participant__name=name) for name in ("Ola", "Ida")]
    await save(session, host, "Ola", "Ida")
    await bookings.cancel(ola.id, now=NOW + timedelta(minutes=30))
    await bookings.cancel(ida.id, now=NOW + 2 * HOUR)
    assert [each["booking_id"] for each in await rows("SELECT booking_id FROM attendance")] == [ida.id]
    assert await violations() == []


async def test_a_party_that_shrinks_keeps_what_it_was_and_no_more_than_can_come(
    db: None, data_dir: object
) -> None:
    """Before the start fewer can come; after it as many came as came, also when the register is saved once more."""
    offer, session, host = await soon("Ola", "Ida", seats=3)
    ola, ida = [await Booking.get(offer=offer, participant__name=name) for name in ("Ola", "Ida")]
    await save(session, host, "Ola", "Ida")
    await companions_actions.leave(ola.id, set(), 1, seen=3, now=NOW + timedelta(minutes=30))
    await companions_actions.leave(ida.id, set(), 1, seen=3, now=NOW + 2 * HOUR)

    async def came() -> dict[UUID, int]:
        found = await rows("SELECT booking_id, seats_present FROM attendance")
        return {each["booking_id"]: each["seats_present"] for each in found}

    assert await came() == {ola.id: 2, ida.id: 3}
    assert await violations() == []
    version = await value("SELECT saved_at FROM register")
    await actions.save(session, {ola.id, ida.id}, {ola.id: 2, ida.id: 3}, None, version=version, by=host.id,
                       now=NOW + 3 * HOUR)  # fmt: skip
    assert await came() == {ola.id: 2, ida.id: 3}


async def test_word_about_the_old_time_says_nothing_of_the_new(visitor: Visitor) -> None:
    offer, session, host = await soon("Ola", "Ida")
    ola = await Booking.get(offer=offer, participant__name="Ola")
    await bookings.send_word(ola.id, session.id, now=NOW)
    elsewhere = await make.venue("Biblioteket")
    await messages.move(session, sequence=0, starts_at=session.starts_at, ends_at=session.ends_at,
                        venue_id=elsewhere.id, by=host.id, now=NOW)  # fmt: skip
    assert await value("SELECT count(*) FROM sent_word") == 1, (
        "at the same time, elsewhere: they still cannot"
    )
    await moved(session, host)
    assert await value("SELECT count(*) FROM sent_word") == 0
    said = {}
    for message in await OutboxMessage.filter(mail="session_moved", facts__contains={"sequence": 2}):
        content = await MAILS["session_moved"](Channel.EMAIL, "nb", **message.facts)
        assert content is not None
        said[message.address] = "Du hadde sagt fra at du ikke kunne komme" in content.text
    assert said == {"ola@example.no": True, "ida@example.no": False}


async def test_word_that_comes_while_it_is_cancelled_is_refused(db: None) -> None:
    offer, session, host = await soon("Ola")
    ola = await Booking.get(offer=offer)
    _told, refused, waited = await overlapping(
        lambda: cancelled(session, host), lambda: bookings.send_word(ola.id, session.id, now=NOW)
    )
    assert (isinstance(refused, Refused), waited) == (True, True)
    assert await value("SELECT count(*) FROM sent_word") == 0


async def test_a_word_that_waits_is_not_sent_to_who_was_there_after_all(db: None, data_dir: object) -> None:
    """The host corrects the register before the message has left."""
    _offer, session, host = await soon("Ola", "Ida")
    await save(session, host, now=session.ends_at)
    await follow_up(session.ends_at + DAY)
    assert await OutboxMessage.filter(mail="missed").count() == 2
    await save(session, host, "Ola", now=session.ends_at + DAY)
    sent = [
        message.address for message in await OutboxMessage.filter(mail="missed")
        if await MAILS["missed"](Channel.EMAIL, "nb", **message.facts)
    ]  # fmt: skip
    assert sent == ["ida@example.no"]


async def test_figures_count_nothing_that_is_cancelled_or_not_over(db: None, data_dir: object) -> None:
    """Whatever a database may hold."""
    _offer, session, host = await soon("Ola")
    await save(session, host, "Ola", now=session.starts_at)
    for at, held in ((session.ends_at - HOUR, 0), (session.ends_at, 1)):
        assert await counted(Measure.SESSIONS, now=at) == [held]
    await rows("UPDATE session SET status = 'cancelled' WHERE id = $1", session.id)
    assert await counted(Measure.SESSIONS, now=session.ends_at) == [0]
