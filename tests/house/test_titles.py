"""A page's title stands in tabs, in what a browser remembers and offers while somebody types, at the head of what is
printed, and on a screen that is shown to a room: it names nobody, and nobody's address."""

import re
from html import unescape

import pytest

from marketplace.base.data.database import rows
from offers.catalogue.models import Joining, SeatPool
from offers.seats.links import link_path
from offers.seats.models import BookingState
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.house.standing import stand
from tests.house.town import routes
from tests.visitor import Visitor

TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
SOMEBODY = "Ingeborgtest"
NAMED = (
    "UPDATE person SET name = $1",
    "UPDATE acts_for SET called = $1 WHERE called IS NOT NULL",
    "UPDATE companion SET name = $1",
    "UPDATE contact_point SET value = $1 || id || '@example.no' WHERE channel = 'email'",
)


@pytest.mark.parametrize("who", ["everybody", "resident"])
async def test_no_title_says_whose_page_it_is(visitor: Visitor, who: str) -> None:
    town = await stand()
    for statement in NAMED:
        await rows(statement, SOMEBODY)
    await visitor.sign_in(town.people[who])
    seen, named = 0, []
    for path in (town.path(route) for route in routes("GET") if not route.path.startswith("/demo")):
        response = (await visitor.open(path)).response
        if "html" in response.headers.get("content-type", "") and (found := TITLE.search(response.text)):
            seen += SOMEBODY in response.text
            if SOMEBODY in (title := unescape(found[1])):
                named.append(f"{path}: {title}")
    assert seen >= 5, "nobody is named on any page"
    assert not named, "\n" + "\n".join(named)


@pytest.mark.parametrize("state", [BookingState.CONFIRMED, BookingState.WAITING, BookingState.CANCELLED])
async def test_no_title_of_a_booking_says_who_comes(visitor: Visitor, state: BookingState) -> None:
    offer = await make.offer()
    pool = await SeatPool.get(offer=offer)
    theirs = await make.booking(pool, await make.person(SOMEBODY), state, booked_by=await make.person("Kari"))
    path = link_path(theirs.id, 1)
    pages = [await visitor.open(path), await visitor.open(f"{path}/cancel")]
    if state is not BookingState.CANCELLED:
        await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id), Role.MANAGER))
        home = f"/manage/offers/{offer.slug}"
        pages.append(await visitor.open(f"{home}/take-off?booking={theirs.id}"))
        if state is BookingState.WAITING:
            pages.append(await visitor.open(f"{home}/queue?booking={theirs.id}"))
    assert SOMEBODY in pages[0].text
    assert not [title for page in pages for title in TITLE.findall(page.response.text) if SOMEBODY in title]


async def test_no_title_of_a_request_says_who_asks(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.REQUEST)
    theirs = await make.booking(
        await SeatPool.get(offer=offer), await make.person(SOMEBODY), BookingState.REQUESTED
    )
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id)))
    page = await visitor.open(f"/manage/offers/{offer.slug}/requests/{theirs.id}")
    assert SOMEBODY in page.heading
    assert SOMEBODY not in TITLE.findall(page.response.text)[0]
