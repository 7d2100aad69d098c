"""Ring disse: what would have been mailed to whom no message reaches stands on a list, with what to say and a tick."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.models import AuditEntry, Channel, OutboxMessage
from marketplace.people.models import ActsFor, ContactPoint, Person, Relation
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, Promotion, SeatPool, Session
from offers.participants import actions as participants_actions
from offers.seats import actions as seats_actions
from offers.seats.models import Booking, BookingState
from offers.sessions.actions import cancel, cancel_offer, move
from offers.telling.models import CallAbout, PhoneCall
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

NUMBER = "+4751000077"
WEEK = timedelta(days=7)


async def led(**other: Any) -> tuple[Offer, Person]:
    owner = await make.organization("Frivilligsentralen")
    kari = await make.member(owner, Role.MANAGER, email="kari@example.no")
    return await make.offer(**{"owner": owner} | other), kari


async def number(person: Person, channel: Channel = Channel.CALL, **other: Any) -> ContactPoint:
    return await ContactPoint.create(person=person, channel=channel, value=NUMBER, created_at=NOW, **other)


async def booked(offer: Offer, name: str = "Ola", state: BookingState = BookingState.CONFIRMED,
                 **other: Any) -> Booking:  # fmt: skip
    """Somebody in the offer's first pool who can only be rung."""
    somebody = await make.person(name)
    pool = (await SeatPool.filter(offer=offer).order_by("starts_at", "id"))[0]
    return await make.booking(pool, somebody, state, contact=await number(somebody), **other)


async def said(visitor: Visitor, offer: Offer) -> list[str]:
    """What is to be said, as those who lead the offer read it."""
    page = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert page.status == 200, page.text
    return [
        " ".join(one.get_text(" ").replace("\u2060", "").split()) for one in page.soup.select("li.tp-panel")
    ]


async def a_move(offer: Offer, kari: Person) -> None:
    session = await Session.get(offer=offer).select_related("offer")
    await move(session, sequence=0, starts_at=NOW + 2 * WEEK, ends_at=NOW + 2 * WEEK + timedelta(hours=1),
               venue_id=None, by=kari.id, now=NOW)  # fmt: skip


async def a_cancellation(offer: Offer, kari: Person) -> None:
    session = await Session.get(offer=offer).select_related("offer")
    await cancel(session, sequence=0, note="Kurslederen er syk.", by=kari.id, now=NOW)


async def the_end(offer: Offer, kari: Person) -> None:
    await cancel_offer(offer, note="", by=kari.id, now=NOW)


async def taking_off(offer: Offer, kari: Person) -> None:
    booking = await Booking.get(offer=offer)
    await actions.cancel(booking.id, now=NOW, by=kari.id, ended_by=actions.EndedBy.HOST)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (a_move, "Samlingen er flyttet. Ny tid og sted: tirsdag 27. oktober kl. 11–12."),
        (a_cancellation, "Samlingen tirsdag 20. oktober kl. 12–14 er avlyst. Kurslederen er syk."),
        (the_end, "Tilbudet er avlyst."),
        (taking_off, "Dere har meldt dem av."),
    ],
)
@pytest.mark.parametrize("way", ["call", "none", "refused"])
async def test_what_would_have_been_mailed_stands_on_the_list_with_what_to_say(
    visitor: Visitor, act: Callable[[Offer, Person], Awaitable[None]], words: str, way: str
) -> None:
    offer, kari = await led()
    booking = await booked(offer)
    if way == "none":
        await Booking.filter(id=booking.id).update(contact_id=None)
    elif way == "refused":
        await ContactPoint.filter(value=NUMBER).update(
            channel="email", value="feil@example.no", refused_at=NOW
        )
    await visitor.sign_in(kari)
    await act(offer, kari)
    if way != "refused":
        assert await OutboxMessage.all().count() == 0
    (line,) = await said(visitor, offer)
    assert words in line.replace("\u00a0", " ")
    assert ("51 00 00 77" in line, "Vi har ikke noe nummer." in line) == (way == "call", way != "call")


async def test_what_the_organisation_answers_is_told_by_telephone(visitor: Visitor) -> None:
    offer, kari = await led(joining=Joining.REQUEST, capacity=1)
    asks = [await booked(offer, name, BookingState.REQUESTED) for name in ("Liv", "Ola", "Per")]
    await visitor.sign_in(kari)
    for booking, answer in zip(asks, (True, True, False), strict=True):
        await participants_actions.answer_request(
            booking.id, answer, now=NOW, by=kari.id, text="" if answer else "Prøv til våren."
        )
    found = {line.split()[0]: line for line in await said(visitor, offer)}
    assert "Dere har sagt ja, så de har fått plass." in found["Liv"]
    assert "Det er fullt nå, så de står på venteliste." in found["Ola"]
    assert "Det ble ikke plass denne gangen. Prøv til våren." in found["Per"]


async def test_a_tick_says_who_and_when_stays_and_can_be_taken_back(visitor: Visitor) -> None:
    offer, kari = await led()
    await booked(offer)
    await the_end(offer, kari)
    await visitor.sign_in(kari)
    path = f"/manage/offers/{offer.slug}/call-list"
    page = await visitor.open(path)
    assert page.soup.select_one(f'a[href="tel:{NUMBER}"]')
    done = await visitor.follow(await tick(visitor, page))
    assert "Ringt tirsdag 13. oktober kl. 12 av Kari" in done.text
    assert await AuditEntry.filter(action="call.made").count() == 1
    # Twice is once: who ticked first stands.
    liv = await make.member(offer.owner, Role.MANAGER, "Liv", email="liv@example.no")
    await visitor.sign_in(liv)
    await tick(visitor, page)
    assert (await PhoneCall.get()).called_by_id == kari.id
    visitor.wait(10 * WEEK)
    later = await visitor.open(path)
    assert "Ringt tirsdag 13. oktober kl. 12 av Kari" in later.text
    undone = await visitor.follow(await visitor.submit(later, "/calls", said="undo"))
    assert undone.heading == "Ring disse"
    assert (await PhoneCall.get()).called_at is None


async def tick(visitor: Visitor, page: Page, said: str = "rung") -> Page:
    return await visitor.submit(page, "/calls", said=said)


async def held(
    visitor: Visitor, starts: timedelta = 2 * WEEK, refused: bool = False
) -> tuple[Offer, Person, Booking, Booking]:
    """A held offer of one seat, whose holder leaves: Ola, who must be rung, is first in the queue, then Nora."""
    offer, kari = await led(
        joining=Joining.WHOLE, capacity=1, promotion=Promotion.HELD, starts=[NOW + starts]
    )
    pool = await SeatPool.get(offer=offer)
    leaves = await make.booking(pool)
    await pool.refresh_from_db()
    ola = await booked(offer, "Ola", BookingState.WAITING, waited_at=NOW)
    if refused:
        await ContactPoint.filter(id=ola.contact_id).update(
            channel=Channel.EMAIL, value="ola@example.no", refused_at=NOW
        )
    await pool.refresh_from_db()
    nora = await make.person("Nora")
    second = await make.booking(pool, nora, BookingState.WAITING, waited_at=NOW,
                                contact=await make.contact(nora, "nora@example.no"))  # fmt: skip
    await actions.cancel(leaves.id, now=NOW)
    await visitor.sign_in(kari)
    return offer, kari, ola, second


@pytest.mark.parametrize("refused", [False, True])
async def test_a_seat_is_held_longer_for_whoever_must_be_rung_and_the_list_says_how_long(
    visitor: Visitor, refused: bool
) -> None:
    offer, _kari, ola, _second = await held(visitor, refused=refused)
    assert (await Booking.get(id=ola.id)).held_until == NOW + timedelta(hours=48)
    (line,) = await said(visitor, offer)
    assert "En plass er ledig. Vil de ha den?" in line
    assert "Plassen holdes til torsdag 15. oktober kl. 12." in line


@pytest.mark.parametrize(("answer", "state"), [("yes", "confirmed"), ("no", "declined")])
async def test_what_they_say_on_the_telephone_is_their_answer(
    visitor: Visitor, answer: str, state: str
) -> None:
    offer, _kari, ola, second = await held(visitor)
    page = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert (await tick(visitor, page, answer)).status == 303
    assert (await Booking.get(id=ola.id)).state == state
    assert (await Booking.get(id=second.id)).state == ("waiting" if answer == "yes" else "offered")
    call = await PhoneCall.get()  # and nobody is to ring about what they have just said themselves
    assert (call.about, call.called_at is not None) == (CallAbout.OFFERED, True)


async def test_whoever_nobody_rang_keeps_their_place_in_the_queue(visitor: Visitor) -> None:
    offer, _kari, ola, second = await held(visitor)
    late = NOW + timedelta(hours=49)
    await seats_actions.expire_offers(now=late)
    states = [(await Booking.get(id=each.id)).state.value for each in (ola, second)]
    assert states == ["waiting", "offered"]
    assert await said(visitor, offer) == []
    await actions.answer_offer(second.id, False, now=late)
    assert (await Booking.get(id=ola.id)).state == BookingState.OFFERED
    assert len(await said(visitor, offer)) == 1


async def test_whoever_was_rung_and_did_not_answer_loses_the_held_seat_as_others_do(visitor: Visitor) -> None:
    offer, _kari, ola, _second = await held(visitor)
    await tick(visitor, await visitor.open(f"/manage/offers/{offer.slug}/call-list"), "rung")
    await seats_actions.expire_offers(now=NOW + timedelta(hours=49))
    assert (await Booking.get(id=ola.id)).state == BookingState.EXPIRED


async def test_a_later_change_takes_the_place_of_what_nobody_has_rung_about(visitor: Visitor) -> None:
    offer, kari = await led()
    await booked(offer)
    await a_move(offer, kari)
    session = await Session.get(offer=offer).select_related("offer")
    await cancel(session, sequence=1, note="", by=kari.id, now=NOW)
    await visitor.sign_in(kari)
    (line,) = await said(visitor, offer)
    assert "er avlyst." in line


async def test_a_message_of_a_host_is_read_aloud(visitor: Visitor) -> None:
    offer, kari = await led()
    await booked(offer)
    await make.booking(await SeatPool.get(offer=offer), other := await make.person("Nora"),
                       contact=await make.contact(other, "nora@example.no"))  # fmt: skip
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}/write")
    look = await visitor.submit(page, "/write", to="all", text="Ta med innesko.", step="look")
    await visitor.submit(look, "/write", step="send")
    assert await OutboxMessage.all().count() == 1
    (line,) = await said(visitor, offer)
    assert "Ta med innesko." in line


async def test_a_hidden_number_stands_at_the_guides_desk_and_is_ticked_there(visitor: Visitor) -> None:
    offer, kari = await led()
    guide = await make.member(await make.organization(), Role.GUIDE, "Guri", email="guri@example.no")
    olaug = await make.person("Olaug", shielded=True)
    await ActsFor.create(actor=guide, person=olaug, relation=Relation.GUIDE, created_at=NOW)
    pool = await SeatPool.get(offer=offer)
    await make.booking(pool, olaug, booked_by=guide, contact=await number(olaug), reference="K7M4QP")
    await the_end(offer, kari)
    await visitor.sign_in(kari)
    (line,) = await said(visitor, offer)
    assert line.startswith("K7M")
    assert "Nummeret er skjult. Den som meldte på, ringer." in line
    assert "Olaug" not in line
    await visitor.sign_in(guide)
    desk = await visitor.open("/desk")
    assert desk.soup.select_one(f'a[href="tel:{NUMBER}"]')
    assert "Tilbudet er avlyst." in desk.text
    done = await visitor.follow(await tick(visitor, desk))
    assert "Alle er ringt" in done.text
    await visitor.sign_in(kari)
    assert "av Guri" in (await visitor.open(f"/manage/offers/{offer.slug}/call-list")).text


async def test_nobody_ticks_or_reads_what_is_anothers(visitor: Visitor) -> None:
    offer, kari = await led()
    await booked(offer)
    await the_end(offer, kari)
    call = await PhoneCall.get()
    other = await make.offer("Annet", owner=await make.organization("Turlaget"))
    per = await make.member(other.owner, Role.MANAGER, "Per", email="per@example.no")
    guide = await make.member(other.owner, Role.GUIDE, "Guri", email="guri@example.no")
    sent = {"call": str(call.id), "said": "rung"}
    for who, path in ((per, f"/manage/offers/{other.slug}/calls"), (guide, "/guide/calls"),
                      (per, f"/manage/offers/{offer.slug}/calls")):  # fmt: skip
        await visitor.sign_in(who)
        form = (await visitor.open("/my-page")).fields("/sign-out")
        assert (await visitor.post(path, {"form_token": form["form_token"]} | sent)).status == 404
    assert (await PhoneCall.get()).called_at is None
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert (await visitor.submit(page, "/calls", said="sure")).status == 400
    assert (await visitor.submit(page, "/calls", call="x", said="rung")).status == 404


async def test_the_list_asks_as_often_for_30_as_for_one(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tortoise.backends.asyncpg.client import AsyncpgDBClient

    original, asked = AsyncpgDBClient.execute_query_dict, []

    async def counted(self: Any, query: str, values: Any = None) -> Any:
        asked.append(query)
        return await original(self, query, values)

    monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", counted)
    offer, kari = await led(capacity=None)
    await visitor.sign_in(kari)
    counts = []
    for many in (1, 29):
        for place in range(many):
            one = await booked(offer, f"Deltaker {place}")
            await PhoneCall.create(booking=one, about=CallAbout.CANCELLED, key=str(one.id), since=NOW)
        asked.clear()
        assert len(await said(visitor, offer)) >= many
        counts.append(len(asked))
    assert counts[0] == counts[1]


async def test_a_call_goes_with_its_booking_and_the_name_of_who_rang_with_them(visitor: Visitor) -> None:
    offer, kari = await led()
    booking = await booked(offer)
    await the_end(offer, kari)
    await rows("UPDATE phone_call SET called_at = $1, called_by_id = $2", NOW, kari.id)
    await rows("DELETE FROM membership WHERE person_id = $1", kari.id)
    await rows("DELETE FROM person WHERE id = $1", kari.id)
    assert await value("SELECT called_at FROM phone_call WHERE called_by_id IS NULL") == NOW
    await rows("DELETE FROM booking WHERE id = $1", booking.id)
    assert await PhoneCall.all().count() == 0


@pytest.mark.parametrize(
    ("act", "of"),
    [(the_end, "offer"), (the_end, "session"), (a_cancellation, "session"), (a_move, "session")],
)
async def test_the_list_says_what_has_become_of_the_messages_when_it_is_read(
    visitor: Visitor, act: Callable[[Offer, Person], Awaitable[None]], of: str
) -> None:
    offer, kari = await led()
    for name in ("liv", "per", "ola"):
        somebody = await make.person(name)
        contact = await make.contact(somebody, f"{name}@example.no")
        await make.booking(await SeatPool.get(offer=offer), somebody, contact=contact)
    await act(offer, kari)
    await visitor.sign_in(kari)
    session = await Session.get(offer=offer)
    path = (
        f"/manage/offers/{offer.slug}/call-list"
        if of == "offer"
        else f"/manage/sessions/{session.id}/call-list"
    )

    async def told() -> str:
        said = (await visitor.open(path)).soup.select_one(".ds-alert")
        assert said
        return " ".join(said.get_text(" ").replace("\u00a0", " ").split())

    # Days later the worker has still not come to them: nobody is told "now".
    visitor.wait(timedelta(days=2))
    assert "3 meldinger er ikke sendt ennå. De har ventet siden tirsdag 13. oktober kl. 12." in await told()
    first, *others = await OutboxMessage.all().order_by("id")
    await OutboxMessage.filter(id=first.id).update(sent_at=NOW + timedelta(hours=1))
    both = await told()
    assert "1 melding er sendt: tirsdag 13. oktober kl. 13." in both
    assert "2 meldinger er ikke sendt ennå." in both
    await OutboxMessage.filter(id__in=[one.id for one in others]).update(sent_at=NOW + timedelta(days=1))
    assert (await told()).endswith("3 meldinger er sendt, den siste onsdag 14. oktober kl. 12.")
    await OutboxMessage.all().delete()  # a month later nobody knows
    assert "melding" not in await told()
