"""Who sees what: the same answer in the list, in searches, on the page, on the front page and at the organisation."""

from datetime import timedelta
from typing import Any

import pytest

from offers.catalogue.models import Joining, Offer, OfferAudienceOrganization, SeatPool, Visibility
from offers.catalogue.states import OfferState
from organizations.directory.models import OrganizationKind, OrganizationState
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

STARTS = [NOW + timedelta(hours=3)]
PLACES = ("/", "/offers", "/offers?q=hemmelighet")


async def places(visitor: Visitor, offer: Offer) -> dict[str, bool]:
    """Where the offer's title is seen."""
    owner = await offer.owner
    pages = [*PLACES, f"/offers/{offer.slug}", f"/organizations/{owner.slug}"]
    seen = {
        path.partition("=")[2] or path: "Hemmelighet" in (await visitor.open(path)).text for path in pages
    }
    asked = (await visitor.open("/offers?q=hemelihet")).soup.find("a", string="hemmelighet")
    return seen | {"hemelihet": asked is not None}


@pytest.mark.parametrize("joining", [Joining.DROP_IN, Joining.PER_SESSION, Joining.WHOLE])
async def test_a_public_offer_is_seen_everywhere_by_everybody(visitor: Visitor, joining: Joining) -> None:
    offer = await make.offer("Hemmelighet", starts=STARTS, joining=joining)
    seen = await places(visitor, offer)
    assert seen.pop("hemelihet") is True, "what it is a slip of the finger from"
    assert set(seen.values()) == {True}


@pytest.mark.parametrize(
    "hidden",
    [
        {"state": OfferState.DRAFT},
        {"visibility": Visibility.STAFF},
        {"visibility": Visibility.MEMBERS},
        {"owner": OrganizationState.SUSPENDED},
        {"owner": OrganizationState.APPLIED},
    ],
    ids=lambda hidden: str(next(iter(hidden.values()))),
)
@pytest.mark.parametrize("joining", [Joining.DROP_IN, Joining.PER_SESSION])
async def test_a_visitor_finds_no_trace_of_what_is_not_for_them(
    visitor: Visitor, hidden: dict[str, Any], joining: Joining
) -> None:
    given = hidden | ({"owner": await make.organization(state=hidden["owner"])} if "owner" in hidden else {})
    offer = await make.offer("Hemmelighet", starts=STARTS, joining=joining, **given)
    assert set((await places(visitor, offer)).values()) == {False}
    assert (await visitor.open(f"/offers/{offer.slug}")).status == 404


async def test_staff_see_what_is_for_staff_and_other_signed_in_people_do_not(visitor: Visitor) -> None:
    offer = await make.offer("Hemmelighet", starts=STARTS, visibility=Visibility.STAFF)
    await visitor.sign_in(await make.member(await make.organization("Blå Kors")))
    assert set((await places(visitor, offer)).values()) == {False}
    await visitor.sign_in(await make.person("Ola"))
    assert set((await places(visitor, offer)).values()) == {False}
    nav = await make.organization("NAV", kind=OrganizationKind.PUBLIC)
    await visitor.sign_in(await make.member(nav, Role.STAFF))
    assert set((await places(visitor, offer)).values()) == {True}
    assert (await visitor.open("/offers")).response.headers["cache-control"] == "no-store"


async def test_members_see_what_is_shown_to_their_organisation_until_they_leave_it(visitor: Visitor) -> None:
    offer = await make.offer("Hemmelighet", starts=STARTS, visibility=Visibility.MEMBERS)
    invited, other = await make.organization("Invitert"), await make.organization("En annen")
    await OfferAudienceOrganization.create(offer=offer, organization=invited)
    await visitor.sign_in(await make.member(other))
    assert set((await places(visitor, offer)).values()) == {False}
    kari = await make.member(invited)
    await visitor.sign_in(kari)
    assert set((await places(visitor, offer)).values()) == {True}
    await Membership.filter(person=kari).update(ended_at=NOW)
    assert set((await places(visitor, offer)).values()) == {False}


async def test_the_owners_people_see_their_own_whatever_its_visibility(visitor: Visitor) -> None:
    offer = await make.offer("Hemmelighet", starts=STARTS, visibility=Visibility.STAFF)
    await visitor.sign_in(await make.member(await offer.owner))
    assert set((await places(visitor, offer)).values()) == {True}


async def test_a_cancelled_offer_is_found_by_its_address_only(visitor: Visitor) -> None:
    offer = await make.offer("Hemmelighet", starts=STARTS, state=OfferState.CANCELLED, phone="51 00 00 07")
    seen = await places(visitor, offer)
    assert [place for place, there in seen.items() if there] == [f"/offers/{offer.slug}"]
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.status == 200
    assert "Dette tilbudet er avlyst" in page.text
    assert "51 00 00 07" in page.text
    assert page.soup.find("a", string="Se lignende tilbud")["href"] == "/offers?kind=activity"
    assert not page.soup.select("main a[href*=bookings]")


@pytest.mark.parametrize(("taken", "words"), [(8, "Ledige plasser"), (10, "Fullt. Du kan stå på venteliste")])
async def test_of_a_sensitive_offer_no_page_tells_how_many(visitor: Visitor, taken: int, words: str) -> None:
    offer = await make.offer("Hemmelighet", starts=STARTS, sensitive=True)
    await SeatPool.filter(offer=offer).update(taken=taken, waiting=6)
    owner = await offer.owner
    assert (await visitor.open("/")).soup.select(".tp-seats") == []
    for path in ("/offers", f"/offers/{offer.slug}", f"/organizations/{owner.slug}"):
        page = await visitor.open(path)
        told = {seats.get_text().strip() for seats in page.soup.select(".tp-seats")}
        among_others = path != f"/offers/{offer.slug}"
        assert told == {"Med påmelding" if among_others else words}, path
        assert {seats["data-state"] for seats in page.soup.select(".tp-seats")} == {
            "open" if among_others else "free" if taken < 10 else "full"
        }
        assert "application/ld+json" not in page.response.text
