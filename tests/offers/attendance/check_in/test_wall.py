"""What hosts see and decide: the poster, on and off, and the heads by code that they take into the count."""

import asyncio
from datetime import timedelta

from marketplace.base.data.database import column, rows, value
from offers.attendance.check_in import actions
from offers.catalogue.models import Session
from offers.catalogue.states import SessionStatus
from offers.seats.links import link_path
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.check_in.wall import awaiting, booked, heads, says, words_of
from tests.visitor import Visitor


async def test_a_host_turns_it_on_and_sees_the_poster(visitor: Visitor) -> None:
    session, host = await awaiting()
    await actions.turn_off(session, by=host.id, now=NOW)
    await visitor.sign_in(host)
    path = f"/manage/sessions/{session.id}/check-in"
    page = await visitor.open(path)
    assert page.soup.select_one(".tp-poster") is None
    page = await visitor.follow(await visitor.submit(page, "/check-in"))
    assert "Innsjekk er slått på." in page.text
    poster = page.soup.select_one(".tp-poster")
    assert poster is not None
    assert await words_of(session) in " ".join(poster.get_text(" ").split())
    assert poster.select_one("svg") is not None
    page = await visitor.follow(await visitor.submit(page, "/check-in", off="1"))
    assert "Innsjekk er slått av." in page.text
    assert await column("SELECT action FROM audit_entry WHERE action LIKE 'check_in.%' ORDER BY at, id") == [
        "check_in.opened", "check_in.turned_off", "check_in.opened", "check_in.turned_off",
    ]  # fmt: skip


async def test_others_hosts_and_residents_see_no_poster(visitor: Visitor) -> None:
    session, _ = await awaiting()
    stranger = await make.member(await make.organization("Andre"), Role.HOST, "Siv")
    path = f"/manage/sessions/{session.id}/check-in"
    await visitor.sign_in(stranger)
    assert (await visitor.open(path)).status == 404
    token = (await visitor.open("/my-page")).fields()["form_token"]
    for where in (path, f"{path}/accept"):
        sent = {"form_token": token, "heads": ["1"], "before": ["0"]}
        assert (await visitor.post(where, sent)).status == 404
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    assert (await visitor.open(path)).status == 403


async def test_heads_by_code_count_when_the_host_takes_them_in(visitor: Visitor) -> None:
    session, host = await awaiting()
    words = await words_of(session)
    await rows(
        "INSERT INTO head_count (id, session_id, count, recorded_at) VALUES (gen_random_uuid(), $1, 4, $2)",
        session.id, NOW,
    )  # fmt: skip
    for number in range(3):
        await says(visitor.at_network(f"10.0.0.{number}"), words)
    assert await heads() == (4, 3)
    await visitor.sign_in(host)
    assert "3 har meldt seg" in (await visitor.open(f"/manage/sessions/{session.id}/check-in")).text
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    assert "3 har meldt seg uten å være påmeldt" in page.text
    await says(visitor.at_network("10.0.0.9"), words)
    sent = await asyncio.gather(*(visitor.submit(page, "/accept") for _twice in range(2)))
    assert {each.status for each in sent} == {303}
    assert await heads() == (7, 1), "those that were seen, once; who came later waits"
    assert await value("SELECT count(*) FROM register WHERE closed_at IS NULL") == 1
    assert await rows("SELECT field, value, person_id FROM register_tap") == [
        {"field": "heads", "value": "7", "person_id": host.id}
    ]


async def test_a_register_says_who_checked_in_themselves(visitor: Visitor) -> None:
    session, host = await awaiting()
    _person, booking = await booked(session)
    page = await visitor.open(link_path(booking.id, booking.link_version))
    await visitor.submit(page, "/here")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    assert "Meldte seg selv" in page.text
    assert "1 av 1 er her." in page.text
    assert page.soup.select_one(f'a[href="/manage/sessions/{session.id}/check-in"]')


async def test_where_adults_are_told_apart_heads_by_code_are_adults(visitor: Visitor) -> None:
    session, host = await awaiting()
    await rows(
        """INSERT INTO head_count (id, session_id, count, adults, children, recorded_at)
        VALUES (gen_random_uuid(), $1, 5, 2, 3, $2)""",
        session.id, NOW,
    )  # fmt: skip
    await says(visitor.at_network("10.0.0.1"), await words_of(session))
    await actions.accept(session, 1, 0, by=host.id, now=NOW + timedelta(minutes=5))
    assert await rows("SELECT count, adults, children, by_code FROM head_count") == [
        {"count": 6, "adults": 3, "children": 3, "by_code": 0}
    ]


async def test_who_is_accepted_is_no_new_head(visitor: Visitor) -> None:
    session, host = await awaiting()
    words = await words_of(session)
    await says(visitor, words)
    await actions.accept(session, 1, 0, by=host.id, now=NOW)
    await says(visitor, words)
    assert await heads() == (1, 0)


async def test_heads_are_taken_in_also_when_their_browsers_are_forgotten(visitor: Visitor) -> None:
    session, host = await awaiting()
    words = await words_of(session)
    for number in range(2):
        await says(visitor.at_network(f"10.0.0.{number}"), words)
    await rows("DELETE FROM check_in_browser")
    await actions.accept(session, 2, 0, by=host.id, now=NOW + timedelta(minutes=5))
    assert await heads() == (2, 0)


async def test_a_cancelled_session_has_no_poster(visitor: Visitor) -> None:
    session, host = await awaiting()
    await Session.filter(id=session.id).update(status=SessionStatus.CANCELLED)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/check-in")
    assert "Denne samlingen er avlyst." in page.text
    assert page.soup.select_one(".tp-poster") is None
