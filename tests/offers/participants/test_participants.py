"""Who sees the participants, and what the organisation may do with the seats."""

from datetime import timedelta

import pytest
import time_machine

from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS
from marketplace.people.models import Person
from offers.bookings import actions
from offers.bookings.models import CalendarEntry
from offers.catalogue.models import Joining, Offer, OfferOrganizer, SeatPool, Session
from offers.catalogue.states import SessionStatus
from offers.rights.models import HostAssignment
from offers.seats.models import Booking, BookingState
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor


@pytest.fixture
async def full(db: None) -> Offer:
    """A full offer: Ola has the only seat, Nora waits."""
    offer = await make.offer(joining=Joining.WHOLE, capacity=1)
    pool = await SeatPool.get(offer=offer)
    await make.booking(pool, await make.person("Ola"))
    await make.booking(pool, await make.person("Nora"), BookingState.WAITING)
    return offer


async def test_editors_and_hosts_of_the_offer_see_its_participants_and_nobody_else(
    visitor: Visitor, full: Offer
) -> None:
    owner = await Organization.get(id=full.owner_id)
    municipality = await make.organization("Sandnes kommune", kind="municipal")
    await Organization.filter(id=owner.id).update(parent_id=municipality.id)
    host = await make.member(owner, Role.HOST, "Tom")
    await HostAssignment.create(person=host, offer=full)
    allowed = [await make.member(owner, Role.EDITOR), await make.member(owner, Role.MANAGER), host]
    refused = [
        await make.member(owner, Role.HOST, "Unassigned"),
        await make.member(await make.organization("Andre"), Role.MANAGER, "Per"),
        await make.member(municipality, Role.MANAGER, "Manager above"),
        await make.member(municipality, Role.COORDINATOR, "Nora"),
        await make.person("Resident"),
    ]
    path = f"/manage/offers/{full.slug}/bookings"
    statuses = []
    for person in allowed + refused:
        await visitor.sign_in(person)
        statuses.append((await visitor.open(path)).status)
    assert statuses == [200, 200, 200, 404, 404, 404, 403, 403]
    read = await rows("SELECT actor_id FROM audit_entry WHERE action = 'participants.read'")
    assert {entry["actor_id"] for entry in read} == {person.id for person in allowed}


@pytest.mark.parametrize("whose", ["owner", "co_organizer"])
async def test_the_host_of_an_organisation_that_is_closed_looks_after_its_own_offers_alone(
    visitor: Visitor, full: Offer, whose: str
) -> None:
    owner = await Organization.get(id=full.owner_id)
    helping = owner if whose == "owner" else await make.organization("Turlaget")
    if helping is not owner:
        await OfferOrganizer.create(offer=full, organization=helping)
    tom = await make.member(helping, Role.HOST, "Tom")
    await HostAssignment.create(person=tom, offer=full)
    kari = await make.member(owner)
    path, closed = f"/manage/offers/{full.slug}/bookings", "Kommer ikke inn her nå"

    async def seen() -> tuple[int, bool]:
        await visitor.sign_in(kari)
        said = closed in (await visitor.open(f"/manage/offers/{full.slug}")).text
        await visitor.sign_in(tom)
        return (await visitor.open(path)).status, said

    assert await seen() == (200, False)
    await Organization.filter(id=helping.id).update(state="suspended")
    assert await seen() == ((200, False) if helping is owner else (404, True))
    await Organization.filter(id=helping.id).update(state="approved")
    assert await seen() == (200, False), "it is open again"
    await Membership.filter(person=tom).update(ended_at=visitor.now)
    assert await seen() == (403, True)


async def test_more_seats_go_to_the_queue_and_fewer_than_taken_is_refused(
    visitor: Visitor, full: Offer
) -> None:
    await visitor.sign_in(await make.member(await Organization.get(id=full.owner_id)))
    page = await visitor.open(f"/manage/offers/{full.slug}/bookings")
    assert "nummer 1 i køen" in page.text
    assert page.soup.select("[role=status]") == []
    page = await visitor.submit(page, "/capacity", capacity="2")  # says who gets the seat
    page = await visitor.follow(await visitor.submit(page, "/capacity"))
    assert "2 av 2 plasser tatt" in page.text
    assert [said.get_text() for said in page.soup.select("[role=status]")] == [
        "Antallet plasser er lagret. Én på ventelista fikk plass, og får vite det."
    ]
    odd = await visitor.open(f"/manage/offers/{full.slug}/bookings?saved=%3Cb%3E&saved=%ff")
    assert odd.soup.select("[role=status]") == []
    assert await Booking.filter(state=BookingState.WAITING).count() == 0
    refused = await visitor.submit(page, "/capacity", capacity="1")
    assert refused.status == 422
    link = refused.soup.select_one("[autofocus] a[href='#capacity']")
    assert link is not None
    assert link.text == "2 plasser er tatt eller holdt av. Du kan ikke gå lavere enn det."
    for typed in ("-1", "mange", "1" + "0" * 40):
        refused = await visitor.submit(page, "/capacity", capacity=typed)
        assert refused.status == 422
        field = refused.soup.select_one("details[open] #capacity")
        assert field is not None
        assert field["value"] == typed
    assert await value("SELECT capacity FROM seat_pool") == 2


async def test_the_list_says_how_long_a_place_is_held(visitor: Visitor, full: Offer) -> None:
    await Booking.filter(state=BookingState.WAITING).update(
        state=BookingState.OFFERED, held_until=NOW + timedelta(hours=24), seated_at=NOW
    )
    await visitor.sign_in(await make.member(await Organization.get(id=full.owner_id)))
    page = await visitor.open(f"/manage/offers/{full.slug}/bookings")
    assert "har fått tilbud om plass svarer innen 14. oktober kl. 12" in " ".join(page.text.split())


async def test_a_cancelled_date_is_called_so_and_nothing_else(visitor: Visitor) -> None:
    offer = await make.offer(capacity=2)
    await Session.all().update(status=SessionStatus.CANCELLED)
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id)))
    page = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert [said.get_text() for said in page.soup.select("main section p")] == ["Avlyst"]


async def test_a_request_takes_no_seat_until_it_is_accepted(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.REQUEST, capacity=1, sensitive=True)
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id)))
    pool = await SeatPool.get(offer=offer)
    for name in ("Ola", "Nora"):
        await make.booking(pool, await make.person(name), BookingState.REQUESTED)
    path = f"/manage/offers/{offer.slug}/bookings"
    states = []
    for answer in ("yes", "yes"):
        page = await visitor.open(path)
        asked = next(
            form["action"] for form in page.soup.select("form") if "/requests/" in str(form["action"])
        )
        await visitor.follow(await visitor.submit(page, str(asked), answer=answer))
        states.append(sorted(row["state"] for row in await rows("SELECT state FROM booking")))
    assert states == [["confirmed", "requested"], ["confirmed", "waiting"]]
    assert await value("SELECT taken FROM seat_pool") == 1


async def test_nobody_takes_off_another_organisations_participant(visitor: Visitor, full: Offer) -> None:
    mine = await make.offer(joining=Joining.WHOLE)
    our = await make.booking(await SeatPool.get(offer=mine))
    theirs = await Booking.filter(offer=full).first()
    assert theirs is not None
    await visitor.sign_in(await make.member(await Organization.get(id=mine.owner_id)))
    page = await visitor.open(f"/manage/offers/{mine.slug}/bookings")
    assert (await visitor.open(f"/manage/offers/{mine.slug}/take-off?booking={theirs.id}")).status == 404
    confirm = await visitor.open(f"/manage/offers/{mine.slug}/take-off?booking={our.id}")
    assert (await visitor.submit(confirm, booking=theirs.id)).status == 404
    assert (await visitor.submit(page, "/capacity", pool=theirs.pool_id, capacity=5)).status == 404
    assert (await Booking.get(id=theirs.id)).state is BookingState.CONFIRMED


async def test_whoever_is_shielded_stands_under_an_alias_on_every_list(visitor: Visitor, full: Offer) -> None:
    await rows("UPDATE person SET shielded = true WHERE name = 'Ola'")
    await visitor.sign_in(await make.member(await Organization.get(id=full.owner_id), Role.EDITOR, "Eva"))
    ola = await Booking.get(participant__name="Ola")
    page = await visitor.open(f"/manage/offers/{full.slug}/bookings")
    assert ola.reference[:3] in page.text
    assert "Ola" not in page.text
    assert "Nora" in page.text
    await rows("UPDATE offer SET state = 'cancelled'")
    calls = await visitor.open(f"/manage/offers/{full.slug}/call-list")
    assert ola.reference[:3] in calls.text
    assert "Ola" not in calls.text


async def test_kari_is_asked_before_she_takes_ola_off_and_he_hears_who_did_it(
    visitor: Visitor, full: Offer
) -> None:
    await make.contact(await Person.get(name="Ola"), "+4799000022")
    await rows(
        "UPDATE booking SET contact_id = c.id FROM contact_point c WHERE c.person_id = booking.participant_id"
    )
    await visitor.sign_in(await make.member(await Organization.get(id=full.owner_id)))
    page = await visitor.open(f"/manage/offers/{full.slug}/bookings")
    link = page.soup.select_one("a[href*='/take-off']")
    assert link is not None
    assert link.get_text() == "Meld\u00a0av: Ola"
    page = await visitor.open(str(link["href"]))
    assert page.heading == "Melde av Ola?"
    assert "Plassen blir ledig. Står noen på venteliste, er det deres tur." in page.text
    assert "Vi sier fra på e-post eller SMS at dere har meldt av." in page.text
    ola = await Booking.get(participant__name="Ola")
    assert ola.state is BookingState.CONFIRMED, "only asked"
    page = await visitor.follow(await visitor.submit(page))
    assert page.heading == "Påmeldte"
    assert "Påmeldingen er meldt av." in page.text
    message = await OutboxMessage.get(mail="cancelled")
    sms = await MAILS["cancelled"](Channel.SMS, "nb", **message.facts)
    mail = await MAILS["cancelled"](Channel.EMAIL, "nb", **message.facts)
    assert sms is not None
    assert mail is not None
    assert "Takk for at du sa fra" not in sms.text + mail.text
    assert sms.text.startswith("Treffpunkt: Arrangøren har meldt av ")
    assert len(sms.text) <= 160
    assert "Frivilligsentralen har meldt av Ola." in mail.text
    assert (await Booking.get(participant__name="Nora")).state is BookingState.CONFIRMED


async def test_kari_is_told_when_no_message_reaches_whom_she_takes_off(visitor: Visitor, full: Offer) -> None:
    await visitor.sign_in(await make.member(await Organization.get(id=full.owner_id)))
    nora = await Booking.get(participant__name="Nora")
    page = await visitor.open(f"/manage/offers/{full.slug}/take-off?booking={nora.id}")
    assert "Nora mister plassen i køen." in page.text
    assert "Ingen melding kommer fram. Dere må si fra selv." in page.text


@pytest.mark.parametrize(("name", "method"), [("Ola", "CANCEL"), ("Nora", None)])
async def test_only_who_had_a_place_gets_it_taken_out_of_their_calendar(
    full: Offer, name: str, method: str | None
) -> None:
    person = await Person.get(name=name)
    contact = await make.contact(person, "noen@example.no")
    await Booking.filter(participant=person).update(contact_id=contact.id)
    booking, session = await Booking.get(participant=person), await Session.get(offer=full)
    with time_machine.travel(NOW):
        receipt = await MAILS["receipt"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert (receipt is None) == (method is None)
    assert await CalendarEntry.filter(booking=booking, session=session).exists() == (method is not None)
    await actions.cancel((await Booking.get(participant=person)).id, now=NOW)
    message = await OutboxMessage.get(mail="cancelled")
    with time_machine.travel(NOW):
        mail = await MAILS["cancelled"](Channel.EMAIL, "nb", **message.facts)
    assert mail is not None
    assert mail.method == method
    assert (mail.calendar is None) == (method is None)
