"""When one can book: chosen once for the offer, kept on its pools, and following the dates."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from offers.bookings import actions as bookings
from offers.catalogue.models import Joining, Offer, Promotion, SeatPool, Session
from offers.publishing import actions
from offers.publishing.drafts import actions as drafts_actions
from offers.publishing.series import actions as series_actions
from offers.seats import actions as seats_actions
from offers.seats.models import Booking, BookingState
from offers.sessions.actions import cancel, move
from organizations.directory.models import Organization
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

DAY, HOURS = timedelta(days=1), timedelta(hours=2)


@pytest.fixture
async def offer(db: None) -> Offer:
    """A published offer with two dates that one books one by one, and all that it needs."""
    made = await make.offer(
        starts=[NOW + 7 * DAY, NOW + 14 * DAY], venue=await make.venue(), owner=await make.organization()
    )
    await rows("UPDATE offer_text SET what_happens = 'x', bring_someone = 'x', way_in = 'x', meets_you = 'x'")
    return made


async def saved(visitor: Visitor, offer: Offer, **typed: Any) -> Page:
    """The joining step as an editor saves it."""
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id)))
    page = await visitor.open(f"/manage/offers/{offer.slug}/joining")
    return await visitor.submit(page, "/joining", **typed)


async def closings() -> list[datetime | None]:
    return [pool.closes_at for pool in await SeatPool.all().order_by("starts_at")]


async def set_hours(offer: Offer, hours: int | None) -> None:
    await actions.set_joining(await Offer.get(id=offer.id), by=offer.id, now=NOW, joining=Joining(offer.joining),
                              capacity=None, text={}, closes_hours=hours)  # fmt: skip


async def test_all_of_the_step_is_kept_and_shown_again(visitor: Visitor, offer: Offer) -> None:
    page = await saved(
        visitor, offer, promotion="held", hold_hours="12", opens_day="15.10.2026", opens_clock="9", closes_hours="24",
        remind=["168", "2"],
    )  # fmt: skip
    assert page.status == 303, page.text
    after = await Offer.get()
    assert (after.promotion, after.hold_hours, after.closes_hours, after.remind_hours) == (
        Promotion.HELD, 12, 24, [168, 2])  # fmt: skip
    assert after.opens_at == NOW + timedelta(days=2, hours=-3)
    assert {pool.opens_at for pool in await SeatPool.all()} == {after.opens_at}
    assert await closings() == [NOW + 6 * DAY, NOW + 13 * DAY]
    fields = (await visitor.open(f"/manage/offers/{offer.slug}/joining")).fields("/joining")
    assert [fields[name] for name in ("promotion", "hold_hours", "opens_day", "opens_clock", "remind")] == [
        ["held"], ["12"], ["15.10.2026"], ["9"], ["168", "2"]]  # fmt: skip
    page = await visitor.open(f"/manage/offers/{offer.slug}")
    assert (
        "Åpner torsdag 15. oktober kl. 9 · Stenger 24 timer før start · "
        "Ledig plass holdes i 12 timer for den første i køen" in page.text
    )
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'opening.changed'") == 1
    assert (
        await visitor.open(f"/offers/{offer.slug}/bookings/new?session={(await Session.first()).id}")
    ).status == 410  # type: ignore[union-attr]


@pytest.mark.parametrize(("typed", "field"), [
    ({"opens_day": "15.10.2026"}, "opens_clock"), ({"opens_clock": "9"}, "opens_day"),
    ({"opens_day": "31.2.2027", "opens_clock": "9"}, "opens_day"),
    ({"opens_day": "1.1.9999", "opens_clock": "9"}, "opens_day"),
    ({"opens_day": "1.12.2026", "opens_clock": "9"}, "opens_day"), ({"closes_hours": "-1"}, "closes_hours"),
    ({"promotion": "held", "hold_hours": ""}, "hold_hours"), ({"promotion": "held", "hold_hours": "900"}, "hold_hours"),
    ({"remind": ["5"]}, "remind"),
])  # fmt: skip
async def test_what_cannot_be_is_told_at_the_field(
    visitor: Visitor, offer: Offer, typed: dict[str, Any], field: str
) -> None:
    page = await saved(visitor, offer, **typed)
    assert page.status == 422
    assert page.soup.select_one(f"#{field}-error"), page.text
    assert await closings() == [None, None]


async def test_closing_follows_a_session_that_is_moved_and_one_that_is_added(db: None, offer: Offer) -> None:
    await set_hours(offer, 24)
    first = await Session.all().order_by("starts_at").select_related("offer").first()
    assert first is not None
    await move(first, sequence=0, starts_at=NOW + 8 * DAY, ends_at=NOW + 8 * DAY + HOURS, venue_id=None, by=offer.id,
               now=NOW)  # fmt: skip
    assert await closings() == [NOW + 7 * DAY, NOW + 13 * DAY]
    at = NOW + 20 * DAY
    await series_actions.set_sessions(
        await Offer.get(),
        by=offer.id,
        now=NOW,
        days=[at.date()],
        starts=time(14),
        ends=time(16),
    )
    third = await Session.all().order_by("-starts_at").first()
    assert third is not None
    assert (await closings())[2] == third.starts_at - DAY


async def test_what_is_cancelled_or_closed_by_hand_stays_closed(db: None, offer: Offer) -> None:
    first, second = await Session.all().order_by("starts_at").select_related("offer")
    await cancel(first, sequence=0, note="", by=offer.id, now=NOW)
    pool = await SeatPool.get(session=second)
    await seats_actions.set_open(pool.id, False, now=NOW, by=offer.id)
    before = await closings()
    await set_hours(offer, 24)
    await actions.refresh(offer.id, NOW)
    assert await closings() == before
    assert all(closing is not None and closing <= NOW for closing in before)
    await seats_actions.set_open(pool.id, True, now=NOW, by=offer.id)
    assert (await closings())[1] == NOW + 13 * DAY
    late = NOW + 13 * DAY + HOURS
    await seats_actions.set_open(pool.id, True, now=late, by=offer.id)
    assert (await closings())[1] is None, "opened by hand after the planned closing: until the start"
    await actions.refresh(offer.id, late)
    assert (await closings())[1] is None


async def test_a_course_closes_before_its_first_date_and_a_group_never_by_the_clock(db: None) -> None:
    course = await make.offer(joining=Joining.WHOLE, starts=[NOW + 7 * DAY, NOW + 14 * DAY])
    group = await make.offer(joining=Joining.REQUEST, starts=[NOW - 7 * DAY, NOW + 7 * DAY], sensitive=True)
    for offer, expected in ((course, NOW + 6 * DAY), (group, None)):
        await rows(
            "UPDATE offer_text SET what_happens = 'x', bring_someone = 'x', way_in = 'x', meets_you = 'x'"
        )
        await set_hours(offer, 24)
        assert (await SeatPool.get(offer=offer)).closes_at == expected


async def test_who_waits_gets_a_seat_after_booking_has_closed(db: None, offer: Offer) -> None:
    await set_hours(offer, 24)
    pool = await SeatPool.all().order_by("starts_at").first()
    assert pool is not None
    await rows("UPDATE seat_pool SET capacity = 1")
    ola = await make.booking(pool, await make.person("Ola"))
    nora = await make.booking(pool, await make.person("Nora"), BookingState.WAITING)
    await bookings.cancel(ola.id, now=NOW + 6 * DAY + HOURS)
    assert (await Booking.get(id=nora.id)).state is BookingState.CONFIRMED


async def test_ages_are_asked_in_the_audience_step(visitor: Visitor, offer: Offer) -> None:
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id)))
    path = f"/manage/offers/{offer.slug}/audience"
    wrong = await visitor.submit(await visitor.open(path), "/audience", age_from="30", age_to="16")
    assert wrong.status == 422
    assert "Den høyeste alderen kan ikke være lavere enn den laveste." in wrong.text
    assert (await visitor.submit(wrong, "/audience", age_from="16", age_to="30")).status == 303
    offer = await Offer.get()
    assert (offer.age_from, offer.age_to) == (16, 30)
    assert "For dem mellom 16 og 30 år" in (await visitor.open(f"/manage/offers/{offer.slug}")).text


async def test_a_copy_does_not_open_when_the_first_one_did(db: None, offer: Offer) -> None:
    await rows("UPDATE offer SET opens_at = $1, closes_hours = 24", NOW)
    new = await drafts_actions.copy(await Offer.get(), by=offer.id, now=NOW)
    assert (new.opens_at, new.closes_hours) == (None, 24)
