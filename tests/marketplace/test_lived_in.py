"""What people do on the pages breaks no invariant: check-data over a database that was lived in."""

from datetime import timedelta

import time_machine

from marketplace import schedule
from marketplace.base.post import outbox
from marketplace.my_page.acting import actions as acting
from marketplace.my_page.actions import shield
from marketplace.my_page.contacts.actions import remove_contact
from marketplace.operations.check.whole import violations
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ActsFor, ContactPoint, Person, Relation
from marketplace.privacy.erasure.actions import erase
from offers.bookings.actions import send_word
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Session
from offers.seats.links import link_path
from offers.seats.models import Booking
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.guide.test_guide import booked, guide, tour
from tests.visitor import Visitor

__all__ = ["schedule"]  # the timetable knows every mail


async def send(visitor: Visitor) -> None:
    later = visitor.now + timedelta(minutes=5)
    with time_machine.travel(later, tick=True):
        await outbox.send_due(refuse, lambda: later)


async def newest() -> Booking:
    found = await Booking.all().order_by("-id").first()
    assert found is not None
    return found


async def test_what_a_guide_does_for_somebody_with_a_phone_is_whole(visitor: Visitor) -> None:
    guri, offer = await guide(visitor), await tour(capacity=3)
    for typed in (
        {"contact": "sms", "phone": "91 00 00 01"},
        {"contact": "sms", "phone": "91 00 00 02", "alias": "true", "participant_name": "Tove"},
        {"contact": "email", "email": "per@example.no", "participant_name": "Per"},
        {"participant_name": "Nils"},
    ):
        assert (await booked(visitor, offer, **typed)).status == 303
    assert await violations() == []
    await send(visitor)
    await erase(guri.id, now=NOW)
    assert await violations() == []


async def test_what_becomes_of_bookings_afterwards_is_whole(visitor: Visitor) -> None:
    kari = await make.person("Kari", "kari@example.no")
    job = await make.contact(kari, "kari.jobb@example.no")
    ada = await make.person("Ada", "ada@example.no")
    relation = await ActsFor.create(
        actor=kari, person=ada, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )
    course = await make.offer(
        joining=Joining.WHOLE, starts=[NOW + timedelta(days=day) for day in (7, 14)], capacity=2
    )
    talks = await make.offer(
        kind=Kind.CONVERSATION, starts=[NOW + timedelta(days=day) for day in (8, 9)], capacity=1
    )
    await visitor.sign_in(kari)
    page = await visitor.open(f"/offers/{course.slug}/bookings/new?for={ada.id}")
    assert (await visitor.submit(page, "/bookings", seats=1)).status == 303
    hers = await newest()
    await send_word(hers.id, (await Session.filter(offer=course).order_by("starts_at"))[0].id, now=NOW)
    first, second = await Session.filter(offer=talks).order_by("starts_at")
    page = await visitor.open(f"/offers/{talks.slug}/bookings/new?session={first.id}")
    assert (await visitor.submit(page, "/bookings", who="me", seats=1)).status == 303
    own = await newest()
    page = await visitor.open(f"{link_path(own.id, 1)}/time")
    changed = await visitor.submit(page, "/time", session=str(second.id))
    assert changed.status == 303, changed.text
    await send(visitor)
    assert await violations() == []
    page = await visitor.open(f"{link_path((await newest()).id, 1)}/link")
    assert (await visitor.submit(page, "/link")).status == 303
    await remove_contact(kari.id, job.id, now=NOW)
    await acting.end(ada.id, relation.id, now=NOW)
    await shield(kari.id, True, now=NOW)
    await send(visitor)
    assert await violations() == []
    for person in (ada, kari):
        await erase(person.id, now=visitor.now)
    await send(visitor)
    assert await violations() == []
    assert await ContactPoint.all().count() == 0
    assert await Person.filter(name__isnull=False).count() == 0


async def test_a_corrected_address_and_somebody_who_was_added_are_whole(visitor: Visitor) -> None:
    owner = await make.organization()
    offer = await make.offer(joining=Joining.WHOLE, owner=owner, capacity=4)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    typed = {"who": "child", "participant_name": "Noah", "name": "Ola", "contact": "email"}
    assert (await visitor.submit(page, "/bookings", email="oal@example.no", seats=2, **typed)).status == 303
    await send(visitor)
    page = await visitor.open(f"{link_path((await newest()).id, 1)}/address")
    done = await visitor.submit(page, "/address", contact="sms", phone="91 00 00 03")
    assert done.status == 303, done.text
    await visitor.sign_in(await make.member(owner, Role.EDITOR, "Eva", email="eva@example.no"))
    listed = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    link = next(a["href"] for a in listed.soup.select("a[href*='/add']"))
    page = await visitor.open(str(link))
    added = await visitor.submit(page, "/add", name="Berit", contact="email", email="berit@example.no")
    assert added.status == 303, added.text
    await send(visitor)
    assert await violations() == []
