"""Who is one person in the registers: somebody proven everywhere, anybody else within one organisation."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.clock import oslo
from marketplace.base.data.database import row, rows, value
from offers.attendance import actions
from offers.attendance.rules import pseudonym
from offers.attendance.year_keys import key_of
from offers.catalogue.models import Joining, SeatPool, Session
from organizations.directory.models import Organization
from tests import make
from tests.conftest import NOW

AUD = "aud@example.no"


@pytest.fixture(autouse=True)
async def empty(db: None, data_dir: object) -> None:
    pass


async def came(owner: Organization, contact: Any, participant: Any = None, **booking: Any) -> bytes:
    """Somebody came to something of an organisation's; what stands for them."""
    offer = await make.offer(
        joining=Joining.WHOLE, capacity=None, starts=[NOW - timedelta(minutes=5)], owner=owner
    )
    who = participant or await make.person("Aud")
    made = await make.booking(await SeatPool.get(offer=offer), who, contact=contact, **booking)
    session = await Session.get(offer=offer).select_related("offer")
    host = await make.person("Tom")
    await actions.save(session, {made.id}, {}, None, version=None, by=host.id, now=NOW)
    found = await row("SELECT pseudonym FROM attendance WHERE booking_id = $1", made.id)
    assert found
    return bytes(found["pseudonym"])


async def typed() -> Any:
    """Aud's name and address, as anybody can type them: a person of its own, and nothing proven."""
    return await make.contact(await make.person("Aud"), AUD, verified=False)


async def distinct() -> int:
    return int(await value("SELECT count(DISTINCT pseudonym) FROM attendance"))


async def test_who_signs_in_is_one_person_at_two_organisations() -> None:
    aud = await make.person("Aud")
    contact = await make.contact(aud, AUD)
    for owner in (await make.organization(), await make.organization()):
        await came(owner, contact, aud)
    assert await distinct() == 1


async def test_whom_a_parent_who_signs_in_books_for_is_one_person_too() -> None:
    mother, child = await make.person("Mor"), await make.person("Ada")
    contact = await make.contact(mother, "mor@example.no")
    for owner in (await make.organization(), await make.organization()):
        await came(owner, contact, child, booked_by=mother)
    assert await distinct() == 1


async def test_a_guest_is_one_person_within_an_organisation_and_another_at_the_next() -> None:
    here, there = await make.organization(), await make.organization()
    await came(here, await typed())
    await came(here, await typed())
    assert await distinct() == 1
    await came(there, await typed())
    assert await distinct() == 2


async def test_a_proven_name_that_is_typed_into_an_own_register_is_not_compared_with_anybodys() -> None:
    aud = await make.person("Aud")
    contact = await make.contact(aud, AUD)
    real = await came(await make.organization(), contact, aud)
    guide, spy = await make.person("Solveig"), await make.organization()
    assert await came(spy, await typed()) != real
    assert await came(spy, await typed(), by_host=True) != real
    helped = await make.person("Aud")
    by_a_guide = await make.contact(helped, AUD, verified=False)
    assert await came(spy, by_a_guide, helped, booked_by=guide) != real
    # Nor where an organiser gets hold of the proven address itself.
    assert await came(spy, contact, aud, booked_by=guide, by_host=True) != real
    assert await came(spy, contact, await make.person("Aud"), booked_by=guide) != real


async def test_without_a_contact_one_is_told_apart_within_an_organisation() -> None:
    child = await make.person("Ada")
    here, there = await make.organization(), await make.organization()
    assert await came(here, None, child) == await came(here, None, child)
    await came(there, None, child)
    assert await distinct() == 2


async def test_who_proves_their_address_later_stays_who_they_were_in_that_organisations_registers() -> None:
    here = await make.organization()
    before = await came(here, await typed())
    aud = await make.person("Aud")
    contact = await make.contact(aud, AUD)
    assert await came(here, contact, aud) == before
    assert await came(await make.organization(), contact, aud) != before


async def made_before(owner: Organization) -> bytes:
    """A register of this year from before organisations were kept apart."""
    contact = await typed()
    await came(owner, contact)
    key = await key_of(oslo(NOW).year, NOW)
    old = pseudonym(key, "Aud", AUD, contact.person_id)
    await rows(
        """UPDATE attendance SET pseudonym = $1 WHERE session_id IN (SELECT s.id FROM session s
        JOIN offer o ON o.id = s.offer_id WHERE o.owner_id = $2)""",
        old, owner.id,
    )  # fmt: skip
    return old


async def test_registers_made_before_are_found_by_their_own_organisation() -> None:
    here = await make.organization()
    old = await made_before(here)
    assert await came(here, await typed()) == old


async def test_and_by_whoever_is_proven_but_not_by_who_types_the_same_elsewhere() -> None:
    old = await made_before(await make.organization())
    assert await came(await make.organization(), await typed()) != old
    aud = await make.person("Aud")
    assert await came(await make.organization(), await make.contact(aud, AUD), aud) == old
