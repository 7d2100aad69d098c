"""Checking in by the words on the wall, for whoever is not booked: a browser is a head."""

import asyncio
from contextvars import Context
from datetime import timedelta

from marketplace.base.data.database import in_transaction, rows, value
from offers.attendance.check_in import actions
from offers.attendance.check_in.saved import Saved
from offers.attendance.models import ClosedBy, Register
from offers.catalogue.models import Session
from offers.catalogue.states import SessionStatus
from tests.conftest import NOW
from tests.offers.attendance.check_in.wall import awaiting, heads, says, words_of
from tests.visitor import Visitor

NOT_OPEN = "Ingen samling som er åpen nå, har disse ordene."


async def test_whoever_types_the_words_is_counted(visitor: Visitor) -> None:
    session, _ = await awaiting()
    page = await visitor.follow(await says(visitor, (await words_of(session)).upper()))
    assert page.heading == "Takk, du er talt med"
    assert await heads() == (0, 1)
    assert await value("SELECT count(*) FROM register") == 0, "a head by code is no mark"


async def test_from_half_an_hour_before_to_the_end(visitor: Visitor) -> None:
    session, _ = await awaiting(begins=timedelta(minutes=90))
    words, minute, opens = await words_of(session), timedelta(minutes=1), timedelta(minutes=60)
    found = []
    for number, after in enumerate((opens - minute, opens, opens * 3.5 - minute, opens * 3.5 + minute)):
        visitor.travel.move_to(NOW + after)
        found.append((await says(visitor.at_network(f"10.0.0.{number}"), words)).status)
    assert found == [422, 303, 303, 422]


async def test_a_browser_is_one_head(visitor: Visitor) -> None:
    session, _ = await awaiting()
    words = await words_of(session)
    for _again in range(3):
        assert (await says(visitor, words)).status == 303
    assert await heads() == (0, 1)
    assert (await says(visitor.at_network("10.0.0.2"), words)).status == 303
    assert await heads() == (0, 2)


async def test_a_tap_that_is_sent_twice_at_once_is_one_head(visitor: Visitor) -> None:
    session, _ = await awaiting()
    page = await visitor.open("/check-in")
    words = await words_of(session)
    sent = await asyncio.gather(*(visitor.submit(page, "/check-in", said=words) for _again in range(5)))
    assert {each.status for each in sent} == {303}
    assert await heads() == (0, 1)


async def test_the_words_of_another_session_count_there_and_nowhere_else(visitor: Visitor) -> None:
    session, _ = await awaiting()
    other, _ = await awaiting()
    await says(visitor, await words_of(other))
    assert await value("SELECT session_id FROM head_count") == other.id
    await says(visitor, await words_of(session))
    assert await value("SELECT count(*) FROM head_count WHERE by_code = 1") == 2


async def test_what_is_turned_off_or_cancelled_or_done_counts_nobody(visitor: Visitor) -> None:
    session, host = await awaiting()
    words = await words_of(session)
    await actions.turn_off(session, by=host.id, now=NOW)
    page = await says(visitor, words)
    assert page.status == 422
    assert NOT_OPEN in page.text
    assert page.fields("/check-in")["said"] == [words], "what was typed is kept"
    await actions.turn_on(session, by=host.id, now=NOW)
    assert await words_of(session) != words, "what hangs on the wall holds no longer"
    assert (await says(visitor, words)).status == 422
    words = await words_of(session)
    register = await Register.create(session=session, saved_at=NOW, closed_at=NOW, closed_by=ClosedBy.CLOCK)
    assert (await says(visitor, words)).status == 422
    await Register.filter(id=register.id).update(closed_at=None, closed_by=None)
    assert (await says(visitor, words)).status == 303
    await Session.filter(id=session.id).update(status=SessionStatus.CANCELLED)
    assert (await says(visitor.at_network("10.0.0.2"), words)).status == 422
    assert await heads() == (0, 1)


async def test_a_session_that_is_done_while_somebody_types_counts_nobody(visitor: Visitor) -> None:
    """It is found open, and closed before it is written: asked again under its row."""
    session, _ = await awaiting()
    page = await visitor.open("/check-in")
    words = await words_of(session)
    async with in_transaction():
        await rows("SELECT id FROM session WHERE id = $1 FOR NO KEY UPDATE", session.id)
        somebody_else = visitor.submit(page, "/check-in", said=words)
        sending = asyncio.create_task(somebody_else, context=Context())  # else it is of this transaction
        await asyncio.sleep(0.3)
        await Register.create(session=session, saved_at=NOW, closed_at=NOW, closed_by=ClosedBy.CLOCK)
    assert (await sending).status == 422
    assert await heads() == (0, 0)


async def test_wrong_tries_are_counted_by_network_and_right_ones_are_not(visitor: Visitor) -> None:
    session, _ = await awaiting()
    words = await words_of(session)
    crowd, other = visitor.at_network("10.1.1.1"), visitor.at_network("10.1.1.2")
    for _right in range(25):
        assert (await says(crowd, words)).status == 303
    for _wrong in range(20):
        assert (await says(crowd, "eple buss lampe")).status == 422
    page = await says(crowd, words)
    assert page.status == 429
    assert "Vent ett minutt." in page.text
    assert 0 < int(page.response.headers["retry-after"]) <= 60
    assert page.fields("/check-in")["said"] == [words]
    assert (await says(other, words)).status == 303, "another network is not shut out"
    crowd.wait(timedelta(seconds=61))
    assert (await says(crowd, words)).status == 303


async def test_a_thousand_tries_at_once_are_not_more_than_twenty(visitor: Visitor) -> None:
    await awaiting()
    crowd = visitor.at_network("10.1.1.3")
    page = await crowd.open("/check-in")
    sent = await asyncio.gather(
        *(crowd.submit(page, "/check-in", said="eple buss lampe") for _try in range(40))
    )
    assert sorted(each.status for each in sent) == [422] * 20 + [429] * 20


async def test_no_more_heads_than_can_be_true(visitor: Visitor) -> None:
    session, _ = await awaiting()
    words = await words_of(session)
    await says(visitor, words)
    await rows("UPDATE head_count SET by_code = 500")
    assert (await says(visitor.at_network("10.0.0.2"), words)).status == 303
    assert await heads() == (0, 500)


async def test_bad_input_says_what_is_wrong(visitor: Visitor) -> None:
    await awaiting()
    for typed in ("", "  ", "x" * 61, "12 34 56"):
        page = await says(visitor, typed)
        assert page.status == 422
        assert page.soup.select_one("#said-error")
    for came in (0, 11, 10**9, "mange"):
        page = await says(visitor, "eple buss lampe", came=came)
        assert page.status == 422
        assert "Velg hvor mange dere er" in page.text


async def test_its_own_word_alone_says_thanks(visitor: Visitor) -> None:
    at = int(NOW.timestamp())
    assert "Takk" in (await visitor.open(f"/check-in?saved={Saved.HERE}&at={at}")).text
    for other in ("saved=x", f"saved=x&at={at}", f"saved={Saved.HERE}", f"saved={Saved.HERE}&at={'9' * 400}",
                  f"saved={Saved.HERE}&at=²", f"saved={Saved.HERE}&at={at + 60}"):  # fmt: skip
        assert "Takk" not in (await visitor.open(f"/check-in?{other}")).text, other


async def test_who_opens_the_thanks_again_another_day_is_asked_for_the_words(visitor: Visitor) -> None:
    """A phone completes the address from its history; they would think that they are counted."""
    session, _host = await awaiting()
    said = await visitor.follow(await says(visitor, await words_of(session)))
    assert "Takk, du er talt med" in said.text
    visitor.wait(timedelta(minutes=11))
    again = await visitor.open(said.url)
    assert ("Takk" in again.text, "Tre ord fra plakaten" in again.text) == (False, True)
