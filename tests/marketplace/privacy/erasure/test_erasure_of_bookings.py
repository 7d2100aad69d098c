"""What somebody said when they booked goes with them: who came along, what they answered, what they waited for."""

import secrets
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.errors import Refused
from marketplace.base.models import Channel
from marketplace.my_page.contacts.actions import remove_contact
from marketplace.people.models import ContactPoint, Person
from marketplace.privacy.actions import forget
from marketplace.privacy.erasure.actions import erase
from marketplace.privacy.erasure.queries import LIES_READY
from marketplace.privacy.rules import TABLES
from offers.attendance.substitute.models import Substitute
from offers.bookings.actions import book
from offers.bookings.companions.models import Companion
from offers.bookings.mending.actions import mend
from offers.bookings.openings.models import OpeningNotice
from offers.catalogue.models import Joining, SeatPool, Session
from offers.catalogue.queries import VISITOR
from offers.participants.calls.queries import to_call
from offers.publishing.questions.models import BookingAnswer, OfferQuestion, QuestionKind
from offers.seats.claims import Party
from offers.seats.models import Booking, BookingState
from offers.telling.models import PhoneCall
from tests import make
from tests.conftest import NOW
from tests.house.test_personal_data import places
from tests.offers.seats.test_races import overlapping


async def test_nothing_that_was_said_when_booking_is_left_and_others_keep_theirs(
    db: None, data_dir: Path
) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    pool = await SeatPool.get(offer=offer)
    question = await OfferQuestion.create(
        offer=offer, position=0, kind=QuestionKind.TEXT, text="Hva?", purpose="Derfor", choices=[]
    )
    ola, per = await make.person("Ola", "ola@example.no"), await make.person("Per", "per@example.no")
    for person, mark in ((ola, "kanari"), (per, "spurv")):
        booking = await make.booking(pool, person, seats=2, reply=f"Kjære {mark}, ring oss")
        await Companion.create(booking=booking, name=f"Venn {mark}")
        await BookingAnswer.create(booking=booking, question=question, text=f"Fra {mark}")
    for address in ("ola@example.no", "per@example.no"):
        await OpeningNotice.create(pool=pool, channel="email", address=address, lang="nb", created_at=NOW)
    await erase(ola.id, now=NOW)
    assert await places("kanari", data_dir) == set()
    assert await places("ola@example.no", data_dir) == set()
    assert await places("spurv", data_dir) == {"companion", "booking_answer", "booking"}
    assert await OpeningNotice.all().count() == 1


def test_whatever_lies_ready_for_an_address_is_known() -> None:
    addressed = {name for name, table in TABLES.items() if {"channel", "address"} <= set(table.personal)}
    assert addressed == set(LIES_READY)


async def test_that_they_were_asked_to_take_a_register_goes_and_so_does_the_link(
    db: None, data_dir: Path
) -> None:
    offer = await make.offer()
    ola, per = await make.person("Ola", "ola@example.no"), await make.person("Per", "per@example.no")
    for address in ("ola@example.no", "per@example.no"):
        await Substitute.create(
            session=await Session.get(offer=offer), made_by=per, channel="email", address=address, created_at=NOW,
            ends_at=NOW + timedelta(days=8),
        )  # fmt: skip
    await erase(ola.id, now=NOW)
    assert await places("ola@example.no", data_dir) == set()
    assert [one.address for one in await Substitute.all()] == ["per@example.no"]


async def test_nobody_is_to_ring_somebody_who_is_not_here_any_more(db: None) -> None:
    """That it is cancelled stays true for ever, and nobody could ever say it."""
    offer = await make.offer(joining=Joining.WHOLE)
    for person in (
        ola := await make.person("Ola", "ola@example.no"),
        await make.person("Per", "per@example.no"),
    ):
        booking = await make.booking(await SeatPool.get(offer=offer), person)
        for about, called in (("offer_cancelled", None), ("session_moved", NOW)):
            await PhoneCall.create(
                booking=booking, about=about, key=f"{about}:{booking.id}", since=NOW, called_at=called
            )
    assert await to_call(offer.id) == 2
    await erase(ola.id, now=NOW)
    assert await to_call(offer.id) == 1
    assert await PhoneCall.all().count() == 3, "what was done stays written down"


async def booked(person: Person, **more: Any) -> Any:
    """What the form of somebody who is signed in does."""
    offer = await make.offer(joining=Joining.WHOLE)
    party = Party(
        "Ola", person=person.id, **{"channel": Channel.EMAIL, "address": "ola@jobb.example.no"} | more
    )
    return await book(
        offer.slug, None, party, viewer=VISITOR, form_key=secrets.token_bytes(16), lang="nb", now=NOW
    )


async def test_what_was_under_way_in_another_window_goes_too(db: None, data_dir: Path) -> None:
    """It waited for the erasure, and came after it."""
    ola = await make.person("Ola", "ola@example.no")
    _first, made, waited = await overlapping(lambda: erase(ola.id, now=NOW), lambda: booked(ola))
    assert waited
    assert (await Booking.get(id=made.id)).state is BookingState.CONFIRMED, "nobody can know of it then"
    await rows("UPDATE person SET name = 'Ola' WHERE id = $1", ola.id)
    await forget(NOW + timedelta(hours=15))
    assert (await Booking.get(id=made.id)).state is BookingState.CANCELLED
    assert await places("ola", data_dir) == set()
    assert await ContactPoint.all().count() == 0
    before = await value("SELECT count(*) FROM audit_entry WHERE action = 'person.erased'")
    await forget(NOW + timedelta(hours=16))
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'person.erased'") == before == 2


@pytest.mark.parametrize("gone", ["erased", "removed"])
async def test_who_books_with_an_address_that_is_taken_away_just_then_is_asked_to_try_again(
    db: None, gone: str
) -> None:
    ola = await make.person("Ola", "ola@example.no")
    there = await make.contact(ola, "ola@jobb.example.no")

    async def taken_away() -> None:
        await (erase(ola.id, now=NOW) if gone == "erased" else remove_contact(ola.id, there.id, now=NOW))

    _first, second, waited = await overlapping(taken_away, lambda: booked(ola, contact_id=there.id))
    assert waited
    assert isinstance(second, Refused), second
    assert await Booking.all().count() == 0


async def test_who_mends_with_an_address_that_is_taken_away_just_then_is_written_to_there(db: None) -> None:
    """It is typed then, as by anybody: theirs no more, and no error."""
    ola = await make.person("Ola", "ola@example.no")
    there = await make.contact(ola, "ola@jobb.example.no")
    offer = await make.offer(joining=Joining.WHOLE)
    form = secrets.token_bytes(16)
    sent = Party("Ola", person=ola.id, channel=Channel.EMAIL, address="ola@example.no")
    await book(offer.slug, None, sent, viewer=VISITOR, form_key=form, lang="nb", now=NOW)
    now_sent = replace(sent, address="ola@jobb.example.no", contact_id=there.id)
    _first, second, waited = await overlapping(
        lambda: remove_contact(ola.id, there.id, now=NOW),
        lambda: mend(sent.key(form), now_sent, form_key=form, now=NOW, by=ola.id, sessions=[None]),
    )
    assert waited
    assert not isinstance(second, BaseException), second
    contact = await ContactPoint.get(id=(await Booking.get()).contact_id)
    assert (contact.value, contact.verified_at) == ("ola@jobb.example.no", None)
