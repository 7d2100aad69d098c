"""The organisation answers a request: lets in, asks for a talk first, or declines with kind words."""

from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.base.data.database import rows
from marketplace.base.errors import Refused
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.participants import actions as participants_actions
from offers.rights.models import HostAssignment
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from offers.telling.models import PhoneCall
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor

WORDS = "Vi ringer deg tirsdag.\nPasser det?"


@pytest.fixture
async def asked(db: None) -> Booking:
    """Ola asks to join a group."""
    owner = await make.organization(phone="51 00 00 15", email="post@example.no")
    offer = await make.offer("Samtale", joining=Joining.REQUEST, capacity=2, sensitive=True, owner=owner)
    ola = await make.person("Ola")
    return await make.booking(
        await SeatPool.get(offer=offer),
        ola,
        BookingState.REQUESTED,
        contact=await make.contact(ola, "ola@example.no"),
    )


async def editor(visitor: Visitor) -> str:
    """Sign in an editor of the group; gives the path of its requests."""
    offer = await Offer.get()
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id)))
    return f"/manage/offers/{offer.slug}/requests"


async def test_a_talk_first_leaves_the_request_open_and_says_so_on_both_pages_and_in_the_mail(
    visitor: Visitor, asked: Booking
) -> None:
    path = await editor(visitor)
    page = await visitor.open(f"{path}/{asked.id}")
    assert page.heading == "Svar til Ola"
    assert page.soup.select_one("a[href='mailto:ola@example.no']") is not None
    assert page.fields()["talk"][0].startswith("Så fint at du vil være med!")
    page = await visitor.follow(await visitor.submit(page, answer="talk", talk=WORDS.replace("\n", "\r\n")))
    assert "Forespørselen står her til dere svarer." in page.text
    assert "bedt om en prat 13. oktober" in page.text
    await asked.refresh_from_db()
    assert (asked.state, asked.reply, asked.talk_asked_at is not None) == (
        BookingState.REQUESTED,
        WORDS,
        True,
    )
    theirs = await visitor.open(link_path(asked.id, 1))
    assert theirs.heading == "Dere skal snakke sammen først"
    assert "Vi ringer deg tirsdag. Passer det?" in theirs.text
    message = await OutboxMessage.get()
    assert (message.mail, message.address) == ("talk", "ola@example.no")
    mail = await MAILS["talk"](Channel.EMAIL, "nb", **message.facts)
    assert mail is not None
    assert WORDS in mail.text
    assert "Ring 51 00 00 15, eller vent til de ringer deg." in mail.text
    assert mail.headers["Reply-To"].endswith("<post@example.no>"), "the organisation asks: it gets the answer"
    assert "Samtale" not in mail.subject
    sms = await MAILS["talk"](Channel.SMS, "nb", **message.facts)
    assert sms is not None
    assert len(sms.text) <= 160
    assert "ringer deg" not in sms.text


async def test_after_the_talk_they_are_let_in(visitor: Visitor, asked: Booking) -> None:
    path = await editor(visitor)
    await visitor.submit(await visitor.open(f"{path}/{asked.id}"), answer="talk", talk=WORDS)
    page = await visitor.open(f"{path}/{asked.id}")
    assert "Dere skrev Vi ringer deg tirsdag." in page.text
    page = await visitor.follow(await visitor.submit(page, answer="yes"))
    assert "De har fått plass, og vi har sagt fra." in page.text
    assert [one.mail for one in await OutboxMessage.all().order_by("id")] == ["talk", "receipt"]
    theirs = await visitor.open(link_path(asked.id, 1))
    assert theirs.heading == "Du er påmeldt"
    assert WORDS.split("\n")[0] not in theirs.text


async def test_who_is_taken_off_and_reached_by_no_message_is_to_be_rung(
    visitor: Visitor, asked: Booking
) -> None:
    await rows("UPDATE booking SET contact_id = NULL")
    path = (await editor(visitor)).replace("requests", f"take-off?booking={asked.id}")
    done = await visitor.follow(await visitor.submit(await visitor.open(path), "/take-off"))
    assert "Påmeldingen er meldt av, men ingen melding når fram til dem." in done.text
    assert await PhoneCall.filter(booking_id=asked.id, called_at=None).count() == 1


async def test_a_no_comes_with_the_words_of_the_organisation(visitor: Visitor, asked: Booking) -> None:
    path = await editor(visitor)
    page = await visitor.submit(
        await visitor.open(f"{path}/{asked.id}"), answer="no", no="Det er fullt til jul. <b>Kom da!</b>"
    )
    assert page.status == 303
    message = await OutboxMessage.get()
    mail = await MAILS["declined"](Channel.EMAIL, "nb", **message.facts)
    assert mail is not None
    assert "De skriver:\n\nDet er fullt til jul." in mail.text
    assert mail.html is not None
    assert "<b>Kom" not in mail.html
    theirs = await visitor.open(link_path(asked.id, 1))
    assert theirs.heading == "Det ble ikke plass denne gangen"
    assert "Det er fullt til jul." in theirs.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"answer": "no", "no": ""}, "no"), ({"answer": "talk", "talk": "  "}, "talk"), ({}, "answer"),
     ({"answer": "talk", "talk": "x" * 1001}, "talk")],
)  # fmt: skip
async def test_what_is_missing_is_told_at_the_field(
    visitor: Visitor, asked: Booking, typed: dict[str, str], field: str
) -> None:
    path = await editor(visitor)
    page = await visitor.submit(await visitor.open(f"{path}/{asked.id}"), **typed)
    assert page.status == 422
    assert page.soup.select_one(f"#{field}-error")
    assert (await Booking.get()).state is BookingState.REQUESTED


async def test_what_was_answered_or_withdrawn_meanwhile_is_said_clearly(
    visitor: Visitor, asked: Booking
) -> None:
    path = await editor(visitor)
    page = await visitor.open(f"{path}/{asked.id}")
    await actions.cancel(asked.id, now=NOW)
    late = await visitor.submit(page, answer="yes")
    assert "Forespørselen er trukket tilbake, så det er ikke noe å svare på." in late.text
    await rows("UPDATE booking SET state = 'declined', ended_by = 'host'")
    late = await visitor.submit(page, answer="talk", talk=WORDS)
    assert "Denne forespørselen er besvart allerede." in late.text
    assert await OutboxMessage.filter(mail="talk").count() == 0


async def test_two_answers_at_once_give_one(db: None, asked: Booking) -> None:
    kari = await make.person("Kari")
    yes, no, waited = await overlapping(
        lambda: participants_actions.answer_request(asked.id, True, now=NOW, by=kari.id),
        lambda: participants_actions.answer_request(asked.id, False, now=NOW, by=kari.id, text="Nei."),
    )
    assert yes is BookingState.CONFIRMED
    assert isinstance(no, Refused)
    assert waited
    assert (await Booking.get()).reply == ""


async def test_a_talk_is_not_asked_for_by_somebody_who_withdraws_at_the_same_moment(
    db: None, asked: Booking
) -> None:
    kari = await make.person("Kari")
    gone, talk, waited = await overlapping(
        lambda: actions.cancel(asked.id, now=NOW),
        lambda: participants_actions.ask_talk(asked.id, WORDS, now=NOW, by=kari.id),
    )
    assert gone
    assert isinstance(talk, Refused)
    assert waited


async def test_only_editors_of_the_owner_answer(visitor: Visitor, asked: Booking) -> None:
    path = f"{await editor(visitor)}/{asked.id}"
    token = (await visitor.open("/my-page")).fields("/sign-out")
    owner = await Organization.get()
    host = await make.member(owner, Role.HOST, "Tom")
    await HostAssignment.create(person=host, offer=await Offer.get())
    other = await make.organization("Andre")
    theirs = await make.offer(joining=Joining.REQUEST, owner=other, slug="andre")
    statuses = []
    for person, address in (
        (host, path),
        (await make.member(other, Role.MANAGER, "Per"), path),
        (await make.member(other, Role.EDITOR, "Pia"), f"/manage/offers/{theirs.slug}/requests/{asked.id}"),
        (await make.member(owner, Role.EDITOR, "Eva"), path.replace(str(asked.id), str(uuid4()))),
    ):
        await visitor.sign_in(person)
        token = (await visitor.open("/my-page")).fields("/sign-out")
        answer = await visitor.post(address, token | {"answer": ["yes"]})
        statuses.append(((await visitor.open(address)).status, answer.status))
    assert statuses == [(403, 403), (404, 404), (404, 404), (404, 404)]
    assert (await Booking.get(id=asked.id)).state is BookingState.REQUESTED


async def test_nobody_is_sent_a_talk_more_than_five_times_a_day(visitor: Visitor, asked: Booking) -> None:
    path = await editor(visitor)
    page = await visitor.open(f"{path}/{asked.id}")
    statuses = []
    for _ in range(6):
        statuses.append((await visitor.submit(page, answer="talk", talk=WORDS)).status)
        visitor.wait(timedelta(minutes=1))
    assert statuses == [303] * 5 + [429]


async def test_a_second_talk_is_another_mail(db: None, asked: Booking) -> None:
    kari = await make.person("Kari")
    for hours in (0, 1):
        await participants_actions.ask_talk(asked.id, WORDS, now=NOW + timedelta(hours=hours), by=kari.id)
    assert await OutboxMessage.filter(mail="talk").count() == 2


async def test_yes_is_said_to_those_whom_the_page_has_shown_and_to_no_more(
    visitor: Visitor, asked: Booking
) -> None:
    """Whoever asks may mend their request for half an hour: one who asked is two by now."""
    path = await editor(visitor)
    page = await visitor.open(f"{path}/{asked.id}")
    await Booking.filter(id=asked.id).update(seats=2)
    again = await visitor.submit(page, answer="yes")
    assert (again.status, "Nå kommer 2. Se over, og svar på nytt." in again.text) == (422, True)
    await asked.refresh_from_db()
    assert (asked.state, (await SeatPool.get()).taken) == (BookingState.REQUESTED, 0)
    assert again.fields()["answer"] == ["yes"]
    assert (await visitor.submit(again)).status == 303
    await asked.refresh_from_db()
    assert (asked.state, (await SeatPool.get()).taken) == (BookingState.CONFIRMED, 2)


async def test_no_is_no_however_many_they_are(visitor: Visitor, asked: Booking) -> None:
    path = await editor(visitor)
    page = await visitor.open(f"{path}/{asked.id}")
    await Booking.filter(id=asked.id).update(seats=2)
    assert (await visitor.submit(page, answer="no", no="Ikke nå.")).status == 303


async def test_yes_in_the_list_is_said_to_no_more_than_it_has_shown_either(
    visitor: Visitor, asked: Booking
) -> None:
    path = await editor(visitor)
    page = await visitor.open(path.replace("/requests", "/bookings"))
    await Booking.filter(id=asked.id).update(seats=2)
    again = await visitor.submit(page, f"/requests/{asked.id}", answer="yes")
    assert (again.status, "Nå kommer 2. Se over, og svar på nytt." in again.text) == (422, True)
    assert (await Booking.get()).state is BookingState.REQUESTED


@pytest.mark.parametrize(
    "said", [{"answer": "yes"}, {"answer": "no", "no": "Ikke nå."}, {"answer": "talk", "talk": WORDS}]
)
async def test_nothing_is_said_to_be_sent_to_whom_no_message_reaches(
    visitor: Visitor, asked: Booking, said: dict[str, str]
) -> None:
    await rows("UPDATE contact_point SET channel = 'call', value = '+4751000042', verified_at = NULL")
    path = await editor(visitor)
    page = await visitor.follow(await visitor.submit(await visitor.open(f"{path}/{asked.id}"), **said))
    assert "Svaret er lagret. Ingen melding når fram til dem." in page.text
    assert [words for words in ("sagt fra.", "er sendt", "har sendt") if words in page.text] == []
    assert "Ring disse (1)" in page.text
    assert await OutboxMessage.all().count() == 0
