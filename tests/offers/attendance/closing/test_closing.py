"""A register counts when it is closed: by a host's tap, which may be taken back, or by the clock at twelve the day
after. Nobody is absent before."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.errors import NotFound, Refused
from marketplace.operations.check.whole import violations
from offers.attendance.closing import actions
from offers.attendance.closing import rules as closing_rules
from offers.attendance.closing.queries import is_due
from offers.attendance.keys import YearClosed
from offers.attendance.taps.actions import keep
from offers.attendance.taps.models import Field
from offers.attendance.taps.rules import Sender, Tap
from offers.attendance.year_keys import key_of
from offers.bookings import actions as bookings
from offers.bookings.companions.actions import leave
from offers.bookings.models import SentWord
from offers.catalogue.models import SeatPool, Session
from offers.seats.models import Booking
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.registers import evening, marks
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGAN = NOW - 3 * HOUR
"""It is over."""
NOON = datetime(2026, 10, 14, 10, tzinfo=UTC)
"""Twelve in Norway, the day after NOW."""


async def mark(session: Session, name: str, state: str = "present", cause: str = "tap") -> None:
    """What a tap leaves: the register is begun, and one of them is marked."""
    await rows(
        """INSERT INTO register (id, session_id, saved_at) VALUES (gen_random_uuid(), $1, $2)
        ON CONFLICT DO NOTHING""",
        session.id, session.starts_at,
    )  # fmt: skip
    booking = await Booking.get(participant__name=name)
    await key_of(2026, NOW)
    await rows(
        """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at, cause)
        VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7)""",
        session.id, booking.id, state, int(state == "present"), b"p" * 32 if state == "present" else None,
        session.starts_at, cause,
    )  # fmt: skip


async def closed_by() -> str | None:
    found: str | None = await value("SELECT closed_by FROM register WHERE closed_at IS NOT NULL")
    return found


async def acts(session: UUID) -> list[str]:
    found = await rows("SELECT action FROM audit_entry WHERE object_id = $1 ORDER BY at, id", session)
    return [each["action"] for each in found]


async def test_ferdig_makes_who_is_untouched_absent_or_excused_and_angre_takes_it_back(
    visitor: Visitor,
) -> None:
    _offer, session, host = await evening("Amina", "Bjørn", "Hanne", starts=BEGAN)
    await mark(session, "Bjørn")
    await SentWord.create(booking=await Booking.get(participant__name="Hanne"), session=session, at=NOW)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    assert await marks("state", "cause") == {"Bjørn": ("present", "tap")}, "before that nobody is absent"
    page = await visitor.follow(await visitor.submit(page, "/register/done"))
    assert await marks("state", "cause") == {
        "Amina": ("absent", "closing"), "Bjørn": ("present", "tap"), "Hanne": ("excused", "closing"),
    }  # fmt: skip
    assert await closed_by() == "host"
    assert await value("SELECT closed_by_person_id FROM register") == host.id
    page = await visitor.follow(await visitor.submit(page, "/done/undo"))
    assert await marks("state", "cause") == {"Bjørn": ("present", "tap")}
    assert await closed_by() is None
    assert [act for act in await acts(session.id) if act != "register.read"] == [
        "register.closed", "register.reopened",
    ]  # fmt: skip
    assert await violations() == []


async def test_ferdig_twice_or_by_two_hosts_closes_once_and_the_first_stays(db: None) -> None:
    _offer, session, host = await evening("Amina", starts=BEGAN)
    other = await make.person("Odd")
    await asyncio.gather(*[actions.finish(session, by=who, now=NOW) for who in (host.id, other.id) * 4])
    assert await marks("state", "cause") == {"Amina": ("absent", "closing")}
    assert (await acts(session.id)).count("register.closed") == 1


async def test_nobody_is_absent_from_what_has_not_begun(db: None) -> None:
    _offer, session, host = await evening("Amina", starts=NOW + HOUR)
    with pytest.raises(Refused, match="ikke begynt ennå"):
        await actions.finish(session, by=host.id, now=NOW)
    assert await value("SELECT count(*) FROM register") == 0


async def test_a_cancelled_session_has_no_register_to_close(db: None) -> None:
    _offer, session, host = await evening("Amina", starts=BEGAN)
    await mark(session, "Amina")
    await Session.filter(id=session.id).update(status="cancelled")
    for act in (actions.finish, actions.nobody_came, actions.reopen):
        with pytest.raises(Refused, match="avlyst"):
            await act(session, by=host.id, now=NOW)
    await actions.close_by_the_clock(NOON)
    assert await closed_by() is None


async def test_whoever_cancels_while_it_is_closed_is_not_marked_after(db: None) -> None:
    """The booking's row is held by who cancels: closing waits, and finds that it has ended."""
    _offer, session, host = await evening("Amina", "Bjørn", starts=NOW + HOUR)
    amina = await Booking.get(participant__name="Amina")
    begun = NOW + HOUR
    _left, _closed, waited = await overlapping(
        lambda: bookings.cancel(amina.id, now=begun - timedelta(minutes=1)),
        lambda: actions.finish(session, by=host.id, now=begun),
    )
    assert waited
    assert await marks("state", "cause") == {"Bjørn": ("absent", "closing")}
    assert await violations() == []


async def test_whoever_cancels_at_the_moment_that_they_are_marked_has_no_mark(db: None) -> None:
    """Marking holds the booking's row: who cancels waits, and what was written meanwhile goes with the booking. So it
    is for a host's tap before the start, and for closing by a clock that is a little ahead."""
    soon = NOW + HOUR
    _offer, session, host = await evening("Amina", "Bjørn", starts=soon)
    amina, bjorn = [await Booking.get(participant__name=name) for name in ("Amina", "Bjørn")]
    here = Tap(uuid4(), NOW, amina.id, Field.STATE, "present", 0)
    _tapped, _left, waited = await overlapping(
        lambda: keep(session.id, session.offer.owner_id, [here], Sender(host.id), now=NOW),
        lambda: bookings.cancel(amina.id, now=NOW),
    )
    assert (waited, await marks("state", "cause")) == (True, {})
    _closed, _left, waited = await overlapping(
        lambda: actions.finish(session, by=host.id, now=soon),
        lambda: bookings.cancel(bjorn.id, now=soon - timedelta(seconds=1)),
    )
    assert (waited, await marks("state", "cause"), await violations()) == (True, {}, [])


async def test_some_of_a_party_leave_at_the_moment_that_all_are_marked(db: None) -> None:
    _offer, session, host = await evening("Amina", starts=NOW + HOUR)
    amina = await Booking.get(participant__name="Amina")
    await Booking.filter(id=amina.id).update(seats=3)
    await SeatPool.all().update(taken=3)
    here = Tap(uuid4(), NOW, amina.id, Field.STATE, "present", 0)
    _tapped, left, waited = await overlapping(
        lambda: keep(session.id, session.offer.owner_id, [here], Sender(host.id), now=NOW),
        lambda: leave(amina.id, set(), 1, seen=3, now=NOW),
    )
    assert (waited, left) == (True, None)
    assert await value("SELECT seats_present FROM attendance") == 2


async def test_a_drafts_date_that_is_thrown_away_at_that_moment_is_not_there(db: None) -> None:
    _offer, session, host = await evening(starts=BEGAN)
    _gone, finished, waited = await overlapping(
        lambda: rows("DELETE FROM session WHERE id = $1", session.id),
        lambda: actions.finish(session, by=host.id, now=NOW),
    )
    assert waited
    assert isinstance(finished, NotFound)


async def test_at_twelve_the_day_after_what_was_marked_closes_by_itself(db: None) -> None:
    _offer, session, _host = await evening("Amina", "Bjørn", starts=BEGAN)
    await mark(session, "Bjørn")
    for too_early in (NOW, NOW + 12 * HOUR, NOON - timedelta(seconds=1)):
        await actions.close_by_the_clock(too_early)
        assert await closed_by() is None
    await actions.close_by_the_clock(NOON)
    assert await closed_by() == "clock"
    assert await marks("state", "cause") == {"Amina": ("absent", "closing"), "Bjørn": ("present", "tap")}
    assert await rows(
        "SELECT actor_id, details->>'by' AS by FROM audit_entry WHERE action = 'register.closed'"
    ) == [{"actor_id": None, "by": "clock"}]


async def test_a_session_over_midnight_closes_the_day_after_it_ended(db: None) -> None:
    late = datetime(2026, 10, 12, 21, tzinfo=UTC)  # 23 to 1 in Norway: it ended on the 13th
    _offer, session, _host = await evening("Amina", starts=late)
    await mark(session, "Amina")
    await actions.close_by_the_clock(NOON - DAY)
    assert await closed_by() is None
    await actions.close_by_the_clock(NOON)
    assert await closed_by() == "clock"


@pytest.mark.parametrize(
    "day", [datetime(2026, 3, 28, 15, tzinfo=UTC), datetime(2026, 10, 24, 15, tzinfo=UTC)]
)
async def test_twelve_is_twelve_also_when_the_clocks_change(db: None, day: datetime) -> None:
    _offer, session, _host = await evening("Amina", starts=day)
    await mark(session, "Amina")
    noon = datetime(day.year, day.month, day.day + 1, 10 if day.month == 3 else 11, tzinfo=UTC)
    await actions.close_by_the_clock(noon - timedelta(seconds=1))
    assert await closed_by() is None
    await actions.close_by_the_clock(noon)
    assert await closed_by() == "clock"


async def test_what_nobody_marked_stays_open_and_is_not_recorded(db: None) -> None:
    _offer, session, _host = await evening("Amina", "Bjørn", starts=BEGAN)
    await mark(session, "Amina", cause="check_in")
    await actions.close_by_the_clock(NOON + 5 * DAY)
    assert await closed_by() is None, "who checked in says nothing of the others"
    await rows("DELETE FROM attendance")
    await actions.close_by_the_clock(NOON + 5 * DAY)
    assert await closed_by() is None
    assert await marks("state", "cause") == {}


async def test_heads_alone_are_a_mark_too(db: None) -> None:
    _offer, session, _host = await evening(starts=BEGAN)
    await rows(
        "INSERT INTO register (id, session_id, saved_at) VALUES (gen_random_uuid(), $1, $2)", session.id, NOW
    )
    await rows("INSERT INTO head_count (id, session_id, count, by_code, recorded_at) VALUES (gen_random_uuid(), $1, 0, "
               "4, $2)", session.id, NOW)  # fmt: skip
    await actions.close_by_the_clock(NOON)
    assert await closed_by() is None, "heads by code are nobody's count yet"
    await rows("UPDATE head_count SET count = 7")
    await actions.close_by_the_clock(NOON)
    assert await closed_by() == "clock"


@pytest.mark.parametrize("by", ["host", "clock"])
async def test_angre_is_there_until_twelve_the_day_after_it_was_closed(db: None, by: str) -> None:
    """Also when it was finished late. After that a register is corrected in place."""
    _offer, session, host = await evening("Amina", "Bjørn", starts=BEGAN)
    await mark(session, "Bjørn")
    closed = NOON if by == "clock" else NOON + 3 * DAY
    await (
        actions.close_by_the_clock(closed)
        if by == "clock"
        else actions.finish(session, by=host.id, now=closed)
    )
    with pytest.raises(Refused, match="Rett det rett i lista"):
        await actions.reopen(session, by=host.id, now=closed + DAY)
    assert await closed_by() == by
    await actions.reopen(session, by=host.id, now=closed + DAY - timedelta(seconds=1))
    await actions.close_by_the_clock(closed + DAY)
    assert await closed_by() is None, "who has just opened it has until the day after"
    await actions.close_by_the_clock(closed + 2 * DAY)
    assert await closed_by() == "clock"


async def test_whoever_is_at_it_is_not_interrupted_by_the_clock(db: None) -> None:
    """What is first marked days after would else close within the minute, and make all the others absent."""
    _offer, session, _host = await evening("Amina", "Bjørn", starts=BEGAN)
    await mark(session, "Bjørn")
    for at, closes in ((NOON - timedelta(minutes=5), NOON + DAY), (NOON + 3 * DAY, NOON + 4 * DAY)):
        await rows("UPDATE register SET saved_at = $1, closed_at = NULL, closed_by = NULL", at)
        await rows("DELETE FROM attendance WHERE cause = 'closing'")
        await actions.close_by_the_clock(closes - timedelta(seconds=1))
        assert await closed_by() is None
        await actions.close_by_the_clock(closes)
        assert await closed_by() == "clock"


async def test_the_page_says_the_moment_at_which_the_clock_closes_it(db: None) -> None:
    """The rule and the statement are one law said twice: they say the same of any moments."""
    _offer, session, _host = await evening("Amina", starts=BEGAN)
    await mark(session, "Amina")
    chance = random.Random(13)
    for _ in range(150):
        ends = datetime(2026, 3, 27, tzinfo=UTC) + timedelta(minutes=chance.randrange(0, 4 * 24 * 60))
        saved = ends + timedelta(minutes=chance.randrange(-60, 3 * 24 * 60))
        await rows("UPDATE session SET starts_at = $1, ends_at = $2", ends - HOUR, ends)
        await rows("UPDATE register SET saved_at = $1", saved)
        closes = closing_rules.closes_at(ends - HOUR, ends, saved)
        assert not await is_due(session.id, closes - timedelta(seconds=1)), (ends, saved)
        assert await is_due(session.id, closes), (ends, saved)


async def test_what_is_marked_on_the_last_day_of_its_year_is_closed_and_counted(db: None) -> None:
    """Twelve the day after would be in February, when nothing of the year is counted any more."""
    _offer, session, _host = await evening("Amina", starts=BEGAN)
    await mark(session, "Amina")
    settled = closing_rules.settled_at(2026)
    for saved in (settled - 13 * HOUR, settled - timedelta(minutes=1)):
        await rows("UPDATE register SET saved_at = $1", saved)
        assert closing_rules.closes_at(session.starts_at, session.ends_at, saved) == settled
        assert not await is_due(session.id, settled - timedelta(seconds=1))
        assert await is_due(session.id, settled)
    await rows("UPDATE year_key SET closed_at = $1", settled)
    assert not await is_due(session.id, settled), "it is counted for the last time"
    await rows("UPDATE year_key SET closed_at = NULL")
    await actions.close_by_the_clock(settled + 3 * DAY)
    assert await closed_by() == "clock", "also by a worker that stood still"


async def test_nobody_came_is_asked_and_recorded_and_may_be_taken_back(visitor: Visitor) -> None:
    _offer, session, host = await evening("Amina", "Bjørn", starts=BEGAN)
    await visitor.sign_in(host)
    path = f"/manage/sessions/{session.id}/register/nobody"
    page = await visitor.open(path)
    assert page.heading == "Kom det ingen?"
    assert await value("SELECT count(*) FROM register") == 0, (
        "a look, as a mail program takes, records nothing"
    )
    page = await visitor.follow(await visitor.submit(page, "/nobody"))
    assert await closed_by() == "host"
    assert "Oppmøtet er ferdig ført." in (await visitor.open(path)).text, "nobody asks what is known"
    assert await marks("state", "cause") == {"Amina": ("absent", "closing"), "Bjørn": ("absent", "closing")}
    await visitor.submit(page, "/done/undo")
    assert await closed_by() is None
    assert await marks("state", "cause") == {}


async def test_nobody_came_is_refused_where_somebody_is_marked_and_before_the_end(visitor: Visitor) -> None:
    _offer, session, host = await evening("Amina", starts=BEGAN)
    await visitor.sign_in(host)
    path = f"/manage/sessions/{session.id}/register/nobody"
    before = await visitor.open(path)
    await mark(session, "Amina", cause="check_in")
    refused, asked = await visitor.submit(before, "/nobody"), await visitor.open(path)
    assert (refused.status, asked.status) == (422, 200)
    for page in (refused, asked):
        assert "Noen er ført som til stede" in page.text
        assert "/nobody" not in "".join(page.forms), "what is refused is not offered again"
        assert f"/manage/sessions/{session.id}/register" in [a["href"] for a in page.soup.select("main a")]
    assert await closed_by() is None
    _offer, now_on, leader = await evening("Bjørn", starts=NOW - HOUR)
    with pytest.raises(Refused, match="ikke over ennå"):
        await actions.nobody_came(now_on, by=leader.id, now=NOW)


async def test_after_the_31_of_january_nobody_closes_or_reopens_anything(db: None) -> None:
    _offer, session, host = await evening("Amina", starts=BEGAN)
    await mark(session, "Amina")
    last = datetime(2027, 1, 31, 22, 59, tzinfo=UTC)
    for act in (actions.finish, actions.nobody_came, actions.reopen):
        with pytest.raises(YearClosed):
            await act(session, by=host.id, now=last + timedelta(minutes=1))
    assert await closed_by() is None
    await actions.finish(session, by=host.id, now=last)
    assert await closed_by() == "host"


async def test_a_strangers_host_closes_nothing(visitor: Visitor) -> None:
    _offer, session, _host = await evening("Amina", starts=BEGAN)
    await visitor.sign_in(await make.member(await make.organization("Andre"), Role.MANAGER))
    for path in ("done", "done/undo", "nobody"):
        sent = await visitor.client.post(
            f"/manage/sessions/{session.id}/register/{path}",
            data={"form_token": (await visitor.open("/my-page")).fields()["form_token"][0]},
        )
        assert sent.status_code == 404
    assert await value("SELECT count(*) FROM register") == 0


async def test_nobody_came_is_refused_where_heads_by_code_wait_for_the_host(db: None) -> None:
    _offer, session, host = await evening("Amina", starts=BEGAN)
    await rows(
        """INSERT INTO head_count (id, session_id, count, by_code, recorded_at)
        VALUES (gen_random_uuid(), $1, 0, 3, $2)""",
        session.id, NOW,
    )  # fmt: skip
    with pytest.raises(Refused, match="Noen er ført som til stede"):
        await actions.nobody_came(session, by=host.id, now=NOW)


async def test_the_form_closes_nothing_before_it_has_begun(visitor: Visitor) -> None:
    _offer, session, host = await evening("Amina", "Bjørn", starts=NOW + HOUR)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    (amina,) = await Booking.filter(participant__name="Amina")
    assert (await visitor.submit(page, "/register", present=[amina.id])).status == 303
    assert await marks("state", "cause") == {"Amina": ("present", "tap")}, (
        "nobody is absent from what has not begun"
    )
    assert await closed_by() is None


async def test_whoever_got_their_place_when_it_was_over_was_not_absent(visitor: Visitor) -> None:
    _offer, session, host = await evening("Amina", "Bjørn", starts=BEGAN)
    await Booking.filter(participant__name="Bjørn").update(seated_at=session.ends_at + HOUR)
    await actions.finish(session, by=host.id, now=NOW)
    assert await marks("state", "cause") == {"Amina": ("absent", "closing")}
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    told = await visitor.client.get(f"/manage/sessions/{session.id}/register/taps")
    bjorn = await Booking.get(participant__name="Bjørn")
    shown = told.json()["register"]["fields"] if "register" in told.json() else told.json()["fields"]
    assert shown.get(f"{bjorn.id}:state", {"value": None})["value"] is None
    assert page.status == 200
