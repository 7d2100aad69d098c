"""Whoever wants an alias has it also where they book as a guest with an address that they have proven theirs, and
whoever types that address learns nothing by it."""

import re
from datetime import timedelta

import pytest

from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from marketplace.people.models import Person
from offers.bookings import mails
from offers.bookings.times.actions import change_time
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.seats.links import link_path
from offers.seats.models import Booking
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.bookings.test_alias import pages
from tests.visitor import Page, Visitor

assert mails  # importing them makes them known
SINGS = re.compile(r"kanari|400 ?00 ?077", re.IGNORECASE)
WAYS = {"contact": "email", "email": "kanari@example.no"}


@pytest.fixture
async def wishes(db: None) -> Person:
    """Somebody who wants an alias, with an address and a number that are theirs."""
    made = await make.person("Kanari", "kanari@example.no", shielded=True)
    await make.contact(made, "+4740000077")
    return made


async def books(visitor: Visitor, offer: Offer, **typed: str) -> Page:
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    return await visitor.follow(await visitor.submit(form, "/bookings", **typed))


async def sung(visitor: Visitor, offer: Offer) -> list[str]:
    """The pages of those who lead it on which the canary sings."""
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id), Role.MANAGER, "Nils"))
    kept = {str(one.id): one for one in await Booking.filter(offer=offer)}
    session = await Session.filter(offer=offer).first()
    assert session
    return [
        path for path in pages(offer, session, kept) if SINGS.search((await visitor.open(path)).response.text)
    ]


@pytest.mark.parametrize("typed", [
    WAYS, {"contact": "sms", "phone": "400 00 077"}, {"contact": "call", "number": "400 00 077"},
], ids=["email", "sms", "call"])  # fmt: skip
@pytest.mark.parametrize("joining", [Joining.WHOLE, Joining.REQUEST])
async def test_a_guest_with_an_address_that_is_theirs_has_an_alias_on_every_list(
    visitor: Visitor, wishes: Person, typed: dict[str, str], joining: Joining
) -> None:
    offer = await make.offer(joining=joining)
    page = await books(visitor, offer, name="Kanarifugl", **typed)
    assert page.status == 200
    assert await sung(visitor, offer) == []
    listed = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert (await Booking.get()).reference[:3] in listed.text


async def test_so_has_whom_a_guide_books_for_and_who_comes_with_them(
    visitor: Visitor, wishes: Person
) -> None:
    offer = await make.offer(joining=Joining.WHOLE, max_party=3)
    guri = await make.member(await make.organization(), Role.GUIDE, "Guri")
    await visitor.sign_in(guri)
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    done = await visitor.submit(form, "/bookings", who="other", participant_name="Kanari Fugl", seats="2",
                                companions="Kanari Unge", **WAYS)  # fmt: skip
    assert done.status == 303
    assert await sung(visitor, offer) == []


async def test_once_the_address_is_proven_what_was_booked_with_it_before_has_it_too(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    await books(visitor, offer, name="Kanarifugl", **WAYS)
    wishes = await make.person("K", "annen@example.no", shielded=True)
    assert await sung(visitor, offer) != []
    await make.contact(wishes, "kanari@example.no")
    assert await sung(visitor, offer) == []


async def test_it_follows_when_the_messages_go_to_their_address_from_now_on(
    visitor: Visitor, wishes: Person
) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await books(visitor, offer, name="Kanarifugl", contact="email", email="annen@example.no")
    form = await visitor.open(f"{page.url}/address")
    assert (await visitor.submit(form, "/address", contact="email", email="kanari@example.no")).status == 303
    assert await sung(visitor, offer) == []


async def test_those_who_lead_read_what_they_have_typed_themselves(visitor: Visitor, wishes: Person) -> None:
    """An alias in its place would tell them only whose the address is."""
    owner = await make.organization()
    offer = await make.offer(owner=owner, joining=Joining.WHOLE)
    await visitor.sign_in(await make.member(owner, Role.EDITOR, "Nils"))
    seen = []
    for email in ("kanari@example.no", "ukjent@example.no"):
        page = await visitor.open(f"/manage/offers/{offer.slug}/add")
        done = await visitor.follow(
            await visitor.submit(page, "/add", name="Fugl", contact="email", email=email)
        )
        seen.append(done.text.count("Fugl"))
        assert email in done.text
    assert seen[1] == 2 * seen[0]


@pytest.mark.parametrize("wish", [True, False])
async def test_no_page_that_the_guest_reads_depends_on_it(
    visitor: Visitor, wishes: Person, wish: bool
) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    await Person.filter(id=wishes.id).update(shielded=wish)
    page = await books(visitor, offer, name="Per", **WAYS)
    booking = await Booking.get()
    assert "Navnet står ikke på lista" not in page.text
    found = await visitor.submit(
        await visitor.open("/bookings"), "/bookings", reference=booking.reference, word="Per"
    )
    assert found.response.headers["location"] == link_path(booking.id, 1), "number and name open it as before"
    assert "Si " not in (await visitor.open(f"{page.url}/cancel")).text
    content = await MAILS["receipt"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert content
    assert ("Navnet står ikke på lista" in content.text) == wish, (
        "whoever has the address is told what to say"
    )


async def test_the_guide_who_typed_it_is_not_told_either(visitor: Visitor, wishes: Person) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    await visitor.sign_in(await make.member(await make.organization(), Role.GUIDE, "Guri"))
    form = await visitor.open(f"/desk/0123456789abcdef/offers/{offer.slug}")
    done = await visitor.follow(await visitor.submit(form, offer.slug, participant_name="Fugl", **WAYS))
    assert (done.status, "Navnet står ikke på lista" in done.text) == (200, False)


async def test_a_changed_time_is_still_what_those_who_lead_have_typed(
    visitor: Visitor, wishes: Person
) -> None:
    offer = await make.offer(starts=[NOW + timedelta(days=7), NOW + timedelta(days=14)])
    first, second = await SeatPool.filter(offer=offer).order_by("starts_at")
    made = await make.booking(first, by_host=True)
    assert second.session_id
    changed = await change_time(made.id, second.session_id, form_key=bytes(16), now=NOW)
    assert (await Booking.get(id=changed.id)).by_host
