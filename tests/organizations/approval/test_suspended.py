"""An organisation that the municipality has not approved, or has suspended: nothing new, and nobody is left alone."""

import pytest

from marketplace.base.data.database import value
from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, OfferOrganizer, SeatPool, Session
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

CLOSED = "Organisasjonen er stengt for en tid."
PARTY = {"name": "Ola", "email": "ola@example.no"}


@pytest.fixture
async def centre(db: None) -> Organization:
    return await make.organization("Frivilligsentralen")


@pytest.fixture
async def kari(centre: Organization, visitor: Visitor) -> Person:
    """Leads Frivilligsentralen, and is signed in."""
    person = await make.member(centre, Role.MANAGER)
    await visitor.sign_in(person)
    return person


async def suspend(organization: Organization) -> None:
    await Organization.filter(id=organization.id).update(state="suspended")


@pytest.mark.parametrize("state", ["applied", "declined"])
async def test_a_role_where_nobody_is_approved_gives_no_power(
    visitor: Visitor, centre: Organization, kari: Person, state: str
) -> None:
    offer = await make.offer(owner=centre)
    assert (await visitor.open("/manage")).status == 200
    await Organization.filter(id=centre.id).update(state=state)
    for path in ("/manage", "/manage/offers/new", f"/manage/offers/{offer.slug}/bookings"):
        assert (await visitor.open(path)).status == 403
    other = await make.organization("Crux ung")
    await Membership.create(person=kari, organization=other, role=Role.EDITOR, created_at=NOW)
    assert (await visitor.open(f"/manage/offers/{offer.slug}/bookings")).status == 404
    assert "Frivilligsentralen" not in (await visitor.open("/manage/offers/new")).text


async def test_whoever_says_they_are_a_municipal_unit_is_no_staff(visitor: Visitor) -> None:
    offer = await make.offer(visibility="staff")
    unit = await make.organization("Enheten", kind="municipal", state="applied")
    await visitor.sign_in(await make.member(unit, Role.MANAGER))
    assert (await visitor.open(f"/offers/{offer.slug}")).status == 404
    await Organization.filter(id=unit.id).update(state="approved")
    assert (await visitor.open(f"/offers/{offer.slug}")).status == 200


async def test_suspension_hides_the_offers_and_stops_a_form_that_was_open(
    visitor: Visitor, centre: Organization
) -> None:
    offer = await make.offer(owner=centre, joining=Joining.WHOLE)
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    await suspend(centre)
    assert (await visitor.submit(form, **PARTY)).status == 404
    assert await Booking.all().count() == 0
    assert (await value("SELECT taken FROM seat_pool")) == 0
    for path in ("", "/bookings/new"):
        assert (await visitor.open(f"/offers/{offer.slug}{path}")).status == 404
    assert (await visitor.open(f"/organizations/{centre.slug}")).status == 404
    assert offer.slug not in (await visitor.open("/offers")).response.text
    assert "BEGIN:VEVENT" not in (await visitor.open("/calendar/all.ics")).text


async def test_bookings_already_made_stay_and_can_be_cancelled(
    visitor: Visitor, centre: Organization
) -> None:
    offer = await make.offer("Turlag", owner=centre, joining=Joining.PER_SESSION)
    booking = await make.booking(await SeatPool.get(offer=offer))
    page = await visitor.open(link_path(booking.id, 1))
    assert "Se andre dager" in page.text
    await suspend(centre)
    page = await visitor.open(link_path(booking.id, 1))
    assert (page.status, "Turlag" in page.text) == (200, True)
    assert "Se andre dager" not in page.text, "the offer's page is hidden: the link would lead nowhere"
    asked = await visitor.open(f"{link_path(booking.id, 1)}/cancel")
    assert (await visitor.submit(asked)).status == 303
    assert (await Booking.get()).state == BookingState.CANCELLED


async def test_those_who_lead_a_suspended_organisation_look_after_those_who_are_booked(
    visitor: Visitor, centre: Organization, kari: Person
) -> None:
    offer = await make.offer(owner=centre)
    session = await Session.get(offer=offer)
    await make.booking(await SeatPool.get(offer=offer), await make.person("Ola"))
    await suspend(centre)
    home = f"/manage/offers/{offer.slug}"
    for path in (
        home,
        f"{home}/bookings",
        f"{home}/call-list",
        f"/manage/sessions/{session.id}/register",
        "/manage",
    ):
        assert (await visitor.open(path)).status == 200, path
    assert CLOSED in (await visitor.open(home)).text
    asked = await visitor.open(f"/manage/sessions/{session.id}/cancel")
    assert (await visitor.submit(asked, note="Vi er syke.")).status == 303
    assert (await Session.get(id=session.id)).status == "cancelled"


async def test_nothing_is_made_changed_or_published_in_a_suspended_organisation(
    visitor: Visitor, centre: Organization, kari: Person
) -> None:
    offer = await make.offer(owner=centre, joining=Joining.WHOLE)
    draft = await make.offer("Kladd", owner=centre, state="draft", joining=Joining.WHOLE)
    home = f"/manage/offers/{offer.slug}"
    new, page, sessions, what = [
        await visitor.open(path) for path in ("/manage/offers/new", home, f"{home}/sessions", f"{home}/what")
    ]
    publish = await visitor.open(f"/manage/offers/{draft.slug}/publish")
    await suspend(centre)
    before = await Offer.all().values()
    for answer in (
        await visitor.submit(new, title="Ny", kind="course"),
        await visitor.submit(page, f"{home}/copy"),
        await visitor.submit(sessions, first="1.12.2026", starts="18", ends="20"),
        await visitor.submit(what, title="Nytt navn"),
        await visitor.submit(publish, sensitive="no"),
    ):
        assert (answer.status, CLOSED in answer.text) == (422, True), answer.url
    assert await Offer.all().values() == before
    for path in ("/manage/offers/new", f"{home}/what", f"{home}/texts/en", f"{home}/sessions"):
        assert (await visitor.open(path)).status == 422, path


async def test_seats_may_become_fewer_and_a_request_gets_a_no_but_not_the_other_way(
    visitor: Visitor, centre: Organization, kari: Person
) -> None:
    offer = await make.offer(owner=centre, joining=Joining.REQUEST, capacity=10)
    await make.booking(await SeatPool.get(offer=offer), state=BookingState.REQUESTED)
    await suspend(centre)
    listing = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    more = await visitor.submit(listing, "/capacity", capacity="11")
    assert (more.status, CLOSED in more.text) == (422, True)
    assert (await visitor.submit(listing, "/capacity", capacity="")).status == 422
    assert (await visitor.submit(listing, "/capacity", capacity="9")).status == 303
    assert (await SeatPool.get(offer=offer)).capacity == 9
    asked = f"/requests/{(await Booking.get()).id}"
    yes = await visitor.submit(listing, asked, answer="yes")
    assert (yes.status, CLOSED in yes.text) == (422, True)
    assert (await Booking.get()).state == BookingState.REQUESTED
    assert (await visitor.submit(listing, asked, answer="no", no="Ikke nå.")).status == 303


async def test_a_suspended_co_organiser_does_not_edit_the_offer_of_others(
    visitor: Visitor, centre: Organization, kari: Person
) -> None:
    offer = await make.offer(owner=await make.organization("Crux ung"))
    await OfferOrganizer.create(offer=offer, organization=centre, may_edit=True)
    assert (await visitor.open(f"/manage/offers/{offer.slug}")).status == 200
    await suspend(centre)
    assert (await visitor.open(f"/manage/offers/{offer.slug}")).status == 404


async def test_whoever_manages_it_is_told_that_it_is_closed_and_where_the_reason_stands(
    visitor: Visitor, centre: Organization, kari: Person
) -> None:
    told = "Frivilligsentralen er stengt for en tid"
    assert told not in (await visitor.open("/manage")).text
    await suspend(centre)
    page = await visitor.open("/manage")
    assert told in page.text
    assert page.soup.select_one(f"a[href='/organizations/apply/{centre.slug}']")
