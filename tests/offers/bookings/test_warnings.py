"""What one should know before booking. It hinders nobody."""

from datetime import timedelta

from offers.bookings.queries import booking
from offers.bookings.times.queries import free_times
from offers.bookings.warnings import Caution, warnings
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.seats.models import BookingState
from offers.seats.rules import Pool
from tests import make
from tests.conftest import NOW
from tests.offers.bookings.test_views import book
from tests.visitor import Visitor


def pool(**other: object) -> Pool:
    week = NOW + timedelta(days=7)
    given = {"capacity": 10, "taken": 0, "waiting": 0, "starts_at": week, "ends_at": week, "opens_at": None,
             "closes_at": None, "max_party": 5, "joining": Joining.WHOLE} | other  # fmt: skip
    return Pool(**given)  # type: ignore[arg-type]


def of(pool: Pool, overlaps: bool = False, sensitive: bool = False) -> list[Caution]:
    return list(warnings(pool, overlaps=overlaps, sensitive=sensitive, now=NOW))


def test_nothing_to_warn_of() -> None:
    assert of(pool()) == []
    assert of(pool(capacity=None)) == []
    assert of(pool(taken=10)) == []


def test_the_last_places_are_told_of_but_never_of_a_sensitive_offer_or_one_that_answers() -> None:
    assert of(pool(taken=5)) == []
    assert of(pool(taken=6)) == [Caution.LAST_PLACES]
    assert of(pool(taken=3, reserved=4)) == [Caution.LAST_PLACES]
    assert of(pool(taken=6), sensitive=True) == []
    assert of(pool(taken=6, joining=Joining.REQUEST)) == []


def test_what_starts_within_two_hours_starts_soon() -> None:
    assert of(pool(starts_at=NOW + timedelta(hours=2))) == [Caution.STARTS_SOON]
    assert of(pool(starts_at=NOW + timedelta(hours=2, seconds=1))) == []
    assert of(pool(starts_at=NOW)) == []


async def same_time(visitor: Visitor) -> Offer:
    """An offer at the time of the walk that Ola (ola@example.no) is booked to, as a guest."""
    walk = await make.offer("Gå på tur", joining=Joining.WHOLE)
    await book(visitor, walk.slug)
    return await make.offer("Kor", joining=Joining.WHOLE, starts=[NOW + timedelta(days=7, hours=1)])


async def test_the_signed_in_are_told_of_what_they_are_at_meanwhile_and_may_book_still(
    visitor: Visitor,
) -> None:
    choir = await same_time(visitor)
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    page = await visitor.open(f"/offers/{choir.slug}/bookings/new")
    assert "Du er med på noe annet på samme tid: Gå på tur." in page.text
    page = await visitor.submit(page, name="")
    assert (page.status, "samme tid: Gå på tur." in page.text) == (422, True)
    page = await visitor.follow(await visitor.submit(page, name="Ola"))
    assert page.heading == "Du er påmeldt"


async def test_nobody_learns_what_an_address_is_booked_to(visitor: Visitor) -> None:
    choir = await same_time(visitor)
    assert "samme tid" not in (await visitor.open(f"/offers/{choir.slug}/bookings/new")).text
    unproven = await make.person("Per")
    await make.contact(unproven, "ola@example.no", verified=False)
    await visitor.sign_in(unproven)
    assert "samme tid" not in (await visitor.open(f"/offers/{choir.slug}/bookings/new")).text


async def test_what_is_over_cancelled_or_of_others_overlaps_nothing(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    later = await make.offer("Senere", joining=Joining.WHOLE, starts=[NOW + timedelta(days=7, hours=2)])
    mine, off = (
        await make.offer("Tur", joining=Joining.WHOLE),
        await make.offer("Avmeldt", joining=Joining.WHOLE),
    )
    await make.booking(await SeatPool.get(offer=later), ola)
    await make.booking(await SeatPool.get(offer=off), ola, BookingState.CANCELLED)
    await make.booking(await SeatPool.get(offer=mine), await make.person("Ada"), booked_by=ola)
    await visitor.sign_in(ola)
    choir = await make.offer("Kor", joining=Joining.WHOLE)
    assert "samme tid" not in (await visitor.open(f"/offers/{choir.slug}/bookings/new")).text


async def test_whoever_has_a_booking_here_is_told_before_sending_the_form_again(visitor: Visitor) -> None:
    ola = await make.person("Ola", email="ola@example.no")
    await visitor.sign_in(ola)
    offer = await make.offer(starts=[NOW + timedelta(days=7), NOW + timedelta(days=8)])
    first, second = await SeatPool.filter(offer=offer).order_by("session__starts_at")
    await make.booking(first, ola)
    told = "Du har allerede en påmelding her."
    form = f"/offers/{offer.slug}/bookings/new?session="
    assert told in (await visitor.open(f"{form}{first.session_id}")).text  # type: ignore[attr-defined]
    assert told not in (await visitor.open(f"{form}{second.session_id}")).text  # type: ignore[attr-defined]
    assert told not in (await visitor.open(f"/offers/{offer.slug}/bookings/several")).text


async def test_a_seat_that_was_held_too_long_is_no_booking_whether_the_worker_came_by_or_not(
    visitor: Visitor,
) -> None:
    ola = await make.person("Ola", email="ola@example.no")
    await visitor.sign_in(ola)
    held, choir = (
        await make.offer("Tur", joining=Joining.WHOLE),
        await make.offer("Kor", joining=Joining.WHOLE),
    )
    await make.booking(await SeatPool.get(offer=held), ola, BookingState.OFFERED)
    here, meanwhile = f"/offers/{held.slug}/bookings/new", f"/offers/{choir.slug}/bookings/new"
    assert "Du har allerede en påmelding her." in (await visitor.open(here)).text
    assert "samme tid: Tur" in (await visitor.open(meanwhile)).text
    visitor.wait(timedelta(hours=24))
    assert "Du har allerede en påmelding her." not in (await visitor.open(here)).text
    assert "samme tid" not in (await visitor.open(meanwhile)).text


async def test_a_time_that_was_held_too_long_may_be_chosen_again(visitor: Visitor) -> None:
    ola = await make.person("Ola", email="ola@example.no")
    offer = await make.offer(starts=[NOW + timedelta(days=7), NOW + timedelta(days=8)], capacity=2)
    first, second = await SeatPool.filter(offer=offer).order_by("session__starts_at")
    mine = await make.booking(first, ola)
    await make.booking(second, ola, BookingState.OFFERED)
    found = await booking(mine.id, "nb")
    assert await free_times(found, ola.id, visitor.now) == []
    later = visitor.now + timedelta(hours=24)
    assert [one.session_id for one in await free_times(found, ola.id, later)] == [second.session_id]  # type: ignore[attr-defined]
