"""Everything that asks who came, of one register: nothing before it is closed, all of it after, and nothing again when
that is taken back."""

from datetime import timedelta
from typing import Any

from marketplace.base.data.database import rows, value
from marketplace.base.models import OutboxMessage
from marketplace.statistics.measures import Measure
from marketplace.statistics.own.queries import OwnBy, figures
from offers.attendance.closing import actions
from offers.bookings.certificates.queries import attended
from offers.catalogue.models import Offer, Session
from offers.messages.follow_up.actions import follow_up
from offers.messages.follow_up.queries import is_absent, was_there
from offers.messages.models import Recipients
from offers.messages.queries import recipients
from offers.seats.models import Booking
from offers.work.told.queries import lacking_registers
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import counted
from tests.offers.attendance.closing.test_closing import BEGAN, NOON, closed_by, mark
from tests.offers.attendance.registers import evening

DAY = timedelta(days=1)


async def asked(session: Session) -> dict[str, Any]:
    """What each reader makes of the register."""
    offer = await Offer.get(id=session.offer_id).select_related("owner")
    bjorn, amina = [await Booking.get(participant__name=name) for name in ("Bjørn", "Amina")]
    own, _evening = await figures(offer.owner_id, 2026, OwnBy.OFFER, NOW + 2 * DAY)
    sums = [each for months in own.values() for each in months.values()]
    certificate = await attended(bjorn.id, NOW + 2 * DAY)
    assert certificate is not None
    editor = await make.member(offer.owner, Role.EDITOR, "Kari")
    return {
        "was there": await was_there(bjorn.id),
        "absent": await is_absent(amina.id, session.id),
        "written to": [
            one.booking_id for one in await recipients(offer.id, session, Recipients.PRESENT, NOW)
        ],
        "own": max((each[Measure.ATTENDANCES].value for each in sums), default=0),
        "certificate": (certificate.held, certificate.came),
        "recorded": await lacking_registers(offer.owner_id, editor.id, NOW + DAY) == 0,
    }


async def missed(now: Any) -> list[str]:
    await rows("DELETE FROM outbox_message")
    await follow_up(now)
    return [one.address for one in await OutboxMessage.filter(mail="missed")]


async def test_nothing_is_known_before_it_is_closed_and_all_of_it_after(db: None) -> None:
    _offer, session, host = await evening("Amina", "Bjørn", starts=BEGAN)
    await Offer.filter(id=session.offer_id).update(certificate_share=75)
    await mark(session, "Bjørn")
    await rows(
        """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, recorded_at)
        SELECT gen_random_uuid(), $1, b.id, 'absent', 0, $2 FROM booking b JOIN person n ON n.id = b.participant_id
        WHERE n.name = 'Amina'""",
        session.id, NOW,
    )  # fmt: skip
    nothing = {
        "was there": False,
        "absent": False,
        "written to": [],
        "own": 0,
        "certificate": (0, 0),
        "recorded": False,
    }
    assert await asked(session) == nothing
    assert await missed(NOW + 2 * DAY) == [], "a host has tapped that she did not come, and may tap again"
    assert await counted(Measure.ATTENDANCES, Measure.SESSIONS) == [0, 0]
    await actions.finish(session, by=host.id, now=NOW)
    bjorn = await Booking.get(participant__name="Bjørn")
    assert await asked(session) == {
        "was there": True, "absent": True, "written to": [bjorn.id], "own": 1, "certificate": (1, 1), "recorded": True,
    }  # fmt: skip
    assert await missed(NOW + 2 * DAY) == ["amina@example.no"]
    assert await counted(Measure.ATTENDANCES, Measure.SESSIONS) == [1, 1]
    await actions.reopen(session, by=host.id, now=NOW)
    assert await asked(session) == nothing
    assert await missed(NOW + 2 * DAY) == []
    assert await value("SELECT count(*) FROM attendance") == 2, "what was tapped stays"


async def test_a_friendly_word_wakes_nobody_whenever_the_register_was_closed(db: None) -> None:
    """What closes by itself at twelve would else be told of at six the next morning."""
    _offer, session, _host = await evening("Amina", "Bjørn", starts=BEGAN)
    await mark(session, "Bjørn")
    await actions.close_by_the_clock(NOON)
    assert await closed_by() == "clock"
    six, eight = NOON + timedelta(hours=18), NOON + timedelta(hours=20)
    assert await missed(six + timedelta(minutes=1)) == []
    assert await missed(eight - timedelta(minutes=1)) == []
    assert await missed(eight) == ["amina@example.no"]


async def test_thanks_wait_until_a_register_has_been_closed_for_a_while(db: None) -> None:
    """Marked while they were there, finished at night: three hours in which that may be taken back."""
    _offer, session, host = await evening("Bjørn", starts=BEGAN)
    await mark(session, "Bjørn")
    await actions.finish(session, by=host.id, now=NOW + timedelta(hours=2))
    await follow_up(NOW + timedelta(hours=4))
    assert await OutboxMessage.filter(mail="thanks").count() == 0
    await follow_up(NOW + timedelta(hours=5))
    assert await OutboxMessage.filter(mail="thanks").count() == 1
