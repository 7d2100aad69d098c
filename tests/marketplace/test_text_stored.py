"""What was stored before text had one form at the door: brought into it, and found again."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path
from unicodedata import normalize

import pytest
from uuid_utils.compat import uuid7

from marketplace import migrations
from marketplace.base.clock import oslo
from marketplace.base.data.database import connection, rows, value
from marketplace.base.models import Channel
from marketplace.people.models import ContactPoint, Person
from offers.attendance import actions
from offers.attendance.keys import year_key
from offers.attendance.rules import pseudonym_before
from offers.bookings.companions.models import Companion
from offers.catalogue.models import Joining, OfferText, SeatPool, Session
from offers.catalogue.queries import VISITOR
from offers.messages.follow_up.models import Unsubscription
from offers.messages.follow_up.rules import address_hash
from offers.search.asked import Search
from offers.search.queries import search
from offers.seats.models import Booking
from organizations.directory.models import Organization
from tests import make
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("db", "data_dir")
ASE_NFD = "A\u030ase  Nordmann\u200f"
to_one_form = next(
    import_module(f"marketplace.migrations.{path.stem}").to_one_form
    for path in Path(migrations.__file__ or "").parent.glob("*_text_in_one_form.py")
)


async def came(name: str, address: str) -> tuple[Session, Booking]:
    """Somebody has a place in what began a moment ago."""
    owner = await Organization.first() or await make.organization()
    offer = await make.offer(
        joining=Joining.WHOLE, capacity=None, starts=[NOW - timedelta(minutes=5)], owner=owner
    )
    person = await make.person(name)
    contact = await make.contact(person, address, verified=False)
    booking = await make.booking(await SeatPool.get(offer=offer), person, contact=contact)
    return await Session.get(offer=offer).prefetch_related("offer"), booking


async def registered_before(name: str, address: str) -> Booking:
    """The same, with a register that was saved before names were compared in one form."""
    session, booking = await came(name, address)
    made = pseudonym_before(year_key(oslo(session.starts_at).year), name, address, booking.participant_id)
    await rows(
        """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at)
        VALUES ($1, $2, $3, 'present', 1, $4, $5)""",
        uuid7(), session.id, booking.id, made, NOW,
    )  # fmt: skip
    return booking


async def register(session: Session, booking: Booking) -> None:
    host = await make.person("Tom")
    await actions.save(session, {booking.id}, {}, None, version=None, by=host.id, now=NOW)


async def distinct() -> int:
    return int(await value("SELECT count(DISTINCT pseudonym) FROM attendance"))


async def test_words_and_names_are_brought_into_one_form() -> None:
    offer = await make.offer(normalize("NFD", "Språkkafé"))
    _, booking = await came(ASE_NFD, "ase@example.no")
    blank = await make.person("\u200b\u2060")
    await Companion.create(booking=booking, name="\u200bNoah\u00a0 Ali")
    await Companion.create(booking=booking, name="\u2060")
    await to_one_form(connection())
    assert (await OfferText.get(offer=offer)).title == "Språkkafé"
    assert (await Person.get(id=booking.participant_id)).name == "Åse Nordmann"
    assert (await Person.get(id=blank.id)).name == "Uten navn"
    assert [each.name for each in await Companion.all()] == ["Noah Ali"]
    found = await search(Search(words="språkkafé"), viewer=VISITOR, lang="nb", now=NOW)
    assert [row.title for row in found.rows] == ["Språkkafé"]


async def test_joiners_inside_words_are_left() -> None:
    person = await make.person("می\u200cنا")
    await to_one_form(connection())
    assert (await Person.get(id=person.id)).name == "می\u200cنا"


async def test_whoever_was_registered_under_an_old_form_is_one_person_after_the_migration() -> None:
    await registered_before(ASE_NFD, "ase@example.no")
    await to_one_form(connection())
    await register(*await came("Åse Nordmann", "ase@example.no"))
    assert await distinct() == 1


async def test_and_so_is_whoever_was_forgotten_before_it() -> None:
    gone = await registered_before(normalize("NFD", "Åse Nordmann"), "ase@example.no")
    await Person.filter(id=gone.participant_id).update(name=None)
    await to_one_form(connection())
    await register(*await came("Åse Nordmann", "ase@example.no"))
    await register(*await came("Åsne Nordmann", "ase@example.no"))  # who has the same address
    assert await distinct() == 2


async def test_a_foreign_number_with_a_zero_too_many_is_known_again_and_stays_unsubscribed() -> None:
    old, new = "+4901701234567", "+491701234567"
    await registered_before("Åse", old)
    await Unsubscription.create(address_hash=address_hash(Channel.SMS, old), created_at=NOW)
    await to_one_form(connection())
    assert [each.value for each in await ContactPoint.all()] == [new]
    hashes = {bytes(each.address_hash) for each in await Unsubscription.all()}
    assert address_hash(Channel.SMS, new) in hashes
    await register(*await came("Åse", new))
    assert await distinct() == 1


async def test_two_proven_rows_that_were_one_number_keep_what_they_have() -> None:
    first, second = await make.person("Kari"), await make.person("Ola")
    await make.contact(first, "+491701234567")
    await make.contact(second, "+4901701234567")
    await to_one_form(connection())
    assert {each.value for each in await ContactPoint.all()} == {"+491701234567", "+4901701234567"}
