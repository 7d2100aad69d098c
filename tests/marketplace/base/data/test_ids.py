"""Ids that SQL makes are ages, as those that the program makes."""

from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from marketplace.base.data.database import column
from marketplace.base.data.ids import NEW_ID
from marketplace.people.models import Person
from offers.catalogue.models import Offer
from offers.publishing.drafts.actions import copy
from offers.rights.models import HostAssignment
from tests import make
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("db")


async def made(count: int) -> list[UUID]:
    """The ids that one statement gives so many rows, in the order in which it made them."""
    return [UUID(str(one)) for one in await column(f"SELECT {NEW_ID} FROM generate_series(1, $1)", count)]


async def test_what_was_made_before_is_smaller_whoever_made_it() -> None:
    milliseconds = [
        one.int >> 80 for one in [UUID(str(uuid7())), *await made(3), UUID(str(uuid7())), *await made(3)]
    ]
    assert milliseconds == sorted(milliseconds)


async def test_they_are_all_different_and_of_the_kind_that_begins_with_the_moment() -> None:
    found = await made(500)
    assert len({*found}) == 500
    assert {(one.version, one.variant) for one in found} == {(7, uuid7().variant)}
    ages = [one.int >> 64 for one in found]
    assert ages == sorted(ages)


async def test_those_who_lead_a_copied_offer_stand_in_the_order_in_which_they_came() -> None:
    offer = await make.offer()
    for number in range(12):
        person = await Person.create(name=f"Vert {number}", lang="nb", created_at=NOW)
        await HostAssignment.create(offer_id=offer.id, person_id=person.id)
    led = "SELECT person_id FROM host_assignment WHERE offer_id = $1 ORDER BY id"
    new = await copy(await Offer.get(id=offer.id), by=offer.id, now=NOW)
    assert await column(led, new.id) == await column(led, offer.id)
