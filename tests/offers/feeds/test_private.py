"""A resident's own feed: theirs alone, by a secret address."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.base.clock import OSLO
from marketplace.base.data.database import rows, value
from marketplace.base.signing import secret_hash
from marketplace.people.models import Person
from offers.bookings.models import SentWord
from offers.catalogue.models import Joining, Offer, SeatPool, Session, Visibility
from offers.catalogue.states import OfferState, SessionStatus
from offers.feeds.actions import make_address, revoke_address
from offers.seats.models import BookingState, EndedBy
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

DAY = timedelta(days=1)


async def path_of(person: Person) -> str:
    return f"/calendar/private/{await make_address(person.id, now=NOW)}.ics"


async def events(visitor: Visitor, path: str) -> list[Any]:
    page = await visitor.open(path)
    assert page.status == 200, page.heading
    return icalendar.Calendar.from_ical(page.response.content).walk("VEVENT")


async def titles(visitor: Visitor, path: str) -> list[str]:
    return [str(event["SUMMARY"]) for event in await events(visitor, path)]


async def pool_of(offer: Offer) -> SeatPool:
    return await SeatPool.filter(offer_id=offer.id).first()  # type: ignore[return-value]


async def test_it_has_what_one_is_booked_on(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    offer = await make.offer("Kafé", venue=await make.venue())
    booking = await make.booking(await pool_of(offer), ola)
    await make.offer("Noe annet")
    session = await Session.get(offer_id=offer.id)
    found = await events(visitor, await path_of(ola))
    assert [(event["UID"], event["SUMMARY"], event["STATUS"]) for event in found] == [
        (f"booking-{booking.id}-{session.id}@127.0.0.1", "Kafé", "CONFIRMED")
    ]
    assert found[0]["LOCATION"] == "Sandnes rådhus, Rådhusgata 1, 4306 Sandnes"
    assert found[0]["DTSTART"].dt == NOW + 7 * DAY


async def test_people_share_calendars_so_nobody_is_named_in_it(visitor: Visitor) -> None:
    ola = await make.person("Ola Testesen", "ola@example.no")
    booking = await make.booking(await pool_of(await make.offer("Kafé")), ola)
    text = (await visitor.open(await path_of(ola))).response.text.replace("\r\n ", "")
    for word in ("ATTENDEE", "ORGANIZER", "PARTSTAT", "VALARM", "SOURCE", "METHOD", "Testesen", "ola@", "/bookings",
                 booking.reference):  # fmt: skip
        assert word not in text


async def test_a_whole_course_is_all_its_sessions(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    offer = await make.offer("Kurs", joining=Joining.WHOLE, starts=[NOW + DAY, NOW + 8 * DAY, NOW + 15 * DAY])
    await make.booking(await pool_of(offer), ola)
    found = await events(visitor, await path_of(ola))
    assert [event["DTSTART"].dt for event in found] == [NOW + DAY, NOW + 8 * DAY, NOW + 15 * DAY]
    assert len({event["UID"] for event in found}) == 3


async def test_one_session_of_several_is_one_event(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    offer = await make.offer("Kafé", starts=[NOW + DAY, NOW + 2 * DAY])
    await make.booking(await SeatPool.get(offer_id=offer.id, starts_at=NOW + 2 * DAY), ola)
    assert [event["DTSTART"].dt for event in await events(visitor, await path_of(ola))] == [NOW + 2 * DAY]


async def test_only_a_seat_that_one_has_is_an_appointment(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    for state in BookingState:
        await make.booking(await pool_of(await make.offer(state.value)), ola, state)
    assert await titles(visitor, await path_of(ola)) == ["confirmed"]


async def test_it_has_what_one_booked_for_others_and_what_others_booked_for_one(visitor: Visitor) -> None:
    kari, oskar, per = await make.person("Kari"), await make.person("Oskar"), await make.person("Per")
    await make.booking(await pool_of(await make.offer("Svømming")), oskar, booked_by=kari)
    assert await titles(visitor, await path_of(kari)) == ["Svømming"]
    assert await titles(visitor, await path_of(oskar)) == ["Svømming"]
    assert await titles(visitor, await path_of(per)) == []


async def test_a_guests_booking_belongs_to_whoever_has_proven_the_address(visitor: Visitor) -> None:
    guest = await make.person("Ola")
    left = await make.contact(guest, "ola@example.no", verified=False)
    await make.booking(await pool_of(await make.offer("Kafé")), guest, contact=left)
    proven = await make.person("Ola", "ola@example.no")
    claims = await make.person("Per", "ola@example.no", verified=False)
    other = await make.person("Nora", "nora@example.no")
    assert await titles(visitor, await path_of(proven)) == ["Kafé"]
    assert await titles(visitor, await path_of(claims)) == []
    assert await titles(visitor, await path_of(other)) == []


async def test_a_booking_stands_there_once_however_it_is_ones_own(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    contact = await ola.contact_points.all().first()  # type: ignore[attr-defined]
    await make.booking(await pool_of(await make.offer("Kafé")), ola, booked_by=ola, contact=contact)
    assert await titles(visitor, await path_of(ola)) == ["Kafé"]


async def test_the_secret_opens_it_until_it_is_renewed_or_revoked(visitor: Visitor) -> None:
    ola, per = await make.person("Ola"), await make.person("Per")
    await make.booking(await pool_of(await make.offer("Kafé")), ola)
    first, others = await path_of(ola), await path_of(per)
    assert await titles(visitor, first) == ["Kafé"]
    assert await titles(visitor, others) == []
    second = await path_of(ola)
    assert (await visitor.open(first)).status == 404
    assert await titles(visitor, second) == ["Kafé"]
    await revoke_address(ola.id, now=NOW)
    assert (await visitor.open(second)).status == 404
    assert await titles(visitor, others) == []


async def test_an_unknown_secret_opens_nothing(visitor: Visitor) -> None:
    path = await path_of(await make.person("Ola"))
    secret = path.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) >= 32
    for wrong in (
        "x", secret[:-1], secret + "x", secret.swapcase(), "%F0%9F%8E%89", "x" * 5000, "'--", secret_hash(secret).hex(),
    ):  # fmt: skip
        assert (await visitor.open(f"/calendar/private/{wrong}.ics")).status == 404
    for table in ("calendar_address", "audit_entry"):
        assert secret not in str(await rows(f"SELECT * FROM {table}"))
    assert await value("SELECT secret_hash FROM calendar_address") == secret_hash(secret)


async def test_signed_in_as_another_one_still_sees_the_secrets_owner(visitor: Visitor) -> None:
    ola, per = await make.person("Ola"), await make.person("Per")
    await make.booking(await pool_of(await make.offer("Kafé")), ola)
    await visitor.sign_in(per)
    assert await titles(visitor, await path_of(ola)) == ["Kafé"]


async def test_its_headers_keep_it_private(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    await make.booking(await pool_of(await make.offer("Kafé")), ola)
    path = await path_of(ola)
    answer = (await visitor.open(path)).response
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "set-cookie" not in answer.headers
    assert len(f"http://127.0.0.1:8000{path}") <= 256
    again = await visitor.open(path, if_none_match=answer.headers["etag"])
    assert (again.status, again.response.content) == (304, b"")
    assert again.response.headers["cache-control"] == "private, no-cache"
    assert (await visitor.open(path)).response.content == answer.content


async def test_what_one_cancels_leaves_and_what_the_organiser_cancels_stays(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    own, theirs, both = await make.offer("Egen"), await make.offer("Deres"), await make.offer("Begge")
    await make.booking(await pool_of(own), ola, BookingState.CANCELLED, changed_at=NOW)
    moment = NOW + timedelta(hours=1)
    for offer, ended_by in ((theirs, EndedBy.SESSION), (both, EndedBy.SELF)):
        await make.booking(
            await pool_of(offer), ola, BookingState.CANCELLED, changed_at=moment, ended_by=ended_by
        )
        await Session.filter(offer_id=offer.id).update(
            status=SessionStatus.CANCELLED, sequence=1, changed_at=moment
        )
    found = await events(visitor, await path_of(ola))
    assert [(event["SUMMARY"], event["STATUS"], event["TRANSP"]) for event in found] == [
        ("AVLYST: Deres", "CANCELLED", "TRANSPARENT")
    ]


async def test_a_cancelled_session_leaves_when_its_date_has_passed(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    starts = datetime(2026, 10, 14, 18, tzinfo=OSLO).astimezone(UTC)
    offer = await make.offer("Kurs", joining=Joining.WHOLE, starts=[starts, starts + DAY])
    await make.booking(await pool_of(offer), ola)
    await Session.filter(offer_id=offer.id, starts_at=starts).update(status=SessionStatus.CANCELLED)
    path = await path_of(ola)
    assert await titles(visitor, path) == ["AVLYST: Kurs", "Kurs"]
    visitor.wait(datetime(2026, 10, 15, tzinfo=OSLO) - NOW)
    assert await titles(visitor, path) == ["Kurs"]


async def test_a_session_one_has_sent_word_about_leaves(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    offer = await make.offer("Kurs", joining=Joining.WHOLE, starts=[NOW + DAY, NOW + 8 * DAY])
    booking = await make.booking(await pool_of(offer), ola)
    await SentWord.create(booking=booking, session=await Session.get(starts_at=NOW + DAY), at=NOW)
    assert [event["DTSTART"].dt for event in await events(visitor, await path_of(ola))] == [NOW + 8 * DAY]


async def test_a_sensitive_offer_says_avtale_and_no_more(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    offer = await make.offer(
        "Sorggruppe", slug="sorggruppe", sensitive=True, venue=await make.venue("Krisesenteret")
    )
    await make.booking(await pool_of(offer), ola)
    text = (await visitor.open(await path_of(ola))).response.text.casefold()
    assert "summary:avtale\r\n" in text
    for word in ("sorg", "krise", "description", "location", "url", "categories", "geo"):
        assert word not in text


async def test_it_has_what_others_may_not_see(visitor: Visitor) -> None:
    """One's own booking stays one's own, also on a members' offer and after the offer is withdrawn."""
    ola = await make.person("Ola")
    await make.booking(await pool_of(await make.offer("Møte", visibility=Visibility.MEMBERS)), ola)
    await make.booking(await pool_of(await make.offer("Gått ut", state=OfferState.CANCELLED)), ola)
    assert sorted(await titles(visitor, await path_of(ola))) == ["Gått ut", "Møte"]


async def test_the_window_is_that_of_public_feeds(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    days = (-31, -29, 364, 366)
    offer = await make.offer("Kurs", joining=Joining.WHOLE, starts=[NOW + DAY * n for n in days])
    await make.booking(await pool_of(offer), ola)
    found = await events(visitor, await path_of(ola))
    assert [(event["DTSTART"].dt - NOW).days for event in found] == [-29, 364]


async def test_thirty_bookings_take_as_many_questions_as_one(visitor: Visitor, monkeypatch: Any) -> None:
    ola = await make.person("Ola")
    path = await path_of(ola)
    asked: list[str] = []
    ask = AsyncpgDBClient.execute_query_dict

    async def counted(self: Any, query: str, values: Any = None) -> Any:
        asked.append(query)
        return await ask(self, query, values)

    counts = []
    for more in (1, 29):
        for _ in range(more):
            await make.booking(await pool_of(await make.offer()), ola)
        asked.clear()
        monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", counted)
        await titles(visitor, path)
        monkeypatch.undo()
        counts.append(len(asked))
    assert counts == [2, 2]
