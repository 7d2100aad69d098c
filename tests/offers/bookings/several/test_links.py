"""Messages that hold the links of several bookings: each is opened by whoever has a right to it when the message is
sent, and by nobody else; and whoever has a right to it gets it."""

import re
import secrets
from collections.abc import Iterator
from uuid import UUID

import pytest
import time_machine

from marketplace import schedule
from marketplace.base.models import Channel
from marketplace.my_page.acting import actions as acting
from marketplace.operations.check.whole import violations
from marketplace.people.models import ActsFor, Relation
from offers.bookings import actions
from offers.bookings.actions import book_dates
from offers.bookings.links.actions import renew_link
from offers.bookings.mending.actions import change_address, mend
from offers.bookings.times.actions import change_time
from offers.catalogue.models import Offer
from offers.catalogue.queries import VISITOR
from offers.seats.claims import Party
from offers.seats.links import link_path
from offers.seats.models import Booking
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.conftest import post_office
from tests.marketplace.base.post.office import Handler
from tests.offers.bookings.links.test_links import NEW, OLD, opens, send
from tests.offers.bookings.several.test_several import book, weeks
from tests.visitor import Visitor

__all__ = ["post_office", "schedule"]
OLA = Party("Ola", channel=Channel.EMAIL, address=OLD)


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


async def booked() -> tuple[Offer, list[UUID], list[Booking]]:
    """Three of four dates that one form has booked; the receipt waits."""
    offer, dates = await weeks()
    await book(offer, dates[:3], OLA)
    return offer, dates, list(await Booking.all().order_by("id"))


def links(post_office: Handler, to: str) -> set[str]:
    """The paths of bookings in all that this address has got."""
    mails = [mail.get_body(("plain",)) for mail in post_office.taken if mail["To"] == to]
    return {path for mail in mails if mail for path in re.findall(r"/bookings/[^/\s]+", mail.get_content())}


async def paths(*bookings: Booking) -> set[str]:
    now = [await Booking.get(id=each.id) for each in bookings]
    return {link_path(each.id, each.link_version) for each in now}


async def test_what_is_over_does_not_keep_the_links_of_the_others_where_they_went(
    visitor: Visitor, post_office: Handler
) -> None:
    """The receipt waits about the first date, which is cancelled; then the messages go to another address."""
    _offer, _dates, (first, second, third) = await booked()
    await actions.cancel(first.id, now=NOW)
    await change_address(second.id, Channel.EMAIL, NEW, now=NOW, by=None)
    await send()
    assert links(post_office, OLD) == set()
    assert links(post_office, NEW) == await paths(second, third)
    assert await violations() == []


async def test_a_changed_time_does_not_keep_them_either(visitor: Visitor, post_office: Handler) -> None:
    _offer, dates, (first, second, third) = await booked()
    later = await change_time(first.id, dates[3], form_key=secrets.token_bytes(16), now=NOW)
    await change_address(second.id, Channel.EMAIL, NEW, now=NOW, by=None)
    await send()
    assert links(post_office, OLD) == set()
    assert links(post_office, NEW) == await paths(await Booking.get(id=later.id), second, third)


async def test_a_form_that_is_mended_takes_what_it_leaves_out_along(
    visitor: Visitor, post_office: Handler
) -> None:
    """The first date is left out and the address corrected: what went to the slip of the pen leads nowhere."""
    offer, dates = await weeks()
    form_key = secrets.token_bytes(16)
    await book(offer, dates[:3], OLA, form_key=form_key)
    first, second, third = await Booking.all().order_by("id")
    right = Party("Ola", channel=Channel.EMAIL, address=NEW)
    await mend(
        OLA.key(form_key), right, form_key=form_key, now=NOW, by=None, sessions=dates[1:3], several=True
    )
    assert not await opens(visitor, link_path(first.id, 1)), "its page leads to the others"
    await send()
    assert links(post_office, OLD) == set()
    assert await paths(second, third) <= links(post_office, NEW)
    assert await violations() == []


async def test_after_a_new_link_for_one_the_receipt_that_waits_has_the_links_that_open(
    visitor: Visitor, post_office: Handler
) -> None:
    _offer, _dates, made = await booked()
    await renew_link(made[1].id, now=NOW)
    await send()
    assert len(post_office.taken) == 2
    found = links(post_office, OLD)
    assert found == await paths(*made) == {link_path(each.id, 2) for each in made}
    assert [await opens(visitor, path) for path in found] == [True] * 3


async def test_a_new_link_goes_to_everybody_whose_own_has_ended_and_holds_nobody_elses(
    visitor: Visitor, post_office: Handler
) -> None:
    """As older data may have it: the messages of a date of the same form go to another address."""
    _offer, _dates, (first, second, third) = await booked()
    other = await make.contact(await first.booked_by, NEW, verified=False)
    await Booking.filter(id=third.id).update(contact_id=other.id)
    assert link_path(third.id, 1) not in (await visitor.open(link_path(first.id, 1))).response.text
    await renew_link(first.id, now=NOW)
    await send()
    assert links(post_office, OLD) == await paths(first, second)
    assert links(post_office, NEW) == await paths(third)


async def test_what_is_handed_over_is_told_with_all_its_links_to_whoever_has_it_now(
    visitor: Visitor, post_office: Handler
) -> None:
    kari, ada = await make.person("Kari", OLD), await make.person("Ada", NEW)
    between = await ActsFor.create(
        actor=kari, person=ada, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )
    offer, dates = await weeks()
    made: list[Booking] = []
    for who in (None, ada.id):  # one form for herself, one for Ada
        whose = Party("Kari", channel=Channel.EMAIL, address=OLD, person=kari.id, participant=who)
        await book_dates(offer.slug, dates[:2], whose, viewer=VISITOR, form_key=secrets.token_bytes(16),
                           lang="nb", now=NOW)  # fmt: skip
    made = list(await Booking.all().order_by("id"))
    await acting.end(ada.id, between.id, now=NOW)
    await send()
    assert links(post_office, OLD) == await paths(*made[:2])
    assert links(post_office, NEW) == await paths(*made[2:])
