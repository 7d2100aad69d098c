"""Taps over HTTP: each is kept once, and nothing is overwritten unseen."""

import asyncio
import dataclasses
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from marketplace.base.data.database import connection, credentials, in_transaction, rows, value
from marketplace.base.data.statement import asking
from marketplace.settings import settings
from offers.attendance.queries import JUDGED, SAVED, UNSHOWN, Register
from offers.attendance.rules import Attendee
from offers.attendance.taps import arriving
from offers.attendance.taps.queries import GLANCE, WHOLE, glance_of
from offers.attendance.taps.rules import Logged
from offers.catalogue.models import Offer, SeatPool
from offers.rights.models import HostAssignment
from offers.rights.queries import LEADS_NOW
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.house.test_queries import asked  # noqa: F401 - a fixture
from tests.offers.attendance.registers import states
from tests.offers.attendance.taps.conftest import logged, register_of, send, tap, token_of
from tests.visitor import Visitor

MINUTE = timedelta(minutes=1)


async def test_a_tap_is_kept_and_the_register_stays_open(visitor: Visitor) -> None:
    session, host, who = await register_of("Amina", "Elin")
    await visitor.sign_in(host)
    answer = await send(
        visitor, session, [tap("state", "present", who["Amina"], at=NOW), tap("heads", 3, at=NOW)]
    )
    assert (answer.status, answer.outcomes) == (200, ["kept", "kept"])
    register = answer.told["register"]
    assert (register["closed"], register["heads"], register["came"], register["of"]) == (False, 4, 1, 2)
    assert await states() == {"Amina": ("present", 1)}, "nobody is absent before it is closed"
    assert await value("SELECT count(*) FROM attendance WHERE length(pseudonym) = 32") == 1
    assert await value("SELECT closed_at FROM register") is None
    noted = await rows("SELECT details::text FROM audit_entry WHERE action = 'register.tapped'")
    assert noted == [{"details": '{"kept": 2}'}], "one line for all that came together"


async def test_a_tap_sent_twice_is_one(visitor: Visitor) -> None:
    session, host, who = await register_of("Amina")
    await visitor.sign_in(host)
    one = tap("state", "present", who["Amina"], at=NOW)
    await send(visitor, session, [one])
    un = tap("state", None, who["Amina"], saw=1, at=NOW)
    await send(visitor, session, [un])
    again = await send(visitor, session, [one, un, one])
    assert again.outcomes == ["kept", "kept", "kept"]
    assert again.shows("state", who["Amina"]) is None, "nothing un-marked comes back"
    assert (len(await logged()), await states()) == (2, {})


async def test_two_hosts_who_did_not_see_each_other_are_both_kept_and_the_later_counts(
    visitor: Visitor,
) -> None:
    session, tom, who = await register_of("Amina", "Elin")
    offer = await Offer.get(id=session.offer_id)
    kari = await make.member(await Organization.get(id=offer.owner_id), Role.HOST, "Kari")
    await HostAssignment.create(person=kari, offer=offer)
    await visitor.sign_in(tom)
    await send(visitor, session, [tap("state", "present", who["Amina"], at=NOW)])
    visitor.wait(MINUTE)
    await visitor.sign_in(kari)
    late = tap("state", "absent", who["Amina"], at=NOW - MINUTE), tap("state", "present", who["Elin"], at=NOW)
    answer = await send(visitor, session, late)
    assert answer.outcomes == ["conflict", "kept"]
    assert answer.shows("state", who["Amina"]) == "present", "the later by the clock counts"
    (either,) = answer.told["register"]["conflicts"]
    said = [(each["value"], each["by"], each["mine"], each["counts"]) for each in either["values"]]
    assert said == [("absent", "Kari", True, False), ("present", "Tom", False, True)]
    chosen = tap("state", "present", who["Amina"], saw=either["version"], at=visitor.now)
    answer = await send(visitor, session, [chosen])
    assert (answer.outcomes, answer.told["register"]["conflicts"]) == (["kept"], []), "to choose is an act"
    assert sorted(each["outcome"] for each in await logged()) == ["conflict", "kept", "kept", "kept"]
    assert await value("SELECT count(*) FROM register_tap WHERE chosen_at IS NOT NULL") == 1


async def test_what_cannot_be_is_refused_alone_and_with_its_reason(visitor: Visitor) -> None:
    session, host, who = await register_of("Amina")
    strangers = await make.booking(await SeatPool.get(offer=await make.offer("Annet")))
    await visitor.sign_in(host)
    amina = who["Amina"]
    wrong: dict[str, list[Any]] = {
        "gone": [tap("state", "present", strangers.id, at=NOW), tap("state", "present", uuid4(), at=NOW),
                 tap("state", "present", at=NOW), tap("heads", 3, amina, at=NOW)],
        "value": [tap("heads", 10**9, at=NOW), tap("heads", -1, at=NOW), tap("seats", 51, amina, at=NOW),
                  tap("seats", 0, amina, at=NOW), tap("state", "asleep", amina, at=NOW),
                  tap("heads", "3\0", at=NOW), tap("heads", "٣", at=NOW)],
        "early": [tap("heads", 3, at=NOW.replace(year=1970))],
        "future": [tap("heads", 3, at=NOW.replace(year=2099))],
        "unreadable": [7, None, [], {}, {"id": "x"}, tap("state", "present", amina, at=NOW, id="7"),
                       tap("names", "Amina", at=NOW), tap("heads", [3], at=NOW), tap("heads", 3.5, at=NOW),
                       tap("heads", 3, at=NOW, saw=-1), tap("heads", 3, at=NOW, saw=10**12),
                       tap("heads", 3, at=NOW, saw="0"), tap("heads", 3, at=NOW) | {"at": "i går"},
                       tap("heads", True, at=NOW), tap("heads", 3, at=NOW) | {"at": "2026-10-13T10:00:00"}],
    }  # fmt: skip
    taps = [each for those in wrong.values() for each in those]
    right = tap("heads", 3, at=NOW)
    answer = await send(visitor, session, [*taps, right])
    assert answer.outcomes == ["refused"] * len(taps) + ["kept"]
    assert answer.whys == [why for why, those in wrong.items() for _ in those] + [None]
    assert all(each["said"] for each in answer.told["taps"][:-1])
    assert (await send(visitor, session, [*taps, right])).told["taps"] == answer.told["taps"]
    assert await value("SELECT count(*) FROM register_tap WHERE outcome = 'kept'") == 1
    assert not await rows("SELECT FROM register_tap WHERE value = 'asleep' OR booking_id = $1", strangers.id)


async def test_a_list_that_is_none_is_refused_and_nothing_is_half_written(visitor: Visitor) -> None:
    session, host, _who = await register_of("Amina")
    await visitor.sign_in(host)
    answer = await send(visitor, session, [tap("heads", 3, at=NOW) for _ in range(51)])
    assert (answer.status, "50" in answer.told["why"]) == (400, True)
    for taps in ({"a": 1}, "x", None, 7):
        assert (await send(visitor, session, taps)).status == 400
    path = f"/manage/sessions/{session.id}/register/taps"
    half = [b'{"taps": [{"id": "\\ud800"}]}', b'{"taps": [], "since": "\\udfff"}']
    for body in (b"", b"{", b"[" * 20_000, b"\xff\xfe", b"[]", b"null", *half):
        got = await visitor.client.post(path, content=body, headers={
            "content-type": "application/json", "x-form-token": await token_of(visitor)})  # fmt: skip
        assert got.status_code == 400, body[:9]
    assert await logged() == []


async def test_a_tap_asks_the_database_twice(visitor: Visitor, asked: list[str]) -> None:  # noqa: F811
    """However many are in the register, and however many taps come together: a phone waits for it. Who taps and
    what stands, and what becomes of it; and three times more for a page that has not seen what somebody else did."""
    session, host, who = await register_of(*[f"Navn{number}" for number in range(12)])
    await visitor.sign_in(host)
    token = await token_of(visitor)
    found = []
    last = await send(visitor, session, [tap("state", "absent", who["Navn1"], at=NOW)], token=token)
    for since, taps in (
        (last.told["register"]["state"], [tap("state", "present", who["Navn3"], at=NOW)]),
        ("", [tap("state", "present", each, at=NOW, saw=9) for each in who.values()]),
    ):
        asked.clear()
        await send(visitor, session, taps, token=token, since=since)
        # Who the site is for is remembered for a while, and then asked again, by whatever request comes.
        found.append(len([one for one in asked if "FROM municipality m" not in one]))
    assert found == [2, 5], "\n".join(asked)


async def test_a_page_is_told_what_it_has_not_seen_and_no_more(visitor: Visitor) -> None:
    session, host, who = await register_of("Amina", "Elin", "Per")
    await visitor.sign_in(host)

    async def tapped(name: str, since: Any) -> dict[str, Any]:
        one = tap("state", "present", who[name], at=NOW)
        answer = await send(visitor, session, [one], since=since)
        assert answer.outcomes == ["kept"]
        return dict(answer.told["register"])

    first = await tapped("Amina", None)
    assert (first["of"], first.get("only")) == (3, None), (
        "whoever says nothing of what they have seen is told all"
    )
    second = await tapped("Elin", first["state"])
    elin = f"{who['Elin']}:state"
    assert (second["only"], second["since"]) == ([str(who["Elin"])], first["state"])
    assert second["fields"][elin]["value"] == "present"
    assert not [name for name in second["fields"] if str(who["Amina"]) in name]
    third = await tapped("Per", first["state"])
    assert (third.get("only"), third["fields"][elin]["value"]) == (None, "present"), (
        "Elin was marked meanwhile"
    )
    for act in (
        "UPDATE register SET closed_at = saved_at, closed_by = 'host'",
        "UPDATE booking SET state = 'cancelled', ended_by = 'participant' WHERE id = $1",
        "UPDATE booking SET state = 'confirmed', ended_by = NULL, changed_at = changed_at + interval '1 s'"
        " WHERE id = $1",
    ):
        before = (await send(visitor, session, [], since="")).told["register"]["state"]
        await rows(act, *[who["Amina"]] * act.count("$1"))
        told = (await send(visitor, session, [], since=before)).told["register"]
        assert "of" in told, act
    for odd in (7, [], {"a": 1}, "x" * 5000, "\0"):
        assert "of" in (await send(visitor, session, [], since=odd)).told["register"]


@pytest.mark.parametrize(
    "glance",
    [
        GLANCE,
        f"""SELECT there.* FROM person asker
        LEFT JOIN LATERAL ({asking(glance_of(LEADS_NOW), "asker.id", "$2", "$3", "$4")}) there ON true
        WHERE asker.id = $1""",
    ],
    ids=["by itself", "beside who asks"],
)
async def test_a_tap_reads_none_of_what_was_tapped_of_others(visitor: Visitor, glance: str) -> None:
    """However long a register is kept, and however often somebody thinks again."""
    session, host, who = await register_of("Amina", "Elin", "Per")
    await visitor.sign_in(host)
    await send(visitor, session, [tap("state", "present", each, at=NOW) for each in who.values()])
    await send(visitor, session, [tap("heads", 3, at=NOW)])
    async with in_transaction():
        # As many as make an index worth its while; and the planner knows, whatever other tests have left it to believe.
        await rows(
            """INSERT INTO register_tap SELECT (jsonb_populate_record(t, jsonb_build_object(
                'id', gen_random_uuid(), 'version', 1000 + n))).*
            FROM register_tap t, generate_series(1, 3000) n WHERE t.booking_id = $1""",
            who["Per"],
        )
        await rows("ANALYZE register_tap")
        await rows(
            "SET LOCAL enable_seqscan = off"
        )  # of the other tables so few rows are read faster without an index
        plan = await rows(f"EXPLAIN (ANALYZE, COSTS OFF) {glance}", host.id, session.id, [who["Elin"]], [])
    told = "\n".join(one["QUERY PLAN"] for one in plan)
    read = re.findall(r" on register_tap.*?(?=->|$)", told, re.DOTALL)
    assert len(read) > 2, told
    assert not [one for one in read if "Rows Removed" in one], told


async def test_what_is_read_at_a_glance_is_made_of_the_same_columns(visitor: Visitor) -> None:
    """Rows within a row have no names: they come in the order of the fields."""
    async with connection().acquire_connection() as held:  # type: ignore[attr-defined]
        for sql, kind in ((UNSHOWN, Attendee), (SAVED, Register), (JUDGED, Register), (WHOLE, Logged)):
            names = [one.name for one in (await held.prepare(sql)).get_attributes()]
            fields = getattr(kind, "_fields", None) or [one.name for one in dataclasses.fields(kind)]
            assert names == [*fields]


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE register SET saved_at = saved_at + interval '1 s' WHERE session_id = $1",
        "UPDATE register SET closed_at = saved_at, closed_by = 'host' WHERE session_id = $1",
        "UPDATE session SET starts_at = starts_at + interval '1 minute' WHERE id = $1",
        "UPDATE booking SET seats = 3 WHERE $1::uuid IS NOT NULL",
        "DELETE FROM register WHERE session_id = $1",
    ],
)
async def test_what_was_judged_by_what_stands_no_more_is_judged_again(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """Somebody else writes between our reading and our writing: nothing is written, and then it is all done anew."""
    session, host, who = await register_of("Amina", "Elin")
    await visitor.sign_in(host)
    await send(visitor, session, [tap("state", "absent", who["Elin"], at=NOW)])
    plain, looked = arriving._laid, list[int]()

    async def look(*given: Any) -> Any:
        found = await plain(*given)
        looked.append(1)
        if len(looked) == 1:
            await rows(meanwhile, session.id)
            noted.append(await value("SELECT count(*) FROM register_tap"))
        elif len(looked) == 2:
            noted.append(await value("SELECT count(*) FROM register_tap"))
        return found

    noted: list[int] = []
    monkeypatch.setattr(arriving, "_laid", look)
    answer = await send(visitor, session, [tap("state", "present", who["Amina"], at=NOW + MINUTE)])
    assert (answer.outcomes, len(looked), noted) == (["kept"], 2, [1, 1])
    assert await value("SELECT count(*) FROM register_tap") == 2
    assert (await states())["Amina"][0] == "present"


WAITING = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
    AND query LIKE 'WITH held AS%'"""


async def test_a_count_is_taken_back_although_somebody_checks_in_by_code_meanwhile(visitor: Visitor) -> None:
    session, host, _who = await register_of("Amina")
    await visitor.sign_in(host)
    await send(visitor, session, [tap("heads", 3, at=NOW)])
    by_code = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        async with by_code.transaction():
            await by_code.execute("SELECT FROM session WHERE id = $1 FOR NO KEY UPDATE", session.id)
            taken_back = asyncio.create_task(
                send(visitor, session, [tap("heads", None, saw=1, at=NOW + MINUTE)])
            )
            while not await value(WAITING):
                assert not taken_back.done()
                await asyncio.sleep(0.01)
            await by_code.execute("UPDATE head_count SET by_code = 1 WHERE session_id = $1", session.id)
        answer = await taken_back
    finally:
        await by_code.close()
    assert answer.outcomes == ["kept"]
    [counted] = await rows("SELECT count, by_code FROM head_count")
    assert (counted["count"], counted["by_code"]) == (0, 1)
