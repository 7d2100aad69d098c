"""A session is cancelled: its bookings end, everybody is told once, and only its editors may; and who is rung."""

import pytest

from marketplace.base.data.database import rows
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS
from marketplace.people.models import ContactPoint, Person
from offers.catalogue.models import Joining, Offer, OfferText, SeatPool, Session
from offers.catalogue.states import SessionStatus
from offers.seats.models import Booking, BookingState
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.sessions.changing import WEEK, book, content, course, event, listed, move, session_of, told
from tests.visitor import Visitor


async def test_a_cancelled_session_closes_its_bookings_and_tells_the_queue_too(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, capacity=1)
    ola = await book(offer, "Ola", "ola@example.no")
    eva = await book(offer, "Eva", "eva@example.no", BookingState.WAITING)
    await book(offer, "Åse", state=BookingState.WAITING, reference="K7M4QP")
    session = await session_of(offer)
    page = await visitor.open(f"/manage/sessions/{session.id}/cancel")
    assert "2 påmeldte får beskjed, én må dere ringe." in page.text
    page = await visitor.submit(page, "/cancel", note="Kurslederen er syk.")
    assert page.status == 303
    cancelled, pool = await session_of(offer), await SeatPool.get()
    assert (cancelled.status, cancelled.sequence, cancelled.note) == (
        SessionStatus.CANCELLED,
        1,
        "Kurslederen er syk.",
    )
    assert (pool.taken, pool.waiting) == (0, 0)
    assert [one.state for one in await Booking.all()] == [BookingState.CANCELLED] * 3
    after = await Offer.get()
    assert (after.session_count, after.next_session_at, after.last_session_ends) == (
        0,
        None,
        cancelled.ends_at,
    )
    assert await told() == [("email", f"{name}@example.no", "session_cancelled") for name in ("eva", "ola")]
    made = await content(await OutboxMessage.get(address="ola@example.no"))
    assert (made.subject, "Kurslederen er syk." in made.text, "De andre gangene" in made.text) == (
        "Avlyst",
        True,
        False,
    )
    method, calendar = event(made)
    assert (method, calendar["STATUS"], calendar["UID"]) == (
        "CANCEL", "CANCELLED", f"booking-{ola.id}-{session.id}@127.0.0.1")  # fmt: skip
    assert calendar["SEQUENCE"] >= 1
    assert eva.queue_no is not None
    called = await visitor.follow(page)
    assert ("Åse" in called.text, "K7M" in called.text, "Ola" in called.text) == (True, True, False)
    again = await visitor.open(f"/manage/sessions/{session.id}/cancel")
    assert (again.status, "Samlingen er avlyst allerede." in again.text) == (422, True)


async def test_one_cancelled_session_of_a_course_leaves_the_rest(visitor: Visitor, kari: Person) -> None:
    starts = [NOW + WEEK, NOW + 2 * WEEK]
    offer = await course(kari, joining=Joining.WHOLE, starts=starts, sensitive=True)
    ola = await book(offer, "Ola", "ola@example.no", lang="nn")
    await book(offer, "Eva", "eva@example.no", BookingState.WAITING)
    session = await session_of(offer)
    page = await visitor.submit(await visitor.open(f"/manage/sessions/{session.id}/cancel"), "/cancel")
    assert page.status == 303
    assert (await Booking.get(id=ola.id)).state == BookingState.CONFIRMED
    pool = await SeatPool.get()
    assert (pool.taken, pool.waiting, pool.starts_at) == (1, 1, starts[1])
    assert await told() == [("email", "ola@example.no", "session_cancelled")]
    message = await OutboxMessage.get()
    method, calendar = event(await content(message))
    assert (message.lang, method, str(calendar["SUMMARY"]).endswith("Avtale")) == ("nn", "CANCEL", True)
    assert "LOCATION" not in calendar
    assert "De andre gangene" in (await MAILS["session_cancelled"](Channel.EMAIL, "nb", **message.facts)).text  # type: ignore[union-attr]


async def test_a_course_whose_only_session_is_cancelled_ends_and_tells_the_queue_too(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, joining=Joining.WHOLE, capacity=1)
    ola = await book(offer, "Ola", "ola@example.no")
    await book(offer, "Eva", "eva@example.no", BookingState.WAITING)
    await book(offer, "Åse", state=BookingState.WAITING)
    page = await visitor.open(f"/manage/sessions/{(await session_of(offer)).id}/cancel")
    assert "2 påmeldte får beskjed, én må dere ringe." in page.text
    assert "Ingen samlinger står igjen, så påmeldingene avsluttes." in page.text
    page = await visitor.submit(page, "/cancel", note="Kurslederen er syk.")
    assert await told() == [("email", f"{name}@example.no", "session_cancelled") for name in ("eva", "ola")]
    assert [one.state for one in await Booking.all()] == [BookingState.CANCELLED] * 3
    pool = await SeatPool.get()
    assert (pool.taken, pool.waiting) == (0, 0)
    assert "Åse" in (await visitor.follow(page)).text
    made = await content(await OutboxMessage.get(address="ola@example.no"))
    assert ("Kurslederen er syk." in made.text, "De andre gangene" in made.text) == (True, False)
    assert event(made)[1]["UID"] == f"booking-{ola.id}-{(await session_of(offer)).id}@127.0.0.1"
    closed = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert (closed.status, "Påmeldingen er stengt." in closed.text) == (410, True)


async def test_a_course_that_lost_its_last_date_opens_again_with_a_new_one(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, joining=Joining.WHOLE)
    said = {"what_happens": "Vi leker.", "bring_someone": "Ja.", "way_in": "Grønn dør.", "meets_you": "Tom."}
    await OfferText.filter(offer=offer).update(**said)
    session = await session_of(offer)
    await visitor.submit(await visitor.open(f"/manage/sessions/{session.id}/cancel"), "/cancel")
    assert (await visitor.open(f"/offers/{offer.slug}/bookings/new")).status == 410
    page = await visitor.open(f"/manage/offers/{offer.slug}/sessions")
    assert (await visitor.submit(page, "/sessions", first="1.12.2026", starts="18", ends="20")).status == 303
    assert (await visitor.open(f"/offers/{offer.slug}/bookings/new")).status == 200


async def test_a_group_one_asks_to_join_answers_nobody_when_its_last_date_is_cancelled(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, joining=Joining.REQUEST)
    await book(offer, "Ola", "ola@example.no")
    await book(offer, "Eva", "eva@example.no", BookingState.REQUESTED)
    session = await session_of(offer)
    await visitor.submit(await visitor.open(f"/manage/sessions/{session.id}/cancel"), "/cancel")
    assert await told() == [("email", f"{name}@example.no", "session_cancelled") for name in ("eva", "ola")]
    assert [one.state for one in await Booking.all()] == [BookingState.CANCELLED] * 2


@pytest.mark.parametrize("act", ["session", "offer"])
async def test_who_has_been_at_a_course_stays_in_its_register_when_the_rest_is_cancelled(
    visitor: Visitor, kari: Person, act: str
) -> None:
    offer = await course(kari, joining=Joining.WHOLE, capacity=1, starts=[NOW - WEEK, NOW + WEEK])
    ola = await book(offer, "Ola", "ola@example.no")
    eva = await book(offer, "Eva", "eva@example.no", BookingState.WAITING)
    been, coming = await Session.filter(offer=offer).order_by("starts_at")
    path = (
        f"/manage/sessions/{coming.id}/cancel" if act == "session" else f"/manage/offers/{offer.slug}/cancel"
    )
    page = await visitor.open(path)
    assert "2 påmeldte får beskjed." in page.text
    assert (await visitor.submit(page, "/cancel")).status == 303
    assert await told() == [("email", f"{name}@example.no", f"{act}_cancelled") for name in ("eva", "ola")]
    states = {one.id: one.state for one in await Booking.all()}
    assert states == {ola.id: BookingState.CONFIRMED, eva.id: BookingState.CANCELLED}
    pool = await SeatPool.get()
    assert (pool.taken, pool.waiting) == (1, 0)
    assert "Ola" in (await visitor.open(f"/manage/sessions/{been.id}/register")).text
    made = await content(await OutboxMessage.get(address="ola@example.no"))
    assert ("De andre gangene" in made.text, "Du trenger ikke gjøre noe." in made.text) == (False, True)


async def test_the_call_list_of_an_offer_that_goes_on_has_all_without_a_channel(
    visitor: Visitor, kari: Person
) -> None:
    """Those of what is over, and those who left, are not on it; the queue is."""
    offer = await course(kari, starts=[NOW - WEEK, NOW + WEEK])
    _past, coming = await SeatPool.filter(offer=offer).order_by("starts_at")
    await book(offer, "Liv")
    ola, mor = await make.person("Ola"), await make.person("Mor")
    await make.booking(coming, ola, reference="K7M4QP")
    await make.booking(
        coming, await make.person("Eva"), BookingState.WAITING, reference="B2C3DF", booked_by=mor
    )
    await make.booking(coming, await make.person("Per"), BookingState.CANCELLED)
    reached = await make.person("Åse")
    await make.booking(coming, reached, contact=await make.contact(reached, "ase@example.no"))
    page = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert page.heading == "Ring disse"
    assert listed(page) == [
        ["Navn", "Telefon", "Meldt på av", "Påmeldingsnummer"], ["Eva", "Ingen kontakt", "Mor", "B2C…"],
        ["Ola", "Ingen kontakt", "", "K7M…"],
    ]  # fmt: skip
    visitor.wait(2 * WEEK)
    page = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert page.heading == "Ingen trenger en telefon"


async def test_whoever_has_a_dead_mailbox_must_be_rung(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    await ContactPoint.all().update(refused_at=NOW)
    session = await session_of(offer)
    page = await visitor.follow(await move(visitor, session, day="21.10.2026"))
    assert ("Ola" in page.text, await told()) == (True, [])


async def test_only_editors_of_the_offer_move_and_cancel(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    session = await session_of(offer)
    owner = offer.owner
    host = await make.member(owner, Role.HOST, "Liv")
    paths = [f"/manage/sessions/{session.id}/{act}" for act in ("move", "cancel", "call-list")]
    await visitor.sign_in(host)
    assert [(await visitor.open(path)).status for path in paths] == [403, 403, 404]
    await rows("INSERT INTO host_assignment (id, person_id, offer_id) VALUES (gen_random_uuid(), $1, $2)",
               host.id, offer.id)  # fmt: skip
    assert (await visitor.open(paths[2])).status == 200
    await rows("UPDATE membership SET ended_at = $2 WHERE person_id = $1", host.id, NOW)
    await make.member(await make.organization("Turlaget"), Role.HOST, "Per")
    await rows("UPDATE membership SET person_id = $1 WHERE person_id <> $2 AND role = 'host' AND ended_at IS NULL",
               host.id, kari.id)  # fmt: skip
    assert (await visitor.open(paths[2])).status == 404
    await visitor.sign_in(await make.member(await make.organization("Andre"), Role.MANAGER, "Per"))
    assert [(await visitor.open(path)).status for path in paths] == [404] * 3
    for bad in ("x", "0" * 40, "01890000-0000-7000-8000-000000000000"):
        assert (await visitor.open(f"/manage/sessions/{bad}/move")).status == 404


async def test_what_was_moved_and_cancelled_before_anybody_heard_is_cancelled_at_the_time_they_know(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    await book(offer, "Eva", "+4799999999")
    await book(offer, "Per")
    await move(visitor, await session_of(offer), day="21.10.2026")
    page = await visitor.open(f"/manage/sessions/{(await session_of(offer)).id}/cancel")
    called = await visitor.follow(await visitor.submit(page, "/cancel", note="Syk"))
    assert "De har ikke fått vite at den var flyttet" in called.text
    for message in await OutboxMessage.filter(mail="session_cancelled"):
        said = (await content(message)).text.replace("\u00a0", " ")
        assert "20. okt" in said
        assert "21. okt" not in said


async def test_who_has_heard_of_the_move_is_told_that_the_new_time_is_cancelled(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    await book(offer, "Per")
    await move(visitor, await session_of(offer), day="21.10.2026")
    await OutboxMessage.all().update(sent_at=NOW, facts={})
    await rows("UPDATE phone_call SET called_at = $1", NOW)
    page = await visitor.open(f"/manage/sessions/{(await session_of(offer)).id}/cancel")
    called = await visitor.follow(await visitor.submit(page, "/cancel", note="Syk"))
    assert "De har ikke fått vite" not in called.text
    message = await OutboxMessage.get(mail="session_cancelled")
    assert "21. oktober" in (await content(message)).text.replace("\u00a0", " ")
