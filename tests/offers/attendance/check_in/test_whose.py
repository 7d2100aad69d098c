"""That somebody checked in is nobody else's business: the same answer for all, no trace in addresses and logs, and
nothing to read for those who booked for somebody young."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from marketplace.people.models import ActsFor, Person, Relation
from marketplace.privacy.download.queries import everything
from offers.attendance.check_in.models import CheckIn
from offers.attendance.models import ClosedBy, Register
from offers.attendance.taps import actions as taps
from offers.attendance.taps.models import Field
from offers.attendance.taps.rules import Sender, Tap
from offers.catalogue.models import SeatPool, Session
from offers.seats.links import link_path
from offers.seats.models import Booking
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.check_in.wall import awaiting, booked, says, some_id, words_of
from tests.visitor import Page, Visitor

OURS = {"x-request-id", "date"}


def sent(page: Page) -> tuple[int, list[tuple[str, str]], bytes]:
    """All that a browser gets, but for what differs each time."""
    headers = [(name, text) for name, text in page.response.headers.multi_items() if name not in OURS]
    return page.status, headers, page.response.content


async def test_the_answer_is_the_same_for_all_byte_for_byte(visitor: Visitor) -> None:
    session, _ = await awaiting()
    other, _ = await awaiting()
    words = await words_of(session)
    of_it, _booking = await booked(session)
    of_another, _booking = await booked(other, "Bjørn", seats=3)
    nobody = await make.person("Ola", "ola@example.no")
    answers, pages = [], []
    for number, who in enumerate((None, nobody, of_it, of_another)):
        browser = visitor.at_network(f"10.0.0.{number}")
        if who:
            await browser.sign_in(who)
        for said in (words, words, await words_of(other)):
            answer = await says(browser, said, came=2)
            answers.append(sent(answer))
            pages.append(sent(await browser.follow(answer)))
    assert len({repr(each) for each in answers}) == 1
    assert len({repr(each) for each in pages}) == 1
    assert answers[0][0] == 303


async def test_words_that_are_known_but_not_open_look_like_any_others(visitor: Visitor) -> None:
    later, _ = await awaiting(begins=timedelta(hours=3))
    token = re.compile(rb'name="form_token" value="\w+"')
    found = [
        (await says(visitor, said)).response.content for said in (await words_of(later), "fjord buss eple")
    ]
    typed = [(await words_of(later)).encode(), b"fjord buss eple"]
    plain = [token.sub(b"", page).replace(said, b"") for page, said in zip(found, typed, strict=True)]
    assert plain[0] == plain[1]


async def test_the_words_stand_in_no_address_no_log_and_no_table(
    visitor: Visitor, capfd: pytest.CaptureFixture[str]
) -> None:
    session, host = await awaiting()
    words = await words_of(session)
    capfd.readouterr()
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/check-in")
    addresses = [
        str(one.get(name))
        for one in page.soup.find_all(True)
        for name in ("href", "src", "action")
        if one.get(name)
    ]
    answer = await says(visitor, words)
    await says(visitor, f"{words} feil")
    addresses += [page.url, answer.response.headers["location"]]
    logged = "".join(capfd.readouterr())
    assert '"route": "/check-in"' in logged, "else nothing was read"
    told = await rows("SELECT to_jsonb(a)::text AS entry FROM audit_entry a")
    kept = await rows("SELECT encode(digest, 'escape') AS text FROM check_in")
    for word in (words, words.replace(" ", "-"), words.replace(" ", "+"), words.replace(" ", "%20")):
        assert [address for address in addresses if word in address] == []
        assert word not in logged
        assert not any(word in entry["entry"] for entry in told)
    assert [word for word in words.split() for each in kept if word in each["text"]] == []
    assert answer.response.headers["referrer-policy"] in ("same-origin", "no-referrer")


async def test_words_that_somebody_puts_in_a_query_are_not_taken(visitor: Visitor) -> None:
    session, _ = await awaiting()
    words = await words_of(session)
    page = await visitor.open(f"/check-in?said={words.replace(' ', '+')}")
    assert page.fields("/check-in")["said"] == [""]


async def young(session: Session) -> tuple[Person, Person, Booking]:
    """Somebody young with a sign-in of their own, the guardian who has booked for them, and the booking."""
    guardian = await make.person("Mona", "mona@example.no")
    child = await make.person("Emma", "emma@example.no")
    await ActsFor.create(
        actor=guardian, person=child, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )
    contact = await make.contact(guardian, "mona.hjemme@example.no")
    booking = await make.booking(
        await SeatPool.get(offer_id=session.offer_id), child, booked_by=guardian, contact=contact
    )
    return guardian, child, booking


async def read_by(visitor: Visitor, guardian: Person, booking: Booking) -> dict[str, Any]:
    """All that a guardian can read of it: pages, downloads, calendars, who has looked, and mail."""
    found: dict[str, Any] = {}
    link = link_path(booking.id, booking.link_version)
    for path in (
        link, f"{link}/messages", f"{link}/calendar.ics", f"{link}/cancel", "/my-page", "/my-page/people",
        "/my-page/looked", "/my-page/contacts",
    ):  # fmt: skip
        page = await visitor.open(path)
        text = page.response.text
        found[path] = page.status, re.sub(r'name="form_(token|key)" value="\w+"', "", text)
    found["mail"] = await rows("SELECT mail, address, facts::text AS facts FROM outbox_message ORDER BY id")
    downloaded = json.loads((await visitor.open("/my-page/download.json")).response.text)
    assert len(downloaded) > 10
    # Of what differs each time: when it was made, and that it was.
    log = [one for one in downloaded.pop("log") if one["action"] != "export.made"]
    found["download"] = downloaded | {"log": log, "made_at": ""}
    return found


async def test_a_check_in_of_somebody_young_tells_no_guardian(visitor: Visitor) -> None:
    session, _ = await awaiting()
    guardian, child, booking = await young(session)
    at_home, there = visitor.at_network("10.0.0.1"), visitor.at_network("10.0.0.2")
    await at_home.sign_in(guardian)
    before = await read_by(at_home, guardian, booking)
    await there.sign_in(child)
    assert (await says(there, await words_of(session))).status == 303
    assert await value("SELECT cause FROM attendance") == "check_in"
    after = await read_by(at_home, guardian, booking)
    assert {name: text for name, text in after.items() if text != before[name]} == {}
    assert [one["state"] for one in (await everything(child.id, "nb"))["attendance"]] == ["present"], (
        "it is theirs"
    )


async def test_when_the_register_is_done_a_check_in_reads_as_a_hosts_tap(visitor: Visitor) -> None:
    told: list[dict[str, Any]] = []
    for way in ("check-in", "tap"):
        (
            await rows("DELETE FROM register_tap"),
            await rows("DELETE FROM attendance"),
            await rows("DELETE FROM register"),
        )
        if not told:
            session, host = await awaiting()
            guardian, child, booking = await young(session)
            at_home = visitor.at_network("10.0.0.1")
            await at_home.sign_in(guardian)
        if way == "tap":
            one = Tap(some_id(1), NOW, booking.id, Field.STATE, "present", 0)
            await taps.keep(
                session.id, session.offer.owner_id, [one], Sender(host.id), now=NOW + timedelta(seconds=9)
            )
        else:
            browser = visitor.at_network("10.0.0.2")
            await browser.sign_in(child)
            assert (await says(browser, await words_of(session))).status == 303
        await Register.filter(session_id=session.id).update(
            closed_at=NOW + timedelta(hours=1), closed_by=ClosedBy.HOST
        )
        await CheckIn.filter(session_id=session.id).update(digest=None)
        told.append(await read_by(at_home, guardian, booking))
        if way == "check-in":
            assert [one["state"] for one in told[0]["download"]["attendance"]] == ["present"]
    assert {name: text for name, text in told[1].items() if text != told[0][name]} == {}
