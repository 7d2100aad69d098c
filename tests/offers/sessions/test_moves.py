"""A session is moved, and everybody booked is told once, or stands on the list of those to ring."""

from datetime import datetime
from typing import Any

import pytest

from marketplace.base.clock import oslo
from marketplace.base.models import AuditEntry, OutboxMessage
from marketplace.base.post.mail import MAILS
from marketplace.people.models import Person
from offers.bookings.models import SentWord
from offers.catalogue.models import Offer, SeatPool, Session
from offers.catalogue.states import SessionStatus
from offers.seats.models import Booking, BookingState, EndedBy
from tests import make
from tests.conftest import NOW
from tests.offers.sessions.changing import WEEK, book, content, course, event, move, session_of, told
from tests.visitor import Visitor


async def test_a_moved_session_tells_each_party_once_and_updates_their_calendars(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari)
    ola = await book(offer, "Ola", "ola@example.no")
    await book(offer, "Eva", "+4799999999", lang="en")
    await book(offer, "Per")
    await book(offer, "Liv", "liv@example.no", BookingState.CANCELLED)
    session = await session_of(offer)
    await Session.filter(id=session.id).update(vevent=b"old")
    page = await visitor.open(f"/manage/sessions/{session.id}/move")
    assert "2 påmeldte får beskjed, én må dere ringe." in page.text
    assert page.fields("/move")["day"] == ["20.10.2026"]
    page = await visitor.submit(page, "/move", day="21.10.2026", starts="19:00", ends="20.30")
    assert page.response.headers["location"] == f"/manage/sessions/{session.id}/call-list"

    moved = await Session.get(id=session.id)
    assert (moved.status, moved.sequence, moved.vevent) == (SessionStatus.MOVED, 1, None)
    assert f"{oslo(moved.starts_at):%d.%m %H:%M} {oslo(moved.ends_at):%H:%M}" == "21.10 19:00 20:30"
    pool, after = await SeatPool.get(offer=offer), await Offer.get(id=offer.id)
    assert (pool.starts_at, pool.ends_at, pool.taken) == (moved.starts_at, moved.ends_at, 3)
    assert (after.next_session_at, after.last_session_ends) == (moved.starts_at, moved.ends_at)

    assert await told() == [
        ("sms", "+4799999999", "session_moved"),
        ("email", "ola@example.no", "session_moved"),
    ]
    made = await content(await OutboxMessage.get(channel="email"))
    assert made.subject == "Nytt tidspunkt eller sted"
    assert "Ny tid: onsdag 21. oktober 2026 kl. 19–\u206020.30" in made.text.replace("\u00a0", " ")
    assert "Før: tirsdag 20. oktober 2026 kl. 12–\u206014" in made.text.replace("\u00a0", " ")
    method, calendar = event(made)
    assert (method, calendar["SEQUENCE"], calendar["UID"]) == (
        "REQUEST", 1, f"booking-{ola.id}-{session.id}@127.0.0.1")  # fmt: skip
    assert (str(calendar["ATTENDEE"]), calendar["DTSTART"].dt) == ("mailto:ola@example.no", moved.starts_at)
    sms = await content(await OutboxMessage.get(channel="sms"))
    assert (sms.subject, sms.calendar, "Generasjonslekene" in sms.text) == (
        "New time or place",
        None,
        False,
    )

    called = await visitor.follow(page)
    assert ("Per" in called.text, "Ola" in called.text, "Eva" in called.text) == (True, False, False)
    audits = [(entry.action, entry.details) for entry in await AuditEntry.all().order_by("at", "id")]
    assert audits == [
        ("session.moved", {"told": 2, "to_call": 1}), ("participants.read", {"list": "call", "count": 1})
    ]  # fmt: skip


async def test_a_move_onto_another_session_is_warned_of_before_it_is_saved(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, starts=[NOW + WEEK, NOW + 2 * WEEK, NOW + 3 * WEEK])
    await book(offer, "Ola", "ola@example.no")
    session, other, cancelled = await Session.filter(offer=offer).order_by("starts_at")
    await Session.filter(id=cancelled.id).update(status=SessionStatus.CANCELLED)
    page = await move(visitor, session, day="27.10.2026", starts="10", ends="12.30")
    assert (page.status, await told()) == (200, [])
    assert "Dere har en annen samling da Tirsdag 27. oktober kl. 11–13" in page.text
    assert page.fields("/move")["starts"] == ["10"]
    assert (await Session.get(id=session.id)).starts_at == session.starts_at
    again = await visitor.submit(page, "/move", starts="11")
    assert (again.status, await told()) == (200, [])
    assert (await visitor.submit(again, "/move")).status == 303
    assert (await Session.get(id=session.id)).starts_at == other.starts_at
    assert await told() == [("email", "ola@example.no", "session_moved")]


@pytest.mark.parametrize(
    "typed",
    [
        {"day": "27.10.2026", "starts": "9", "ends": "11"},
        {"day": "27.10.2026", "starts": "13", "ends": "14"},
        {"day": "3.11.2026"},
    ],
)
async def test_a_move_beside_another_session_or_onto_a_cancelled_one_is_no_matter(
    visitor: Visitor, kari: Person, typed: dict[str, str]
) -> None:
    offer = await course(kari, starts=[NOW + WEEK, NOW + 2 * WEEK, NOW + 3 * WEEK])
    session, _other, cancelled = await Session.filter(offer=offer).order_by("starts_at")
    await Session.filter(id=cancelled.id).update(status=SessionStatus.CANCELLED)
    assert (await move(visitor, session, **typed)).status == 303


async def test_a_wrong_order_of_times_is_told_together_with_a_wrong_date(
    visitor: Visitor, kari: Person
) -> None:
    session = await session_of(await course(kari))
    for day, words in (
        ("30.2.2027", "Datoen 30.2.2027 finnes ikke."),
        ("1.10.2026", "Datoen er passert. Skriv en dato som kommer."),
    ):
        page = await move(visitor, session, day=day, starts="20", ends="18")
        assert [link.get_text() for link in page.soup.select(".ds-error-summary li a")] == [
            words, "Slutten må være senere enn starten. Går det over midnatt, kan det vare høyst 14 timer."
        ]  # fmt: skip


async def test_another_place_is_a_move_too(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    session, library = (
        await session_of(offer),
        await make.venue("Biblioteket", street="Mauritz Kartevolds plass 1"),
    )
    assert (await move(visitor, session, venue=library.id)).status == 303
    made = await content(await OutboxMessage.get())
    assert "Hvor: Biblioteket, Mauritz Kartevolds plass 1, Sandnes" in made.text
    assert "Sandnes rådhus" in made.text
    assert "Biblioteket" in str(event(made)[1]["LOCATION"])
    back = await move(visitor, await session_of(offer), venue=offer.venue_id)
    assert back.status == 303
    assert (await session_of(offer)).venue_id is None


async def test_only_the_latest_of_two_moves_says_anything(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    session = await session_of(offer)
    assert (await move(visitor, session, day="21.10.2026")).status == 303
    assert (await move(visitor, session, day="22.10.2026")).status == 303
    first, second = await OutboxMessage.all().order_by("id")
    assert await MAILS["session_moved"](first.channel, "nb", **first.facts) is None
    made = await content(second)
    assert event(made)[1]["SEQUENCE"] == 2
    assert "Før: tirsdag 20. oktober" in made.text.replace("\u00a0", " "), "which they still believe"


async def test_who_has_heard_of_the_first_move_is_told_the_second_from_there(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    session = await session_of(offer)
    await move(visitor, session, day="23.10.2026")
    await OutboxMessage.all().update(failed_at=NOW, problem="nothing to say")  # the next one came first
    await move(visitor, session, day="21.10.2026")
    await OutboxMessage.filter(failed_at=None).update(sent_at=NOW, facts={})
    await book(offer, "Eva", "eva@example.no")
    await move(visitor, session, day="22.10.2026")
    for message in await OutboxMessage.filter(sent_at=None, failed_at=None):
        assert "Før: onsdag 21. oktober" in (await content(message)).text.replace("\u00a0", " ")


async def test_what_is_moved_and_back_again_before_anybody_heard_of_it_says_nothing(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari)
    ola = await book(offer, "Ola", "ola@example.no")
    session = await session_of(offer)
    await move(visitor, session, day="21.10.2026")
    await move(visitor, session, day="20.10.2026")
    _first, second = await OutboxMessage.all().order_by("id")
    assert await MAILS["session_moved"](second.channel, "nb", **second.facts) is None
    await OutboxMessage.all().delete()
    await SentWord.create(booking=ola, session=session, at=NOW)
    await move(visitor, session, day="21.10.2026")
    await move(visitor, session, day="22.10.2026")
    _first, second = await OutboxMessage.all().order_by("id")
    assert "Du hadde sagt fra at du ikke kunne komme" in (await content(second)).text, (
        "that ended at the first move"
    )


async def test_who_waits_hears_of_a_new_time_and_has_nothing_in_a_calendar(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, capacity=1)
    await book(offer, "Ola", "ola@example.no")
    await book(offer, "Nora", "nora@example.no", BookingState.WAITING)
    await move(visitor, await session_of(offer), day="21.10.2026")
    moved = await OutboxMessage.get(address="nora@example.no")
    assert (await content(moved)).calendar is None
    page = await visitor.open(f"/manage/offers/{offer.slug}/cancel")
    await visitor.submit(page, "/cancel", note="")
    parts = {message.address: (await content(message)).calendar is not None
             for message in await OutboxMessage.filter(mail="offer_cancelled")}  # fmt: skip
    assert parts == {"ola@example.no": True, "nora@example.no": False}


async def test_who_has_left_meanwhile_is_not_told(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    ola = await book(offer, "Ola", "ola@example.no")
    await move(visitor, await session_of(offer), day="21.10.2026")
    await Booking.filter(id=ola.id).update(state=BookingState.CANCELLED, ended_by=EndedBy.SELF)
    message = await OutboxMessage.get()
    assert await MAILS["session_moved"](message.channel, "nb", **message.facts) is None


async def test_a_stale_page_is_refused_and_says_what_changed(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    session = await session_of(offer)
    stale = await visitor.open(f"/manage/sessions/{session.id}/move")
    cancelling = await visitor.open(f"/manage/sessions/{session.id}/cancel")
    assert (await move(visitor, session, day="21.10.2026")).status == 303
    for page, action, typed in ((stale, "/move", {"starts": "11"}), (cancelling, "/cancel", {"note": "Syk"})):
        answer = await visitor.submit(page, action, **typed)
        assert answer.status == 409
        assert "Nå er den onsdag 21. oktober kl. 12–14, Sandnes rådhus." in answer.text
        assert answer.fields(action)["sequence"] == ["1"]
        assert all(answer.fields(action)[name] == [text] for name, text in typed.items())
    present = await session_of(offer)
    assert (present.sequence, len(await told())) == (1, 1)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"day": "30.2.2027"}, "day", "Datoen 30.2.2027 finnes ikke."),
        ({"day": "12.10.2026"}, "day", "Datoen er passert. Skriv en dato som kommer."),
        (
            {"day": "13.10.2026", "starts": "11.00"},
            "starts",
            "Klokkeslettet er passert. Skriv et som kommer.",
        ),
        ({"starts": "sent"}, "starts", "Skriv klokkeslettet slik: 18.00"),
        (
            {"ends": "11.00"},
            "ends",
            "Slutten må være senere enn starten. Går det over midnatt, kan det vare høyst 14 timer.",
        ),
        ({"venue": "x"}, "venue", "Velg et sted fra lista."),
        ({"venue": "01890000-0000-7000-8000-000000000000"}, "venue", "Velg et sted fra lista."),
    ],
)
async def test_moves_that_cannot_be(
    visitor: Visitor, kari: Person, typed: dict[str, str], field: str, words: str
) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    page = await move(visitor, await session_of(offer), **typed)
    assert (page.status, page.soup.find(id=f"{field}-error").get_text()) == (422, words)  # type: ignore[union-attr]
    assert ((await session_of(offer)).sequence, await told()) == (0, [])


async def test_the_same_time_and_place_is_no_move(visitor: Visitor, kari: Person) -> None:
    page = await move(visitor, await session_of(await course(kari)))
    assert (page.status, "Dette er samme tid og sted som før." in page.text) == (422, True)
    page = await move(visitor, (await Session.all())[0], sequence="9" * 40)
    assert page.status == 422


async def test_a_session_that_has_begun_cannot_be_changed(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    session = await session_of(offer)
    page = await visitor.open(f"/manage/sessions/{session.id}/move")
    visitor.wait(WEEK)
    assert (await visitor.open(f"/manage/sessions/{session.id}/cancel")).status == 422
    answer = await visitor.submit(page, "/move", day="1.11.2026")
    assert "Samlingen har begynt, så den kan ikke endres." in answer.text


async def test_moving_asks_as_often_for_30_parties_as_for_one(
    visitor: Visitor, kari: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tortoise.backends.asyncpg.client import AsyncpgDBClient

    original, asked = AsyncpgDBClient.execute_query_dict, []

    async def counted(self: Any, query: str, values: Any = None) -> Any:
        asked.append(query)
        return await original(self, query, values)

    monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", counted)
    offer = await course(kari, capacity=None)
    counts = []
    for parties in (1, 29):
        for number in range(parties):
            await book(offer, f"Deltaker {number}")
        asked.clear()
        assert (await visitor.open(f"/manage/sessions/{(await session_of(offer)).id}/move")).status == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
