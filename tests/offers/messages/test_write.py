"""Hosts write to those who have a seat, who were there or who wait: looked over first, sent once, answers to the
organisation."""

import asyncio
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from marketplace.base.data.database import rows
from marketplace.base.errors import TooMany
from marketplace.base.models import AuditEntry, Channel, OutboxMessage
from marketplace.base.post.letter import Letter, email_message
from marketplace.base.post.mail import MAILS
from marketplace.people.models import Person
from offers.attendance.actions import save
from offers.catalogue.models import Joining, Offer, OfferText, SeatPool, Session
from offers.messages.actions import write
from offers.messages.follow_up.actions import stop_news
from offers.messages.follow_up.rules import address_hash
from offers.messages.models import HostMessage, Recipients
from offers.rights.models import HostAssignment
from offers.seats.models import Booking, BookingState
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor


@pytest.fixture
async def offer(visitor: Visitor) -> Offer:
    """Kari's course with four who are in it, and one who waits; she is signed in."""
    owner = await make.organization(email="post@example.no", phone="51000000")
    await visitor.sign_in(await make.member(owner, Role.EDITOR))
    made = await make.offer("Sov bedre", joining=Joining.WHOLE, owner=owner, venue=await make.venue(), capacity=4,
                            starts=[NOW + timedelta(days=7)])  # fmt: skip
    for name, reach in (
        ("Ola", "ola@example.no"),
        ("Aud", "+4791000001"),
        ("Tor", ""),
        ("Ida", "ida@example.no"),
    ):
        await booked(made, name, reach)
    await booked(made, "Per", "per@example.no", BookingState.WAITING)
    return made


async def booked(
    offer: Offer, name: str, reach: str, state: BookingState = BookingState.CONFIRMED
) -> Booking:
    person = await make.person(name)
    contact = await make.contact(person, reach, verified=False) if reach else None
    return await make.booking(await SeatPool.get(offer=offer), person, state, contact=contact)


async def sent() -> list[tuple[str, str]]:
    return [(one.address, one.channel.value) for one in await OutboxMessage.all().order_by("address")]


async def gone(visitor: Visitor, path: str, **typed: Any) -> Page:
    """Write, look it over and send."""
    look = await visitor.submit(await visitor.open(path), "/write", step="look", **typed)
    assert look.heading == "Se over meldingen", look.text
    return await visitor.submit(look, "/write", step="send")


async def content(name: str, lang: str = "nb") -> Any:
    """What the one of this name gets."""
    booking = await Booking.get(participant__name=name).select_related("contact")
    message = await HostMessage.get()
    channel = booking.contact.channel if booking.contact else Channel.EMAIL
    return await MAILS["host_message"](channel, lang, booking=str(booking.id), message=str(message.id))


async def test_a_message_is_looked_over_and_then_reaches_everybody_with_a_seat(
    visitor: Visitor, offer: Offer
) -> None:
    path = f"/manage/offers/{offer.slug}/write"
    page = await visitor.open(path)
    assert [label.get_text() for label in page.soup.select("fieldset label")] == [
        "Alle som har plass (4)", "De som står på venteliste (1)",
    ]  # fmt: skip
    look = await visitor.submit(page, "/write", to="all", step="look",
                                text="Hei {navn}! {tilbud} er {tid}, {sted}.\n\nMeld av: {lenke}")  # fmt: skip
    assert "Sov bedre er tirsdag 20. oktober kl. 12–14, Sandnes rådhus." in look.text
    assert "3 får meldingen." in look.text
    assert "Ingen melding kommer fram til dem. Dere må si fra selv: Tor" in look.text
    assert "Svar på e-posten går til post@example.no." in look.text
    assert await HostMessage.all().count() == 0, "nothing is stored before it is sent"
    back = await visitor.submit(look, "/write", step="change")
    assert back.status == 200
    assert "Hei {navn}!" in back.fields("/write")["text"][0]
    done = await visitor.follow(await visitor.submit(look, "/write", step="send"))
    assert "Meldingen er sendt." in done.text
    assert "sendt til 3" in done.text
    assert await sent() == [("+4791000001", "sms"), ("ida@example.no", "email"), ("ola@example.no", "email")]
    noted = await AuditEntry.get(action="message.sent")
    assert noted.details == {"recipients": "all", "told": 3, "to_call": 1}
    mail = await content("Ola")
    assert "Hei Ola! Sov bedre er tirsdag" in mail.text.replace("\u2060", "").replace("\u00a0", " ")
    assert "Sov bedre" not in mail.subject
    assert "Svarer du på denne e-posten, kommer svaret til Frivilligsentralen." in mail.text
    assert "List-Unsubscribe" not in mail.headers
    sms = await content("Aud")
    assert "Sov bedre" not in sms.text
    assert sms.text.startswith("Treffpunkt: Hei Aud! tilbudet er tirsdag 20. oktober kl. 12-14, Sandnes")


async def test_those_who_wait_are_written_to_alone_and_not_when_they_wait_no_more(
    visitor: Visitor, offer: Offer
) -> None:
    await gone(visitor, f"/manage/offers/{offer.slug}/write", to="waiting", text="Det kan ta litt tid.")
    assert await sent() == [("per@example.no", "email")]
    assert "Det kan ta litt tid." in (await content("Per")).text
    await Booking.filter(participant__name="Per").update(state=BookingState.CONFIRMED, seated_at=NOW)
    assert await content("Per") is None


async def test_those_who_were_there_are_written_to_after_the_register(visitor: Visitor, offer: Offer) -> None:
    session = await Session.get(offer=offer)
    path = f"/manage/sessions/{session.id}/write"
    assert "De som var der" not in (await visitor.open(path)).text
    here = {one.id for one in await Booking.filter(participant__name__in=["Ola", "Aud"])}
    await save(await Session.get(id=session.id).select_related("offer"), here, {}, None, version=None,
               by=(await Person.get(name="Kari")).id, now=session.starts_at)  # fmt: skip
    await stop_news(address_hash(Channel.SMS, "+4791000001"), now=NOW)
    await gone(visitor, path, to="present", text="Takk for sist! Bildene ligger på {sted}.")
    assert await sent() == [("ola@example.no", "email")], "Aud wants no such messages"
    mail = await content("Ola")
    assert "Bildene ligger på Sandnes rådhus." in mail.text
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "text", ["Hei {fornavn}", "{0}", "{}", "{navn.__class__}", "{{navn}} {x}", "%(x)s {booking}"]
)
async def test_an_unknown_field_is_an_error_that_names_those_there_are(
    visitor: Visitor, offer: Offer, text: str
) -> None:
    page = await visitor.open(f"/manage/offers/{offer.slug}/write")
    wrong = await visitor.submit(page, "/write", to="all", step="send", key=uuid4(), text=text)
    assert wrong.status == 422
    assert "Du kan bruke {navn}, {tilbud}, {tid}, {sted}, {lenke}." in wrong.text
    assert wrong.fields("/write")["text"] == [text]
    assert await HostMessage.all().count() == 0


async def test_what_is_filled_in_is_not_filled_in_again(visitor: Visitor, offer: Offer) -> None:
    await Person.filter(name="Ola").update(name="{lenke} %(x)s {{7*7}}")
    await gone(visitor, f"/manage/offers/{offer.slug}/write", to="all", text="<b>Hei</b> {navn}")
    booking = await Booking.get(participant__name="{lenke} %(x)s {{7*7}}")
    mail = await MAILS["host_message"](
        Channel.EMAIL, "nb", booking=str(booking.id), message=str((await HostMessage.get()).id)
    )
    assert mail is not None
    assert "<b>Hei</b> {lenke} %(x)s {{7*7}}" in mail.text
    assert "&lt;b&gt;Hei&lt;/b&gt; {lenke} %(x)s {{7*7}}" in (mail.html or "")


async def test_an_sms_names_the_offer_in_none_of_its_languages(visitor: Visitor, offer: Offer) -> None:
    """A host writes in Norwegian, and whoever reads English has another name for it."""
    await OfferText.create(offer=offer, lang="en", title="Better sleep", summary="Sleep.")
    await Booking.filter(participant__name="Aud").update(lang="en")
    text = "Velkommen til Sov bedre (Better sleep)!"
    look = await visitor.submit(
        await visitor.open(f"/manage/offers/{offer.slug}/write"), "/write", to="all", step="look", text=text
    )
    assert "Better sleep (" not in look.text
    await visitor.submit(look, "/write", step="send")
    for lang in ("en", "nb"):
        sms = (await content("Aud", lang)).text
        assert ("Sov bedre" in sms, "Better sleep" in sms) == (False, False), sms


async def test_a_long_message_is_cut_for_an_sms_and_the_rest_can_be_read(
    visitor: Visitor, offer: Offer
) -> None:
    text = "Ta med varme klær, for vi skal være ute hele kvelden. " * 5 + "Slutt."
    look = await visitor.submit(await visitor.open(f"/manage/offers/{offer.slug}/write"), "/write", to="all",
                                step="look", text=text)  # fmt: skip
    assert "Meldingen er på 276 tegn, og en SMS har plass til 160." in look.text
    await visitor.submit(look, "/write", step="send")
    sms = await content("Aud")
    assert len(sms.text) <= 160
    link = sms.text.rpartition(" ")[2]
    assert link.startswith("http://127.0.0.1:8000/bookings/")
    reader = visitor.at_network("192.0.2.7")
    page = await reader.open(link.removeprefix("http://127.0.0.1:8000"))
    assert text.strip() in page.text
    waiting = await Booking.get(participant__name="Per")
    assert waiting.reference not in page.text


async def test_sent_twice_is_sent_once(visitor: Visitor, offer: Offer) -> None:
    page = await visitor.open(f"/manage/offers/{offer.slug}/write")
    look = await visitor.submit(page, "/write", to="all", step="look", text="Hei!")
    first, again = await asyncio.gather(*(visitor.submit(look, "/write", step="send") for _ in range(2)))
    assert (first.status, again.status) == (303, 303)
    assert await HostMessage.all().count() == 1
    assert len(await sent()) == 3
    other = await visitor.submit(look, "/write", step="send", text="Noe annet")
    assert other.status == 409
    assert len(await sent()) == 3


async def test_there_is_a_limit_a_day_and_the_text_is_kept(visitor: Visitor, offer: Offer) -> None:
    for number in range(3):
        await gone(visitor, f"/manage/offers/{offer.slug}/write", to="all", text=f"Nummer {number}")
    full = await gone(visitor, f"/manage/offers/{offer.slug}/write", to="all", text="Nummer 3")
    assert full.status == 422
    assert "Det er sendt mange meldinger det siste døgnet." in full.text
    assert full.fields("/write")["text"] == ["Nummer 3"]
    assert await HostMessage.all().count() == 3
    assert await OutboxMessage.all().count() == 9


async def test_one_author_has_a_limit_over_all_offers(db: None) -> None:
    owner = await make.organization()
    kari = await make.member(owner, Role.EDITOR)
    for number in range(11):
        made = await make.offer(owner=owner, joining=Joining.WHOLE)
        await booked(made, f"Deltaker {number}", f"p{number}@example.no")
        act = write(made, None, Recipients.ALL, "Hei", key=uuid7(), by=kari.id, now=NOW)
        if number < 10:
            await act
        else:
            with pytest.raises(TooMany):
                await act
    assert await HostMessage.all().count() == 10


async def test_an_address_with_several_bookings_gets_one_message(visitor: Visitor) -> None:
    owner = await make.organization()
    await visitor.sign_in(await make.member(owner, Role.EDITOR))
    made = await make.offer(owner=owner, starts=[NOW + timedelta(days=day) for day in (7, 14)])
    person = await make.person("Ola")
    contact = await make.contact(person, "ola@example.no")
    for pool in await SeatPool.filter(offer=made):
        await make.booking(pool, person, contact=contact)
    await gone(visitor, f"/manage/offers/{made.slug}/write", to="all", text="Vi ses {tid}")
    assert await sent() == [("ola@example.no", "email")]


async def test_answers_go_to_the_organisation_and_no_header_can_be_slipped_in(
    visitor: Visitor, offer: Offer
) -> None:
    name = 'Ørn "og" venner\r\nBcc: alle@example.no'
    await Organization.filter(id=offer.owner_id).update(name=name)
    await gone(visitor, f"/manage/offers/{offer.slug}/write", to="all", text="Hei\r\nBcc: alle@example.no")
    mail = await content("Ola")
    raw = bytes(email_message(Letter(uuid7(), Channel.EMAIL, "ola@example.no", "key", mail, NOW)))
    parsed = message_from_bytes(raw, policy=policy.default)
    assert parsed["Bcc"] is None
    assert [(one.display_name, one.addr_spec) for one in parsed["Reply-To"].addresses] == [
        ('Ørn "og" venner Bcc: alle@example.no', "post@example.no")
    ]
    for email in ("post@example.no\r\nBcc: x@example.no", "ikke en adresse", "", None):
        await Organization.filter(id=offer.owner_id).update(email=email)
        mail = await content("Ola")
        assert "Reply-To" not in mail.headers
        assert "Ring 51 00 00 00." in mail.text.replace("\u00a0", " ")


async def test_a_host_of_it_writes_and_nobody_else_finds_the_page(visitor: Visitor, offer: Offer) -> None:
    session = await Session.get(offer=offer)
    paths = [f"/manage/offers/{offer.slug}/write", f"/manage/sessions/{session.id}/write"]
    host = await make.member(await Organization.get(id=offer.owner_id), Role.HOST, "Hans")
    stranger = await make.member(await make.organization(), Role.MANAGER, "Per")
    for person in (host, stranger):
        await visitor.sign_in(person)
        for path in paths:
            assert (await visitor.open(path)).status == 404
            token = (await visitor.open("/sign-in")).fields("/sign-in")["form_token"][0]
            fields = {"form_token": token, "to": "all", "text": "Hei", "step": "send", "key": str(uuid4())}
            assert (await visitor.post(path, fields)).status == 404
    assert await OutboxMessage.all().count() == 0
    await HostAssignment.create(person=host, offer=offer)
    await visitor.sign_in(host)
    for path in paths:
        assert (
            await visitor.follow(await gone(visitor, path, to="all", text="Hei fra verten"))
        ).status == 200
    assert len(await rows("SELECT id FROM host_message WHERE author_id = $1", host.id)) == 2
