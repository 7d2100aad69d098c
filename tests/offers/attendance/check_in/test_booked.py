"""Checking in for whoever is booked: known by their sign-in, or by the link in their own message."""

from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.base.data.database import column, rows, value
from marketplace.people.models import ActsFor, Relation
from offers.attendance.check_in import actions
from offers.attendance.models import Attendance, ClosedBy, Register
from offers.attendance.taps import actions as taps
from offers.attendance.taps.models import Field
from offers.attendance.taps.rules import Sender, Tap
from offers.catalogue.models import SeatPool
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from offers.sessions import actions as sessions
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.check_in.wall import awaiting, booked, heads, says, some_id, words_of
from tests.offers.attendance.registers import marks
from tests.visitor import Page, Visitor


async def says_by_link(visitor: Visitor, booking: Booking, **typed: int) -> Page:
    """Press "I am here" on the page that the link opens."""
    page = await visitor.open(link_path(booking.id, booking.link_version))
    return await visitor.submit(page, "/here", **typed)


async def test_whoever_is_signed_in_is_marked_and_is_no_head(visitor: Visitor) -> None:
    session, _ = await awaiting()
    person, _booking = await booked(session)
    await visitor.sign_in(person)
    assert (await says(visitor, await words_of(session))).status == 303
    assert await marks("state", "seats", "cause") == {"Amina": ("present", 1, "check_in")}
    assert await heads() == (0, 0)
    assert await value("SELECT pseudonym IS NOT NULL FROM attendance")
    assert await value("SELECT closed_at IS NULL FROM register"), (
        "a mark begins the register, and it is not done"
    )
    assert await column("SELECT person_id FROM register_tap") == [None], "who held the phone is nowhere"


async def test_whoever_holds_the_link_needs_no_words(visitor: Visitor) -> None:
    session, _ = await awaiting()
    _person, booking = await booked(session, seats=3)
    page = await visitor.follow(await says_by_link(visitor, booking, came=2))
    assert "Takk, du er talt med." in page.text
    assert await marks("state", "seats", "cause") == {"Amina": ("present", 2, "check_in")}
    assert await heads() == (0, 0)


async def test_a_party_that_says_another_number_corrects_itself_and_not_the_host(visitor: Visitor) -> None:
    """Two, no three, two after all: they have seen their own. What a host has said meanwhile they have not."""
    session, host = await awaiting()
    _person, booking = await booked(session, seats=4)
    for came in (2, 3, 2, 2, 4):
        await says_by_link(visitor, booking, came=came)
        assert await marks("state", "seats", "cause") == {"Amina": ("present", came, "check_in")}
    assert {*await column("SELECT outcome FROM register_tap")} == {"kept"}, "nobody is asked to choose"
    seen = await value("SELECT max(version) FROM register_tap WHERE field = 'seats'")
    visitor.wait(timedelta(minutes=1))
    by_host = Tap(uuid4(), visitor.now, booking.id, Field.SEATS, "1", seen)
    await taps.keep(session.id, session.offer.owner_id, [by_host], Sender(host.id), now=visitor.now)
    await says_by_link(visitor, booking, came=4)
    assert await value("SELECT seats_present FROM attendance") == 1, "the same again says nothing new"
    await says_by_link(visitor, booking, came=3)
    assert await column("SELECT outcome FROM register_tap WHERE outcome <> 'kept'") == ["conflict"]


async def test_the_link_shows_it_only_while_it_is_open(visitor: Visitor) -> None:
    session, host = await awaiting(begins=timedelta(hours=1))
    _person, booking = await booked(session)
    path = link_path(booking.id, booking.link_version)
    assert "Jeg er her" not in (await visitor.open(path)).text
    visitor.wait(timedelta(minutes=31))
    page = await visitor.open(path)
    assert "Jeg er her" in page.text
    await actions.turn_off(session, by=host.id, now=NOW)
    assert "Jeg er her" not in (await visitor.open(path)).text
    refused = await visitor.submit(page, "/here")
    assert refused.status == 422
    back = next(one for one in refused.soup.select("main a") if one.text == "Se siden slik den er nå")
    assert back["href"] == page.url, "the way back to the booking"
    assert await marks("state", "seats", "cause") == {}


async def test_the_thanks_of_a_link_are_not_said_again_another_day(visitor: Visitor) -> None:
    session, _ = await awaiting()
    _person, booking = await booked(session)
    said = await visitor.follow(await says_by_link(visitor, booking))
    assert "Takk, du er talt med." in said.text
    visitor.wait(timedelta(minutes=11))
    again = await visitor.open(said.url)
    assert ("Takk, du er talt med." in again.text, again.status) == (False, 200)
    for odd in ("9" * 400, "x", "-1", "²", ""):
        assert (await visitor.open(f"{said.url.partition('&')[0]}&at={odd}")).status == 200, odd


async def test_wrong_tries_never_stop_the_link(visitor: Visitor) -> None:
    session, _ = await awaiting()
    _person, booking = await booked(session)
    crowd = visitor.at_network("10.2.2.2")
    for _wrong in range(21):
        page = await says(crowd, "eple buss lampe")
    assert page.status == 429
    assert (await says_by_link(crowd, booking)).status == 303
    assert await marks("state", "seats", "cause") == {"Amina": ("present", 1, "check_in")}


async def test_a_link_checks_nobody_in_elsewhere(visitor: Visitor) -> None:
    session, _ = await awaiting()
    other, _ = await awaiting()
    _person, booking = await booked(session)
    page = await visitor.open(link_path(booking.id, booking.link_version))
    assert (await visitor.submit(page, "/here", session=other.id)).status == 422
    assert (await visitor.submit(page, "/here", session=some_id(1))).status in (404, 422)
    assert (await visitor.submit(page, "/here", session="x")).status == 404
    assert (await visitor.submit(page, "/here", came=10**9)).status == 400
    await Booking.filter(id=booking.id).update(state=BookingState.CANCELLED, ended_by="self")
    assert (await visitor.submit(page, "/here")).status == 422
    assert await marks("state", "seats", "cause") == {}


async def test_a_head_that_turns_out_to_be_booked_is_one_person(visitor: Visitor) -> None:
    session, _ = await awaiting()
    _person, booking = await booked(session)
    await says(visitor, await words_of(session))
    assert await heads() == (0, 1)
    await says_by_link(visitor, booking)
    assert (await heads(), len(await marks("state", "seats", "cause"))) == ((0, 0), 1)
    await says(visitor, await words_of(session))
    assert (await heads(), len(await marks("state", "seats", "cause"))) == ((0, 0), 1)


async def test_two_browsers_of_one_booking_are_one_mark(visitor: Visitor) -> None:
    session, _ = await awaiting()
    person, booking = await booked(session)
    await visitor.sign_in(person)
    await says(visitor, await words_of(session))
    await says_by_link(visitor.at_network("10.0.0.2"), booking)
    assert await marks("state", "seats", "cause") == {"Amina": ("present", 1, "check_in")}
    assert await value("SELECT count(*) FROM register_tap") == 1


async def test_whoever_is_booked_for_another_time_is_a_head(visitor: Visitor) -> None:
    session, _ = await awaiting()
    other, _ = await awaiting()
    person, _booking = await booked(other)
    await visitor.sign_in(person)
    await says(visitor, await words_of(session))
    assert (await heads(), await marks("state", "seats", "cause")) == ((0, 1), {})


async def test_a_guide_marks_nobody_whom_they_have_booked(visitor: Visitor) -> None:
    session, _ = await awaiting()
    guide = await make.person("Solveig", "solveig@example.no")
    _person, booking = await booked(session, booked_by=guide)
    await ActsFor.create(
        actor=guide, person_id=booking.participant_id, relation=Relation.GUIDE, created_at=NOW
    )
    await visitor.sign_in(guide)
    await says(visitor, await words_of(session))
    assert (await heads(), await marks("state", "seats", "cause")) == ((0, 1), {})


async def test_what_a_host_has_said_is_not_overwritten_unseen(visitor: Visitor) -> None:
    """A check-in has seen nothing: where a host said otherwise, both stand, and the host chooses."""
    session, host = await awaiting()
    person, booking = await booked(session)
    sender = Sender(host.id, name="Tom")
    tap = Tap(some_id(1), NOW, booking.id, Field.STATE, "absent", 0)
    await taps.keep(session.id, session.offer.owner_id, [tap], sender, now=NOW)
    await visitor.sign_in(person)
    await says(visitor, await words_of(session))
    found = await rows("SELECT value, outcome, chosen_at FROM register_tap ORDER BY version")
    assert [(each["value"], each["outcome"]) for each in found] == [
        ("absent", "kept"),
        ("present", "conflict"),
    ]
    assert found[1]["chosen_at"] is None
    assert await marks("state", "seats", "cause") == {"Amina": ("present", 1, "check_in")}, (
        "the later counts until somebody chooses"
    )
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    both = [" ".join(one.get_text(" ").split()) for one in page.soup.select(".tp-either button")]
    assert both == ["Kom ikke du, kl. 12", "Her seg selv, kl. 12"]


async def test_what_a_host_has_taken_back_does_not_come_back(visitor: Visitor) -> None:
    session, host = await awaiting()
    person, booking = await booked(session)
    await visitor.sign_in(person)
    words = await words_of(session)
    await says(visitor, words)
    sender = Sender(host.id, name="Tom")
    later = NOW + timedelta(minutes=1)
    tap = Tap(some_id(1), later, booking.id, Field.STATE, None, 1)
    await taps.keep(session.id, session.offer.owner_id, [tap], sender, now=later)
    assert await marks("state", "seats", "cause") == {}
    visitor.wait(timedelta(minutes=2))
    await says(visitor, words)
    await says_by_link(visitor.at_network("10.0.0.3"), booking)
    assert await marks("state", "seats", "cause") == {}, "they have said so once, and the host has seen it"


async def test_a_register_that_is_done_is_not_touched(visitor: Visitor) -> None:
    session, host = await awaiting()
    person, booking = await booked(session)
    page = await visitor.open(link_path(booking.id, booking.link_version))
    await Register.create(
        session=session, saved_at=NOW, closed_at=NOW, closed_by=ClosedBy.HOST, closed_by_person=host
    )
    await Attendance.create(
        session=session, booking=booking, state="absent", seats_present=0, recorded_at=NOW, cause="closing"
    )
    assert (await visitor.submit(page, "/here")).status == 422
    await visitor.sign_in(person)
    assert (await says(visitor, await words_of(session))).status == 422
    assert await marks("state", "seats", "cause") == {"Amina": ("absent", 0, "closing")}


@pytest.mark.parametrize(("said", "marked"), [(1, {}), (2, {"Lise": 1, "Lasse": 1})])
async def test_of_several_that_somebody_made_none_is_guessed(
    visitor: Visitor, said: int, marked: dict[str, int]
) -> None:
    session, _ = await awaiting()
    mother = await make.person("Mona", "mona@example.no")
    pool = await SeatPool.get(offer_id=session.offer_id)
    for name in ("Lise", "Lasse"):
        child = await make.person(name)
        await make.booking(pool, child, booked_by=mother)
    await visitor.sign_in(mother)
    await says(visitor, await words_of(session), came=said)
    assert {
        name: seats for name, (_state, seats, _cause) in (await marks("state", "seats", "cause")).items()
    } == marked


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(0)], ids=["another time", "another place"])
async def test_a_moved_session_can_be_checked_in_at_anew(visitor: Visitor, later: timedelta) -> None:
    session, host = await awaiting()
    words = await words_of(session)
    person, _booking = await booked(session)
    guest, there = visitor.at_network("10.0.0.4"), visitor.at_network("10.0.0.5")
    await there.sign_in(person)
    await says(guest, words)
    await says(there, words)
    assert (await heads(), len(await marks("state", "seats", "cause"))) == ((0, 1), 1)
    venue = await make.venue("Et annet sted")
    await sessions.move(
        session, sequence=0, starts_at=session.starts_at + later, ends_at=session.ends_at + later,
        venue_id=venue.id, by=host.id, now=NOW + timedelta(minutes=1),
    )  # fmt: skip
    assert (await heads(), await marks("state", "seats", "cause")) == ((0, 0), {}), (
        "nobody had been there yet"
    )
    for one in (guest, there):
        one.wait(timedelta(minutes=2) + later)
    if later:
        visitor.travel.move_to(NOW + timedelta(minutes=2))
        assert (await says(guest, words)).status == 422
        visitor.travel.move_to(NOW + later)
    await says(guest, words)
    await says(there, words)
    assert (await heads(), len(await marks("state", "seats", "cause"))) == ((0, 1), 1)
