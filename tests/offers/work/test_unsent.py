"""Whose phone took a register along and sent nothing is asked a day later: once, without a name, and only as long as
nothing has come."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from marketplace.base.data.database import rows
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS, Content
from marketplace.people.models import Person
from offers.attendance.closing.actions import finish
from offers.attendance.offline.models import RegisterTaken
from offers.catalogue.models import Offer, Session
from offers.catalogue.states import SessionStatus
from offers.rights.models import HostAssignment
from offers.work.unsent.jobs import ask_for_unsent
from organizations.directory.models import Organization
from organizations.members.models import Role
from organizations.notices.models import MemberNotice, Notice
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.taps.conftest import register_of, send, tap
from tests.visitor import Visitor

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


async def taken(visitor: Visitor, *names: str) -> tuple[Session, Person]:
    """A register of a session that has just begun, which its host's phone has taken along; and that host."""
    session, host, _who = await register_of(*names)
    await make.contact(host, "tom@example.no")
    await visitor.sign_in(host)
    await take(visitor, session)
    return session, host


async def take(visitor: Visitor, session: Session) -> None:
    assert (await visitor.open(f"/manage/sessions/{session.id}/register/offline")).status == 200


async def asked(now: datetime) -> list[str]:
    await ask_for_unsent(now)
    return [one.address for one in await OutboxMessage.filter(mail="unsent").order_by("address", "id")]


async def written(now: datetime) -> Content | None:
    (message,) = await OutboxMessage.filter(mail="unsent")
    with time_machine.travel(now, tick=True):
        return await MAILS["unsent"](Channel.EMAIL, "nb", **message.facts)


async def test_after_a_day_without_a_mark_the_host_is_asked_once(visitor: Visitor) -> None:
    session, _host = await taken(visitor, "Amina Berg")
    due = session.ends_at + DAY
    assert await asked(due - MINUTE) == []
    assert await asked(due) == ["tom@example.no"]
    await take(visitor, session)
    assert await asked(due + DAY) == ["tom@example.no"], "once, though the phone fetches it again"
    said = await written(due)
    assert said is not None
    assert f"/manage/sessions/{session.id}/register" in said.text
    assert "samme telefonen" in said.text
    assert "Amina" not in said.text


async def test_whoever_took_none_along_is_not_asked(visitor: Visitor) -> None:
    session, host, _who = await register_of("Amina")
    await make.contact(host, "tom@example.no")
    await visitor.sign_in(host)
    assert (await visitor.open(f"/manage/sessions/{session.id}/register")).status == 200
    assert await asked(session.ends_at + DAY) == []


@pytest.mark.parametrize("outcome", ["kept", "refused"])
async def test_one_mark_of_theirs_says_that_the_phone_has_sent(visitor: Visitor, outcome: str) -> None:
    session, _host = await taken(visitor, "Amina")
    answer = await send(visitor, session, [tap("heads", 3 if outcome == "kept" else 10**9, at=visitor.now)])
    assert answer.outcomes == [outcome]
    assert await asked(session.ends_at + DAY) == []


async def test_anothers_marks_and_the_clock_say_nothing_of_what_a_phone_holds(visitor: Visitor) -> None:
    session, _tom = await taken(visitor, "Amina")
    offer = await Offer.get(id=session.offer_id)
    kari = await make.member(await Organization.get(id=offer.owner_id), Role.HOST, "Kari")
    await HostAssignment.create(person=kari, offer=offer)
    await visitor.sign_in(kari)
    await send(visitor, session, [tap("heads", 3, at=visitor.now)])
    await rows("UPDATE register SET closed_at = $1, closed_by = 'clock'", session.ends_at)
    assert await asked(session.ends_at + DAY) == ["tom@example.no"]


async def test_a_register_that_a_host_has_finished_asks_nobody_also_when_the_letter_waits(
    visitor: Visitor,
) -> None:
    session, host = await taken(visitor, "Amina")
    due = session.ends_at + DAY
    await asked(due)
    await finish(await Session.get(id=session.id).select_related("offer"), by=host.id, now=due)
    assert await written(due) is None, "it was due, and is not true any more"
    await RegisterTaken.all().update(told_at=None)
    await OutboxMessage.all().delete()
    assert await asked(due) == []


async def test_what_was_cancelled_moved_on_or_is_anothers_by_now_asks_nobody(visitor: Visitor) -> None:
    session, host = await taken(visitor, "Amina")
    due = session.ends_at + DAY
    await Session.filter(id=session.id).update(status=SessionStatus.CANCELLED)
    assert await asked(due) == []
    await Session.filter(id=session.id).update(status=SessionStatus.SCHEDULED, ends_at=due)
    assert await asked(due) == [], "it has been moved: a day after that"
    await Session.filter(id=session.id).update(ends_at=session.ends_at)
    await rows("UPDATE membership SET ended_at = $2 WHERE person_id = $1", host.id, due)
    assert await asked(due) == []


async def test_whoever_wants_no_such_messages_gets_none_and_nobody_at_night(visitor: Visitor) -> None:
    session, host = await taken(visitor, "Amina")
    night = datetime(2026, 10, 15, 20, tzinfo=UTC)  # ten in the evening in Norway
    assert session.ends_at + DAY < night
    assert await asked(night) == []
    offer = await Offer.get(id=session.offer_id)
    no = await MemberNotice.create(
        person=host, organization_id=offer.owner_id, kind=Notice.REGISTERS, wanted=False, changed_at=NOW
    )
    assert await asked(session.ends_at + DAY) == []
    await no.delete()
    assert await asked(session.ends_at + DAY) == ["tom@example.no"]


async def test_one_letter_tells_of_all_and_a_sensitive_offer_is_not_named(visitor: Visitor) -> None:
    session, host = await taken(visitor, "Amina")
    offer = await make.offer(
        "Sorggruppe", owner=await Organization.get(id=(await Offer.get(id=session.offer_id)).owner_id),
        starts=[NOW - timedelta(hours=1)], sensitive=True,
    )  # fmt: skip
    await HostAssignment.create(person=host, offer=offer)
    other = await Session.get(offer=offer)
    await take(visitor, other)
    assert await asked(session.ends_at + DAY) == ["tom@example.no"]
    said = await written(session.ends_at + DAY)
    assert said is not None
    assert all(f"/manage/sessions/{each.id}/register" in said.text for each in (session, other))
    assert "Sorggruppe" not in said.text
