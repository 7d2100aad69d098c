"""Who comes without a booking: counted, or booked at the door."""

from datetime import timedelta

from marketplace.base.data.database import rows, value
from marketplace.people.models import Person
from offers.attendance.models import Register
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.seats.models import Booking
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.registers import evening, states
from tests.visitor import Visitor


async def held(
    capacity: int | None = None, joining: Joining = Joining.PER_SESSION
) -> tuple[Offer, Session, Person]:
    """A session that has just begun, and its host."""
    offer = await make.offer(
        joining=joining,
        capacity=capacity,
        starts=[NOW - timedelta(minutes=5)],
        owner=await make.organization(),
    )
    owner = await offer.owner
    host = await make.member(owner, Role.EDITOR, "Tom")
    return offer, await Session.get(offer=offer), host


async def heads() -> tuple[int | None, int | None, int | None]:
    found = await rows("SELECT count, adults, children FROM head_count")
    return tuple(found[0].values()) if found else (None, None, None)


async def test_one_more_is_one_button_and_closes_nothing(visitor: Visitor) -> None:
    _, session, host = await evening("Amina")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    page = await visitor.follow(await visitor.submit(page, "/register", plus="heads"))
    page = await visitor.follow(await visitor.submit(page, "/register", plus="heads"))
    assert await heads() == (2, None, None)
    assert page.soup.select("#head_count")[0]["value"] == "2"
    assert await value("SELECT count(*) FROM register WHERE closed_at IS NULL") == 1
    page = await visitor.submit(page, "/register", plus="everybody")
    assert page.status == 422
    assert await heads() == (2, None, None)


async def test_the_same_press_sent_twice_is_one_and_never_refused(visitor: Visitor) -> None:
    _, session, host = await evening("Amina")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    amina = await Booking.get(participant__name="Amina")
    pressed = {"plus": "heads", "present": [amina.id]}
    await visitor.submit(page, "/register", **pressed)
    saved = await value("SELECT saved_at FROM register")
    again = await visitor.submit(page, "/register", **pressed)
    assert again.status == 303
    assert await heads() == (1, None, None)
    assert await value("SELECT count(*) FROM register_tap WHERE field = 'heads'") == 1
    assert await states() == {"Amina": ("present", 1)}
    assert await value("SELECT saved_at FROM register") == saved
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'register.saved'") == 1
    page = await visitor.follow(again)
    await visitor.submit(page, "/register", plus="heads")  # a page of its own: somebody else came
    assert await heads() == (2, None, None)


async def test_one_more_is_counted_from_an_old_page_and_overwrites_nothing(visitor: Visitor) -> None:
    """Another host has saved meanwhile: the one who came is counted, and theirs stays."""
    _, session, host = await evening("Amina")
    await visitor.sign_in(host)
    old = await visitor.open(f"/manage/sessions/{session.id}/register")
    amina = await Booking.get(participant__name="Amina")
    await visitor.submit(old, "/register", head_count=4, volunteers=2, present=[amina.id])
    await Register.all().update(saved_at=NOW + timedelta(seconds=1))
    answer = await visitor.submit(old, "/register", plus="heads")
    assert answer.status == 303
    assert await heads() == (5, None, None)
    assert await value("SELECT volunteers FROM register") == 2
    assert await states() == {"Amina": ("present", 1)}


async def test_what_else_an_old_page_says_is_kept_on_it_and_asked_about(visitor: Visitor) -> None:
    _, session, host = await evening("Amina", "Per")
    await visitor.sign_in(host)
    old = await visitor.open(f"/manage/sessions/{session.id}/register")
    amina, per = await Booking.all().order_by("participant__name")
    await visitor.submit(old, "/register", head_count=4, volunteers=2, present=[amina.id])
    await Register.all().update(saved_at=NOW + timedelta(seconds=1))
    page = await visitor.submit(old, "/register", plus="heads", present=[per.id])
    assert page.status == 409
    assert "Én til er talt med." in page.text
    assert await heads() == (5, None, None)
    assert (await states())["Per"] != ("present", 1)
    fields = page.fields("/register")
    assert (fields["head_count"], fields["volunteers"]) == (["5"], ["2"])
    await visitor.submit(page, "/register", plus="heads")
    assert await heads() == (6, None, None)
    assert await states() == {"Amina": ("present", 1), "Per": ("present", 1)}


async def test_adults_and_children_make_the_sum_and_may_be_one_number_again(visitor: Visitor) -> None:
    _, session, host = await evening("Amina")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    page = await visitor.follow(await visitor.submit(page, "/register", head_count=9, adults=2, children=3))
    assert await heads() == (5, 2, 3)
    assert page.soup.select("#head_count")[0]["value"] == "5"
    page = await visitor.follow(await visitor.submit(page, "/register", plus="children"))
    assert await heads() == (6, 2, 4)
    page = await visitor.follow(await visitor.submit(page, "/register", head_count=6, adults="", children=""))
    assert await heads() == (6, None, None)
    await visitor.follow(await visitor.submit(page, "/register", head_count=""))
    assert await value("SELECT coalesce(sum(count), 0)::int FROM head_count") == 0


async def test_a_name_at_the_door_is_a_booking_that_came(visitor: Visitor) -> None:
    offer, session, host = await held(capacity=2)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/walk-in")
    answer = await visitor.submit(page, "/walk-in", name="Sofie", seats=2)
    await visitor.submit(page, "/walk-in", name="Sofie", seats=2)  # pressed twice
    page = await visitor.follow(answer)
    assert "De er skrevet opp og merket." in page.text
    booking = await Booking.get(offer=offer)
    assert (booking.state, booking.seats, booking.by_host, booking.contact_id) == ("confirmed", 2, True, None)
    assert (await SeatPool.get(session=session)).taken == 2
    assert await states() == {"Sofie": ("present", 2)}
    said = {row["action"] for row in await rows("SELECT action FROM audit_entry")}
    assert {"booking.added", "register.tapped"} <= said


async def test_full_says_so_and_lets_in_as_a_head_without_a_name(visitor: Visitor) -> None:
    _, session, host = await held(capacity=1)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/walk-in")
    full = await visitor.submit(page, "/walk-in", name="Sofie", seats=2)
    assert full.status == 422
    assert await Booking.all().count() == 0
    page = await visitor.follow(await visitor.submit(full, "/walk-in", instead="head"))
    again = await visitor.submit(full, "/walk-in", instead="head")
    assert again.status == 303
    assert "De er talt med. Navnet er ikke lagret." in page.text
    assert "skrevet opp" not in page.text
    assert await heads() == (2, None, None)
    assert await value("SELECT count(*) FROM person WHERE name = 'Sofie'") == 0
    assert await Booking.all().count() == 0


async def test_a_place_for_the_rest_of_it_is_promised_where_there_is_a_rest(visitor: Visitor) -> None:
    owner = await make.organization()
    starts = [NOW - timedelta(minutes=5), NOW + timedelta(days=7)]
    offer = await make.offer(joining=Joining.WHOLE, starts=starts, owner=owner)
    session, later = await Session.filter(offer=offer).order_by("starts_at")
    await visitor.sign_in(await make.member(owner, Role.EDITOR, "Tom"))
    rest, here = "De får plass resten av gangene", f"/manage/sessions/{session.id}/walk-in"
    assert rest in (await visitor.open(here)).text
    await rows("UPDATE session SET status = 'cancelled' WHERE id = $1", later.id)
    last = (await visitor.open(here)).text
    assert (rest in last, "De får plass denne gangen" in last) == (False, True)


async def test_nobody_is_written_down_for_what_is_settled_or_cancelled_meanwhile(visitor: Visitor) -> None:
    _, session, host = await held()
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/walk-in")
    await rows("UPDATE session SET status = 'cancelled'")
    late = await visitor.submit(page, "/walk-in", name="Sofie")
    assert "Her kan ingen skrives opp nå." in late.text
    assert await value("SELECT count(*) FROM booking") == 0
    await rows("UPDATE session SET status = 'scheduled'")
    visitor.wait(timedelta(days=120))
    await visitor.sign_in(host)
    assert "Her kan ingen skrives opp nå." in (await visitor.open(page.url)).text


async def test_nobody_is_written_down_where_nobody_books_or_before_it_is_soon(visitor: Visitor) -> None:
    _, session, host = await held(joining=Joining.DROP_IN)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/walk-in")
    assert "Ingen kan skrives opp med navn her nå." in page.text
    await Session.filter(id=session.id).update(
        starts_at=NOW + timedelta(hours=3), ends_at=NOW + timedelta(hours=4)
    )
    page = await visitor.open(f"/manage/sessions/{session.id}/walk-in")
    assert "Ingen kan skrives opp med navn her nå." in page.text
