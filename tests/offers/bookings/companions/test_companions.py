"""Those who come along: how many, and their names if they want."""

from datetime import timedelta

from marketplace.base.data.database import rows
from marketplace.people.models import Person
from offers.bookings import actions
from offers.bookings.companions import actions as companions_actions
from offers.bookings.companions.models import Companion
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.seats.models import Booking, BookingState
from organizations.directory.models import Organization
from tests import make
from tests.conftest import NOW
from tests.offers.bookings.test_views import book
from tests.offers.seats.test_races import overlapping
from tests.visitor import Page, Visitor


async def test_a_party_of_three_may_name_those_who_want_to_be_named(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=5)
    page = await book(visitor, offer.slug, seats=3, companions="  Aud \n\nPer   Olav\n")
    assert page.heading == "Du er påmeldt"
    assert "Ola og 2 til" in page.text
    assert "Med seg Aud, Per Olav" in page.text
    assert [one.name for one in await Companion.all().order_by("id")] == ["Aud", "Per Olav"]
    assert (await SeatPool.get(offer=offer)).taken == 3


async def test_more_names_than_people_is_an_error_at_the_names(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=5)
    page = await book(visitor, offer.slug, seats=2, companions="Aud\nPer")
    assert page.status == 422
    assert "Det er flere navn enn folk som kommer sammen med deg" in page.text
    assert page.fields("/bookings")["companions"] == ["Aud\nPer"]
    assert await Booking.all().count() == 0


async def party_of_four(visitor: Visitor, **offered: object) -> tuple[Page, SeatPool]:
    """The receipt of Ola, Aud, Per and one without a name, in an offer with five seats."""
    offer = await make.offer(joining=Joining.WHOLE, capacity=5, **offered)
    page = await book(visitor, offer.slug, seats=4, companions="Aud\nPer")
    return page, await SeatPool.get(offer=offer)


async def test_a_companion_leaves_alone_and_the_seat_goes_to_the_queue(visitor: Visitor) -> None:
    page, pool = await party_of_four(visitor)
    two = await make.booking(pool, await make.person("Nora"), BookingState.WAITING, seats=2)
    asked = await visitor.open(f"{page.url}/companions")
    assert asked.heading == "Hvem kommer ikke?"
    aud = await Companion.get(name="Aud")
    done = await visitor.follow(await visitor.submit(asked, gone=[str(aud.id)]))
    assert "Det er endret. Takk for at du sa fra." in done.text
    assert "Ola og 2 til" in done.text
    assert [one.name for one in await Companion.all()] == ["Per"]
    await pool.refresh_from_db()
    await two.refresh_from_db()
    assert (pool.taken, pool.waiting, two.state) == (5, 0, BookingState.CONFIRMED)
    sent = [row["mail"] for row in await rows("SELECT mail FROM outbox_message ORDER BY id")]
    assert sent == ["receipt", "fewer"]


async def test_whoever_has_no_name_leaves_too_but_never_the_last(visitor: Visitor) -> None:
    page, pool = await party_of_four(visitor)
    asked = await visitor.open(f"{page.url}/companions")
    boxes = [box["value"] for box in asked.soup.find_all("input", type="checkbox")]
    assert boxes[2:] == ["unnamed-1"]
    done = await visitor.follow(await visitor.submit(asked, gone=boxes))
    assert "og" not in done.text.split("Nummer")[0].split("Hvem")[-1]
    booking = await Booking.get()
    await pool.refresh_from_db()
    assert (booking.seats, pool.taken) == (1, 1)
    forged = await visitor.submit(asked, gone=["unnamed-1"], seen=1)
    assert forged.status == 409
    assert (await Booking.get()).seats == 1


async def test_the_form_of_those_who_leave_sent_twice_takes_them_off_once(visitor: Visitor) -> None:
    page, pool = await party_of_four(visitor)
    asked = await visitor.open(f"{page.url}/companions")
    for _time in range(2):
        done = await visitor.submit(asked, gone=["unnamed-1"])
        assert done.response.headers["location"] == f"{page.url}?saved=fewer"
    await pool.refresh_from_db()
    assert ((await Booking.get()).seats, pool.taken) == (3, 3)


async def test_an_old_page_and_a_companion_of_others_take_nobody_off(visitor: Visitor) -> None:
    page, pool = await party_of_four(visitor)
    other = await Companion.create(booking=await make.booking(pool), name="Tor")
    asked = await visitor.open(f"{page.url}/companions")
    foreign = await visitor.submit(asked, gone=[str(other.id)])
    assert foreign.status == 409
    nobody = await visitor.submit(asked)
    assert (nobody.status, "Velg hvem som ikke kommer." in nobody.text) == (422, True)
    aud = await Companion.get(name="Aud")
    await visitor.submit(asked, gone=[str(aud.id)])
    old = await visitor.submit(asked, gone=[str((await Companion.get(name="Per")).id), "unnamed-1"])
    assert "Noe er endret siden du åpnet siden." in old.text
    assert await Companion.all().count() == 2


async def test_a_waiting_party_that_shrinks_gets_the_place_that_it_fits(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=3)
    pool = await SeatPool.get(offer=offer)
    await make.booking(pool, seats=2)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    page = await visitor.submit(page, name="Ola", contact="email", email="ola@example.no", seats=2)
    page = await visitor.follow(await visitor.submit(page, waiting_ok="true"))
    assert page.heading == "Du står på venteliste"
    asked = await visitor.open(f"{page.url}/companions")
    done = await visitor.follow(await visitor.submit(asked, gone=["unnamed-1"]))
    assert done.heading == "Du er påmeldt"
    await pool.refresh_from_db()
    assert (pool.taken, pool.waiting) == (3, 0)


async def test_whoever_leaves_while_all_are_cancelled_frees_each_seat_once(db: None) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=4)
    pool = await SeatPool.get(offer=offer)
    booking = await make.booking(pool, seats=4)
    first, second, waited = await overlapping(
        lambda: companions_actions.leave(booking.id, set(), 1, seen=4, now=NOW),
        lambda: actions.cancel(booking.id, now=NOW),
    )
    assert (first, second, waited) == (None, True, True)
    await pool.refresh_from_db()
    assert pool.taken == 0


async def test_the_organiser_reads_who_comes_along_unless_somebody_is_shielded(visitor: Visitor) -> None:
    _page, pool = await party_of_four(visitor, starts=[NOW + timedelta(hours=1)])
    offer = await Offer.get(id=pool.offer_id)
    await visitor.sign_in(
        await make.member(await Organization.get(id=offer.owner_id), email="kari@example.no")
    )
    session = await Session.get(offer=offer)
    await Companion.filter(name="Per").update(name="Per Hansen")
    listed = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert "Ola +3 sammen med Aud, Per Hansen" in listed.text
    register = await visitor.open(f"/manage/sessions/{session.id}/register")
    assert "Tar med 3 til: Aud, Per" in register.text
    assert "Hansen" not in register.text
    await Person.filter(name="Ola").update(shielded=True)
    for path in (f"/manage/offers/{offer.slug}/bookings", f"/manage/sessions/{session.id}/register"):
        assert "Aud" not in (await visitor.open(path)).text


async def test_the_same_form_again_leads_to_the_same_booking_though_it_took_the_last_seats(
    visitor: Visitor,
) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=4)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    given = {"name": "Ola", "contact": "email", "email": "ola@example.no", "seats": 3, "companions": "Aud"}
    once = await visitor.submit(page, **given)
    again = await visitor.submit(page, **given)
    assert once.response.headers["location"] == again.response.headers["location"]
    await SeatPool.filter(offer=offer).update(closes_at=NOW)
    later = await visitor.submit(page, **given)
    assert once.response.headers["location"] == later.response.headers["location"]
    assert (await Booking.all().count(), await Companion.all().count()) == (1, 1)


async def test_a_page_that_stood_open_while_all_was_cancelled_leads_to_what_is_so(visitor: Visitor) -> None:
    page, _pool = await party_of_four(visitor)
    asked = await visitor.open(f"{page.url}/companions")
    await visitor.submit(await visitor.open(f"{page.url}/cancel"))
    done = await visitor.follow(await visitor.submit(asked, gone=["unnamed-1"]))
    assert done.heading == "Du er meldt av"
