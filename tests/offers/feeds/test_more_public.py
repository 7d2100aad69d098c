"""Feeds of an audience and of a municipality: what stands in them, and how one gets to them."""

from marketplace.base.data.database import value
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Session, Visibility
from organizations.directory.models import OrganizationOwner
from tests import make
from tests.conftest import NOW
from tests.offers.feeds.test_public import DAY, titles
from tests.visitor import Visitor


async def test_an_audience_has_what_is_for_it(visitor: Visitor) -> None:
    await make.offer("Trim", audiences=["seniors", "adults"])
    await make.offer("Spill", audiences=["youth"])
    assert await titles(visitor, "/calendar/audiences/seniors.ics") == ["Trim"]
    assert await titles(visitor, "/calendar/audiences/parents.ics") == []
    assert (
        "NAME:Treffpunkt: 65 år og eldre\r\n"
        in (await visitor.open("/calendar/audiences/seniors.ics")).response.text
    )
    assert (await visitor.open("/calendar/audiences/everybody.ics")).status == 404


async def test_a_change_of_audience_is_in_a_kept_feed_too(visitor: Visitor) -> None:
    offer = await make.offer("Trim", audiences=["seniors"])
    before = await value("SELECT revision FROM catalogue_revision")
    offer.audiences = ["adults"]
    await offer.save()
    assert await value("SELECT revision FROM catalogue_revision") > before


async def test_a_municipality_has_what_is_there_and_what_it_owns_with_others(visitor: Visitor) -> None:
    here, there = (
        await make.municipality(),
        await make.municipality(name="Gjesdal", slug="gjesdal", number="1122"),
    )
    await make.offer("Kafé", owner=await make.organization(municipality=here), starts=[NOW + DAY])
    shared = await make.organization("Krisesenteret", municipality=there)
    await make.offer("Samtale", owner=shared, starts=[NOW + 2 * DAY])
    assert await titles(visitor, f"/calendar/municipalities/{here.slug}.ics") == ["Kafé"]
    await OrganizationOwner.create(organization=shared, municipality=here)
    assert await titles(visitor, f"/calendar/municipalities/{here.slug}.ics") == ["Kafé", "Samtale"]
    assert await titles(visitor, "/calendar/municipalities/gjesdal.ics") == ["Samtale"]
    assert (await visitor.open("/calendar/municipalities/sola.ics")).status == 404


async def test_the_page_offers_what_there_is(visitor: Visitor) -> None:
    await make.offer("Trim", audiences=["seniors"], kind=Kind.COURSE)
    page = await visitor.open("/calendar")
    groups = {each.summary.get_text(): [link.get_text() for link in each.select("a")]
              for each in page.soup.select("main details") if each.summary}  # fmt: skip
    assert groups == {
        "For hvem": ["65 år og eldre"],
        "Hva slags tilbud": ["Kurs"],
        "Arrangør": ["Frivilligsentralen"],
    }
    await make.municipality(name="Gjesdal", slug="gjesdal", number="1122")
    page = await visitor.open("/calendar")
    assert [link["href"] for link in page.soup.select('a[href*="municipality="]')] == [
        "/calendar?municipality=gjesdal", "/calendar?municipality=sandnes",
    ]  # fmt: skip
    assert (await visitor.open("/calendar?municipality=gjesdal")).soup.select_one("#calendar-address")[
        "value"
    ] == ("http://127.0.0.1:8000/calendar/municipalities/gjesdal.ics")


async def test_a_date_that_is_not_booked_is_a_file_to_add(visitor: Visitor) -> None:
    drop_in = await make.offer("Kafé", slug="kafe", joining=Joining.DROP_IN)
    await make.offer("Kurs", slug="kurs", joining=Joining.WHOLE)
    await make.offer("For ansatte", slug="ansatte", joining=Joining.DROP_IN, visibility=Visibility.STAFF)
    session = await Session.get(offer_id=drop_in.id)
    page = await visitor.open("/offers/kafe")
    assert page.soup.select_one(f'a[href="/calendar/sessions/{session.id}.ics"]')
    assert await titles(visitor, f"/calendar/sessions/{session.id}.ics") == ["Kafé"]
    assert (await visitor.open("/offers/kurs")).soup.select_one('a[href*="/calendar/sessions/"]') is None
