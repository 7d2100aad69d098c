"""The demo as it was loaded on Tuesday 13 October 2026: four months back, four months ahead."""

import json
from datetime import timedelta
from typing import Any

import pytest

from marketplace.base import clock
from marketplace.base.data.database import row, rows, value
from marketplace.demo.load import load_if_empty
from marketplace.operations.check.whole import violations
from marketplace.settings import settings
from marketplace.statistics import stored
from marketplace.statistics.measures import Measure
from offers.attendance.keys import year_key
from offers.attendance.rules import pseudonym
from offers.catalogue.recorded import REGISTERS_FOR
from offers.work.told.queries import LACKS_REGISTER
from organizations.directory.models import Municipality
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("demo")

TABLES = (
    "municipality", "organization", "venue", "offer", "session", "seat_pool", "person", "booking", "register",
    "attendance", "head_count", "membership", "dialogue_meeting", "meeting_organization", "plan", "focus_area",
    "measure", "goal",
)  # fmt: skip


async def counts() -> dict[str, int]:
    return {table: await value(f"SELECT count(*) FROM {table}") for table in TABLES}


async def labels(sql: str, *values: Any) -> list[Any]:
    return [next(iter(found.values())) for found in await rows(sql, *values)]


async def test_everything_in_the_files_is_there() -> None:
    found = await counts()
    assert {name: found[name] for name in TABLES[:4]} == {
        "municipality": 2, "organization": 25, "venue": 21, "offer": 89,
    }  # fmt: skip
    assert {name: found[name] for name in TABLES[-6:]} == {
        "dialogue_meeting": 4, "meeting_organization": 24, "plan": 2, "focus_area": 13, "measure": 33, "goal": 14,
    }  # fmt: skip
    assert await value("SELECT count(DISTINCT kind) FROM offer") == 12
    waiting = "SELECT slug FROM organization WHERE state <> 'approved' ORDER BY slug"
    assert await labels(waiting) == ["hov-hagelag", "kveldsturen", "lura-strikkelag"]
    assert await labels(
        """SELECT keywords FROM offer_text t JOIN offer o ON o.id = t.offer_id
        WHERE t.lang = 'nb' AND o.slug = 'torsdagssuppa'"""
    ) == ["Møteplass Frivilligsentralen i Sandnes"]  # fmt: skip


async def test_about_400_people_take_part() -> None:
    booked = "SELECT count(DISTINCT participant_id) FROM booking"
    assert 400 <= await value(booked) <= 460
    ways = await rows(
        """SELECT coalesce(c.channel, 'none') AS channel, count(DISTINCT n.id) AS people
        FROM person n LEFT JOIN contact_point c ON c.person_id = n.id GROUP BY 1"""
    )
    assert {way["channel"] for way in ways if way["people"] > 40} == {"email", "sms", "none"}


async def test_nothing_reaches_anybody() -> None:
    assert (
        await labels(
            "SELECT value FROM contact_point WHERE channel = 'email' AND value NOT LIKE '%@example.no'"
        )
        == []
    )
    assert await labels(
        "SELECT value FROM contact_point WHERE channel = 'sms' AND value NOT LIKE '+47510000__'"
    ) == []  # fmt: skip
    assert await value("SELECT count(*) FROM outbox_message") == 0


async def test_loading_again_changes_nothing() -> None:
    before = await counts()
    people = settings().data_dir / "people.json"
    written = people.stat().st_mtime_ns
    assert await load_if_empty() is False
    assert await counts() == before
    assert people.stat().st_mtime_ns == written


async def test_no_invariant_is_broken() -> None:
    assert await violations() == []


async def test_sessions_reach_from_four_months_back_to_four_months_ahead() -> None:
    found = await row("SELECT min(starts_at) AS first, max(starts_at) AS last FROM session")
    assert found
    assert timedelta(weeks=15) < NOW - found["first"] < timedelta(weeks=17)
    assert timedelta(weeks=15) < found["last"] - NOW < timedelta(weeks=17)


async def test_a_meeting_at_half_past_five_stays_there_when_summer_time_ends() -> None:
    starts = await labels(
        "SELECT s.starts_at FROM session s JOIN offer o ON o.id = s.offer_id WHERE o.slug = 'torsdagssuppa'"
    )
    assert {clock.oslo(start).strftime("%a %H:%M") for start in starts} == {"Thu 17:30"}
    assert {start.strftime("%H:%M") for start in starts} == {"15:30", "16:30"}


async def test_a_handful_of_registers_is_missing_and_none_is_of_what_has_just_been() -> None:
    month = clock.month_start(clock.today(NOW))
    lacking = await rows(
        f"""SELECT o.slug, s.starts_at, s.ends_at FROM offer o JOIN session s ON s.offer_id = o.id
        WHERE {LACKS_REGISTER.format(now="$1", since="$2")}""",
        NOW, NOW - REGISTERS_FOR,
    )  # fmt: skip
    yesterday = NOW - timedelta(days=1)
    for table in ("register", "head_count"):
        saved = f"SELECT count(*) FROM {table} r JOIN session s ON s.id = r.session_id WHERE s.ends_at"
        assert await value(f"{saved} > $1", yesterday) == 0, table
        assert await value(f"{saved} > $1", month) > 5, table
    forgotten = sum(one["ends_at"] <= yesterday for one in lacking)
    assert (3 <= forgotten <= 20, len(lacking) - forgotten <= 20) == (True, True)


async def test_three_of_four_come() -> None:
    found = await row(
        """SELECT avg((state = 'present')::int)::float AS present, avg((state = 'excused')::int)::float AS excused
        FROM attendance"""
    )
    assert found
    assert 0.7 < found["present"] < 0.82
    assert 0.06 < found["excused"] < 0.14


async def test_pseudonyms_are_made_as_for_anybody() -> None:
    found = await rows(
        """SELECT DISTINCT ON (c.verified_at IS NULL) a.pseudonym, n.name, c.value, n.id, c.verified_at, o.owner_id
        FROM attendance a JOIN booking b ON b.id = a.booking_id JOIN offer o ON o.id = b.offer_id
        JOIN person n ON n.id = b.participant_id JOIN contact_point c ON c.id = b.contact_id
        WHERE a.state = 'present'"""
    )
    assert len(found) == 2
    for each in found:
        within = None if each["verified_at"] else each["owner_id"]
        made = pseudonym(year_key(2026), each["name"], each["value"], each["id"], within)
        assert each["pseudonym"] == made


async def test_the_months_that_are_over_are_closed_and_the_figures_stand() -> None:
    sandnes = await Municipality.get(slug="sandnes")
    assert [each.number for each in await stored.closings(sandnes.id, [2026])] == list(range(1, 10))
    sums = await stored.total(stored.Cells(sandnes.id), 2026, [Measure.PEOPLE, Measure.ATTENDANCES])
    assert sums[Measure.PEOPLE].value > 100
    assert sums[Measure.ATTENDANCES].value > 2 * sums[Measure.PEOPLE].value


async def test_a_popular_course_is_full_and_ola_is_last_in_its_queue() -> None:
    queue = await labels(
        """SELECT n.name FROM booking b JOIN person n ON n.id = b.participant_id JOIN offer o ON o.id = b.offer_id
        WHERE o.slug = 'hap-i-hverdagen' AND b.state = 'waiting' ORDER BY b.queue_no"""
    )
    assert len(queue) >= 3
    assert queue[-1] == "Ola"
    pool = await row(
        """SELECT capacity, taken FROM seat_pool p JOIN offer o ON o.id = p.offer_id WHERE o.slug = 'hap-i-hverdagen'"""
    )
    assert pool == {"capacity": 14, "taken": 14}
    assert await value("SELECT nextval('booking_queue')") > await value("SELECT max(queue_no) FROM booking")


async def test_ola_has_something_ahead_waiting_over_and_for_his_mother() -> None:
    found = await rows(
        """SELECT n.name, b.state, p.starts_at > $1 AS ahead, count(*) AS bookings FROM booking b
        JOIN person n ON n.id = b.participant_id JOIN person k ON k.id = b.booked_by_id
        JOIN contact_point c ON c.person_id = k.id JOIN seat_pool p ON p.id = b.pool_id
        WHERE c.value = 'ola@example.no' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
        NOW,
    )
    assert [tuple(each.values()) for each in found] == [
        ("Aud", "confirmed", True, 1), ("Ola", "cancelled", True, 1), ("Ola", "confirmed", False, 4),
        ("Ola", "confirmed", True, 2), ("Ola", "waiting", True, 1),
    ]  # fmt: skip


async def test_a_cancelled_session_has_a_note_and_nobody_booked() -> None:
    found = await row(
        """SELECT s.note, s.sequence, p.taken FROM session s JOIN seat_pool p ON p.session_id = s.id
        WHERE s.status = 'cancelled'"""
    )
    assert found == {"note": "Vi er tilbake lørdagen etter.", "sequence": 1, "taken": 0}


async def test_who_can_sign_in_is_written_down() -> None:
    people = json.loads((settings().data_dir / "people.json").read_text())
    assert [one["role"] for one in people] == [
        "editor", "manager", "host", "guide", "coordinator", "coordinator", "coordinator", "staff", "editor",
        "resident", "guardian", "youth",
    ]  # fmt: skip
    for one in people:
        assert await value(
            """SELECT n.name FROM contact_point c JOIN person n ON n.id = c.person_id
            WHERE c.value = $1 AND c.verified_at IS NOT NULL""",
            one["address"],
        ) == one["name"]  # fmt: skip


async def test_a_meeting_of_the_dialogue_is_seen_by_its_members() -> None:
    found = await rows(
        """SELECT o.slug, o.visibility, count(DISTINCT a.organization_id) AS sees,
            count(DISTINCT x.organization_id) AS came
        FROM dialogue_meeting m JOIN offer o ON o.id = m.offer_id
        JOIN offer_audience_organization a ON a.offer_id = o.id
        LEFT JOIN meeting_organization x ON x.meeting_id = m.id GROUP BY 1, 2 ORDER BY 1"""
    )
    assert [tuple(each.values()) for each in found] == [
        ("frivillighetsdialogen-eldre-hjemme", "members", 15, 0),
        ("frivillighetsdialogen-helgene", "members", 15, 11),
        ("frivillighetsdialogen-kveldene", "members", 15, 0),
        ("frivillighetsdialogen-ungdom", "members", 15, 13),
    ]


async def test_what_one_comes_to_see_is_there() -> None:
    """A held place, requests, somebody whom a guide booked by telephone, a guardian, and calls that are half ticked."""
    assert await value("SELECT count(*) FROM booking WHERE state = 'offered'") == 1
    assert await value("SELECT count(*) FROM booking WHERE state = 'requested'") >= 2
    assert await value(
        """SELECT n.name FROM booking b JOIN contact_point c ON c.id = b.contact_id AND c.channel = 'call'
        JOIN person n ON n.id = b.participant_id JOIN acts_for h ON h.person_id = n.id AND h.actor_id = b.booked_by_id
        WHERE h.relation = 'guide'"""
    ) == "Olaug"  # fmt: skip
    assert (
        await value("SELECT count(*) FROM acts_for WHERE relation = 'guardian' AND accepted_at IS NOT NULL")
        == 1
    )
    calls = (
        "SELECT count(*) || ' ' || count(called_at) FROM phone_call y JOIN booking b ON b.id = y.booking_id"
    )
    assert await value(f"{calls} JOIN offer o ON o.id = b.offer_id WHERE o.state = 'cancelled'") == "2 1"
