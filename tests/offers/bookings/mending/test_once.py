"""A booking form that is sent again: the same is the same booking, somebody else is another, what differs is asked."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from offers.bookings import actions
from offers.bookings.companions.models import Companion
from offers.catalogue.models import Joining, Offer, Promotion, SeatPool
from offers.participants import actions as participants_actions
from offers.seats import actions as seats_actions
from offers.seats.models import Booking, BookingState, EndedBy
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

EMMA = {"name": "Emma", "contact": "email", "email": "emma@example.no"}
QUESTION = "Du har nettopp sendt dette. Vil du rette det, eller melde på en til?"


@pytest.fixture
async def offer(db: None) -> Offer:
    return await make.offer("Generasjonslekene", joining=Joining.WHOLE, capacity=4)


async def form_of(visitor: Visitor, offer: Offer) -> Page:
    return await visitor.open(f"/offers/{offer.slug}/bookings/new")


async def seats() -> list[tuple[str, int, str]]:
    """Name, seats and state of every booking, in the order they were made."""
    found = await rows("SELECT n.name, b.seats, b.state FROM booking b JOIN person n ON n.id = b.participant_id "
                       "ORDER BY b.id")  # fmt: skip
    return [(each["name"], each["seats"], each["state"]) for each in found]


async def test_back_another_name_and_send_books_for_both(visitor: Visitor, offer: Offer) -> None:
    page = await form_of(visitor, offer)
    emma = await visitor.submit(page, **EMMA)
    noah = await visitor.follow(await visitor.submit(page, **EMMA | {"name": "Noah"}))
    assert noah.heading == "Du er påmeldt"
    assert "Noah" in noah.text
    assert await seats() == [("Emma", 1, "confirmed"), ("Noah", 1, "confirmed")]
    assert (await visitor.submit(page, **EMMA)).response.headers["location"] == emma.response.headers[
        "location"
    ]
    assert await value("SELECT taken FROM seat_pool") == 2


@pytest.mark.parametrize("back", ["same page", "page asked for anew"])
@pytest.mark.parametrize(
    "change",
    [{"seats": "3"}, {"email": "emma.berg@example.no"}, {"name": "EMMA"}, {"companions": "Ada", "seats": "2"},
     {"contact": "sms", "phone": "990 00 022"}],
    ids=["seats", "address", "spelling", "companion", "way"],
)  # fmt: skip
async def test_back_with_something_else_for_the_same_person_writes_nothing_and_asks(
    visitor: Visitor, offer: Offer, back: str, change: dict[str, str]
) -> None:
    page = await form_of(visitor, offer)
    await visitor.submit(page, **EMMA)
    before = await rows("SELECT b::text, o::text FROM booking b, outbox_message o")
    again = page if back == "same page" else await form_of(visitor, offer)
    asked = await visitor.submit(again, **EMMA | change)
    assert asked.status == 409
    assert QUESTION in asked.text
    assert await rows("SELECT b::text, o::text FROM booking b, outbox_message o") == before
    fields = asked.fields("/bookings")
    typed = EMMA | change
    assert {name: fields[name][0] for name in typed} == typed, "what was typed now stands there"
    if "email" in change:
        assert "emma@example.no" not in asked.html, "what was sent before is named nowhere"


async def test_without_javascript_the_same_sent_from_a_new_page_asks_too(
    visitor: Visitor, offer: Offer
) -> None:
    await visitor.submit(await form_of(visitor, offer), **EMMA)
    asked = await visitor.submit(await form_of(visitor, offer), **EMMA)
    assert (asked.status, QUESTION in asked.text) == (409, True)
    more = await visitor.submit(asked, "/bookings", again="more")
    twice = await visitor.submit(asked, "/bookings", again="more")
    assert more.status == 303
    assert twice.response.headers["location"] == more.response.headers["location"], "two clicks add one"
    assert await seats() == [("Emma", 1, "confirmed")] * 2


async def test_who_comes_to_the_same_browser_later_is_not_asked(visitor: Visitor, offer: Offer) -> None:
    await visitor.submit(await form_of(visitor, offer), **EMMA)
    visitor.wait(timedelta(minutes=31))
    assert (await visitor.submit(await form_of(visitor, offer), **EMMA)).status == 303


async def test_another_browser_is_not_asked(visitor: Visitor, offer: Offer) -> None:
    await visitor.submit(await form_of(visitor, offer), **EMMA)
    somebody = visitor.at_network("192.0.2.7")
    assert (await somebody.submit(await form_of(somebody, offer), **EMMA)).status == 303


async def test_a_cookie_that_is_not_ours_is_nothing(visitor: Visitor, offer: Offer) -> None:
    await visitor.submit(await form_of(visitor, offer), **EMMA)
    for text in ("x", ".", "AAAA.0", "å.ø"[:0] + "=.=", "A" * 3000):
        visitor.client.cookies.delete("sent")
        visitor.client.cookies.set("sent", text, domain="127.0.0.1")
        page = await visitor.submit(await form_of(visitor, offer), **EMMA | {"name": f"Emma {len(text)}"})
        assert page.status == 303, text


async def mended(visitor: Visitor, page: Page, **change: Any) -> Page:
    """Send a form again with something else, and say that this is what was meant."""
    asked = await visitor.submit(page, **EMMA | change)
    assert asked.status == 409
    return await visitor.follow(await visitor.submit(asked, "/bookings", again="mend"))


async def test_mending_seats_takes_and_frees_them_by_their_law(visitor: Visitor, offer: Offer) -> None:
    page = await form_of(visitor, offer)
    await visitor.submit(page, **EMMA)
    done = await mended(visitor, page, seats="3", companions="Ada")
    assert done.heading == "Du er påmeldt"
    assert await seats() == [("Emma", 3, "confirmed")]
    assert await value("SELECT taken FROM seat_pool") == 3
    assert await Companion.filter(name="Ada").count() == 1
    pool = await SeatPool.get()
    await make.booking(pool, await make.person("Per"), BookingState.WAITING, seats=2)
    refused = await visitor.submit(page, **EMMA | {"seats": "9"})
    refused = await visitor.submit(refused, "/bookings", again="mend")
    assert refused.status == 422
    assert await value("SELECT taken FROM seat_pool") == 3
    await mended(visitor, page, seats="1")
    assert await seats() == [("Emma", 1, "confirmed"), ("Per", 2, "confirmed")], (
        "what was let go is the queue's"
    )
    full = await visitor.submit(
        await visitor.submit(page, **EMMA | {"seats": "3"}), "/bookings", again="mend"
    )
    assert "Det er plass til 1 til. Plassene du har, er fortsatt dine." in full.text
    assert await value("SELECT taken FROM seat_pool") == 3


async def test_mending_the_address_by_the_very_form_tells_the_new_one_and_ends_the_old_link(
    visitor: Visitor, offer: Offer
) -> None:
    page = await form_of(visitor, offer)
    old = await visitor.follow(await visitor.submit(page, **EMMA))
    new = await mended(visitor, page, email="emma.berg@example.no")
    assert "Vi har sendt det samme til emma.berg@example.no." in new.text
    assert (await visitor.open(old.url)).status == 404
    told = await rows("SELECT address FROM outbox_message ORDER BY id")
    assert [each["address"] for each in told] == ["emma@example.no", "emma.berg@example.no"]


async def test_somebody_of_the_same_name_at_the_same_machine_cannot_take_over_the_booking(
    visitor: Visitor, offer: Offer
) -> None:
    first = await visitor.follow(await visitor.submit(await form_of(visitor, offer), **EMMA))
    asked = await visitor.submit(await form_of(visitor, offer), **EMMA | {"email": "another.emma@example.no"})
    refused = await visitor.submit(asked, "/bookings", again="mend")
    assert refused.status == 422
    assert "Her kan vi ikke rette det som er sendt." in refused.text
    assert (await visitor.open(first.url)).status == 200
    more = await visitor.submit(asked, "/bookings", again="more")
    assert more.status == 303
    assert await seats() == [("Emma", 1, "confirmed")] * 2


async def test_half_an_hour_later_a_form_mends_nothing(visitor: Visitor, offer: Offer) -> None:
    page = await form_of(visitor, offer)
    await visitor.submit(page, **EMMA)
    asked = await visitor.submit(page, **EMMA | {"seats": "2"})
    visitor.wait(timedelta(minutes=31))
    assert (await visitor.submit(asked, "/bookings", again="mend")).status == 422
    assert await seats() == [("Emma", 1, "confirmed")]


async def test_a_name_is_mended_once_however_often_it_is_sent(visitor: Visitor, offer: Offer) -> None:
    page = await form_of(visitor, offer)
    await visitor.submit(page, **EMMA)
    asked = await visitor.submit(page, **EMMA | {"seats": "2"})
    for _time in range(2):
        assert (await visitor.submit(asked, "/bookings", again="mend", name="Emma Li")).status == 303
    assert await seats() == [("Emma Li", 2, "confirmed")]
    assert await value("SELECT count(*) FROM outbox_message") == 2


async def test_the_same_again_shows_the_booking_also_when_it_was_changed_or_cancelled(
    visitor: Visitor, offer: Offer
) -> None:
    page = await form_of(visitor, offer)
    receipt = await visitor.follow(await visitor.submit(page, **EMMA))
    await visitor.submit(await visitor.open(f"{receipt.url}/cancel"))
    again = await visitor.follow(await visitor.submit(page, **EMMA))
    assert (again.url, again.heading) == (receipt.url, "Du er meldt av")
    for _click in range(2):
        assert (await visitor.submit(page, **EMMA | {"seats": "2"})).status == 303
    assert await seats() == [("Emma", 1, "cancelled"), ("Emma", 2, "confirmed")]
    asked = await visitor.submit(page, **EMMA | {"seats": "3"})
    assert asked.status == 409, "what holds now may be mended"
    mended = await visitor.submit(asked, "/bookings", again="mend", email="emma.berg@example.no")
    assert mended.status == 303, "by the very form also the address"
    assert await seats() == [("Emma", 1, "cancelled"), ("Emma", 3, "confirmed")]


async def test_what_ended_while_the_question_stood_there_is_not_mended(
    visitor: Visitor, offer: Offer
) -> None:
    page = await form_of(visitor, offer)
    receipt = await visitor.follow(await visitor.submit(page, **EMMA))
    asked = await visitor.submit(page, **EMMA | {"seats": "2"})
    await visitor.submit(await visitor.open(f"{receipt.url}/cancel"))
    gone = await visitor.submit(asked, "/bookings", again="mend")
    assert (gone.status, "Påmeldingen gjelder ikke lenger." in gone.text) == (422, True)
    assert (await visitor.submit(asked, "/bookings", again="more")).status == 303
    assert await seats() == [("Emma", 1, "cancelled"), ("Emma", 2, "confirmed")]


@pytest.mark.parametrize("ended", ["cancelled", "by the host", "declined", "expired", "lapsed", "waiting"])
async def test_what_is_over_is_not_asked_about_and_the_next_is_just_booked(
    visitor: Visitor, ended: str
) -> None:
    joining = Joining.REQUEST if ended == "declined" else Joining.WHOLE
    offer = await make.offer(joining=joining, capacity=1, promotion=Promotion.HELD, hold_hours=1)
    if ended in ("expired", "lapsed", "waiting"):
        await make.booking(await SeatPool.get(), await make.person("Per"))
    page = await form_of(visitor, offer)
    receipt = await visitor.follow(await visitor.submit(page, **EMMA, waiting_ok="on"))
    theirs = await Booking.get(booked_by__name="Emma")
    if ended == "by the host":
        await actions.cancel(
            theirs.id, now=visitor.now, by=(await make.person("Kari")).id, ended_by=EndedBy.HOST
        )
    elif ended == "declined":
        await participants_actions.answer_request(
            theirs.id, False, now=visitor.now, by=(await make.person("Kari")).id
        )
    elif ended in ("expired", "lapsed"):
        await actions.cancel((await Booking.get(participant__name="Per")).id, now=visitor.now)
        # A held seat whose time is out: the worker has been there, or has not.
        await rows(
            "UPDATE booking SET held_until = $1 WHERE state = 'offered'", visitor.now - timedelta(minutes=1)
        )
        if ended == "expired":
            await seats_actions.expire_offers(now=visitor.now)
    else:
        await visitor.submit(await visitor.open(f"{receipt.url}/cancel"))
    again = await visitor.submit(await form_of(visitor, offer), **EMMA, waiting_ok="on")
    assert again.status == 303, again.text
    assert len([one for one in await seats() if one[0] == "Emma"]) == 2
    asked = await visitor.submit(await form_of(visitor, offer), **EMMA, waiting_ok="on")
    assert (asked.status, QUESTION in asked.text) == (409, True), "what holds now is asked about as ever"


async def test_of_several_dates_those_that_are_over_are_just_booked_again(visitor: Visitor) -> None:
    offer = await make.offer(starts=[NOW + timedelta(days=7 * week) for week in range(1, 4)], capacity=5)

    async def form() -> Page:
        return await visitor.open(f"/offers/{offer.slug}/bookings/several")

    dates = [str(box["value"]) for box in (await form()).soup.select("input[name=dates]")]
    await visitor.submit(await form(), "/several", **EMMA, dates=dates[:2])
    first = await Booking.get(pool__session_id=dates[0])
    await actions.cancel(first.id, now=visitor.now)
    assert (await visitor.submit(await form(), "/several", **EMMA, dates=dates[:1])).status == 303
    assert (await visitor.submit(await form(), "/several", **EMMA, dates=dates[1:2])).status == 409
    assert (await visitor.submit(await form(), "/several", **EMMA, dates=dates[:1])).status == 409
    assert [pool.taken for pool in await SeatPool.all().order_by("starts_at")] == [1, 1, 0]


async def test_an_account_has_one_booking_here_and_is_asked_to_mend_it(
    visitor: Visitor, offer: Offer
) -> None:
    await visitor.sign_in(await make.person("Emma", "emma@example.no"))
    await visitor.submit(await form_of(visitor, offer), name="Emma")
    asked = await visitor.submit(await form_of(visitor, offer), seats="2")
    assert asked.status == 409
    assert "Du er påmeldt her allerede. Vil du rette påmeldingen din?" in asked.text
    assert asked.soup.find("button", value="more") is None
    assert (await visitor.submit(asked, "/bookings", again="mend")).status == 303
    assert await seats() == [("Emma", 2, "confirmed")]


async def test_the_same_form_twice_at_the_same_moment_with_two_names_books_both(
    visitor: Visitor, offer: Offer
) -> None:
    page = await form_of(visitor, offer)
    sent = [visitor.submit(page, **EMMA | {"name": name}) for name in ("Emma", "Noah", "Emma", "Noah")]
    answers = await asyncio.gather(*sent)
    assert {each.status for each in answers} == {303}
    assert sorted(await seats()) == [("Emma", 1, "confirmed"), ("Noah", 1, "confirmed")]


async def test_the_guides_desk_asks_for_another_day_too(visitor: Visitor) -> None:
    offer = await make.offer(starts=[NOW + timedelta(days=1), NOW + timedelta(days=8)])
    await visitor.sign_in(await make.member(offer.owner, Role.GUIDE))
    desk = f"/desk/0123456789abcdef/offers/{offer.slug}"
    page = await visitor.open(desk)
    first, second = [str(one["value"]) for one in page.soup.select("select[name=session] option")]
    olaug = {"participant_name": "Olaug", "contact": "none"}
    assert (await visitor.submit(page, desk, session=first, **olaug)).status == 303
    asked = await visitor.submit(page, desk, session=second, **olaug)
    assert (asked.status, QUESTION in asked.text) == (409, True)
    refused = await visitor.submit(asked, desk, again="mend")
    assert (refused.status, "Skal det være en annen dag?" in refused.text) == (422, True)
    assert (await visitor.submit(asked, desk, again="more")).status == 303
    assert await Booking.all().count() == 2


async def test_those_who_lead_it_add_another_or_are_asked(visitor: Visitor, offer: Offer) -> None:
    await visitor.sign_in(await make.member(offer.owner, Role.EDITOR))
    page = await visitor.open(f"/manage/offers/{offer.slug}/add")
    for name in ("Emma", "Noah", "Emma"):
        assert (await visitor.submit(page, "/add", name=name)).status == 303
    asked = await visitor.submit(page, "/add", name="Emma", seats="2")
    assert (asked.status, QUESTION in asked.text) == (409, True)
    assert asked.soup.find("button", value="mend") is None
    assert await seats() == [("Emma", 1, "confirmed"), ("Noah", 1, "confirmed")]
    assert (await visitor.submit(asked, "/add", again="more")).status == 303
    assert (await seats())[2:] == [("Emma", 2, "confirmed")]


async def test_a_wrong_address_is_mended_from_the_confirmation(visitor: Visitor, offer: Offer) -> None:
    receipt = await visitor.follow(await visitor.submit(await form_of(visitor, offer), **EMMA))
    links = {link.get_text(): str(link["href"]) for link in receipt.soup.select("main a")}
    assert links["Meld på en til"] == f"/offers/{offer.slug}/bookings/new"
    page = await visitor.open(links["Rett adressen"])
    assert (await visitor.submit(page, "/address", email="emma@")).status == 422
    done = await visitor.submit(page, "/address", email="emma.berg@example.no")
    twice = await visitor.submit(page, "/address", email="emma.berg@example.no")
    assert twice.response.headers["location"] == done.response.headers["location"], "two clicks"
    shown = await visitor.follow(done)
    assert "Adressen er rettet. Vi har sendt bekreftelsen dit." in shown.text
    assert "emma.berg@example.no" in shown.text
    assert (await visitor.open(receipt.url)).status == 404, "the link that went to a stranger is dead"
    told = await rows("SELECT mail, address FROM outbox_message ORDER BY id")
    assert [(each["mail"], each["address"]) for each in told] == [
        ("receipt", "emma@example.no"), ("receipt", "emma.berg@example.no")]  # fmt: skip
    assert await value("SELECT count(*) FROM sent_form") == 1


async def test_the_same_address_once_more_is_not_said_to_be_sent(visitor: Visitor, offer: Offer) -> None:
    """They have waited for the message, and would go on waiting."""
    receipt = await visitor.follow(await visitor.submit(await form_of(visitor, offer), **EMMA))
    page = await visitor.open(f"{receipt.url}/address")
    shown = await visitor.follow(await visitor.submit(page, "/address", email="Emma@example.no"))
    assert "Vi har sendt bekreftelsen dit" not in shown.text
    assert "Det er det vi har fra før, så ingenting er endret eller sendt." in shown.text
    assert await value("SELECT count(*) FROM outbox_message") == 1


async def test_mending_several_dates_lets_go_of_one_and_adds_another(visitor: Visitor) -> None:
    offer = await make.offer(starts=[NOW + timedelta(days=7 * week) for week in range(1, 5)], capacity=5)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/several")
    dates = [str(box["value"]) for box in page.soup.select("input[name=dates]")]
    await visitor.submit(page, "/several", **EMMA, dates=dates[:2])
    asked = await visitor.submit(page, "/several", **EMMA, dates=dates[1:3])
    assert (asked.status, QUESTION in asked.text) == (409, True)
    mended = await visitor.submit(asked, "/several", again="mend")
    assert mended.status == 303, mended.text
    found = await rows(
        "SELECT state FROM booking b JOIN seat_pool p ON p.id = b.pool_id ORDER BY p.starts_at"
    )
    assert [each["state"] for each in found] == ["cancelled", "confirmed", "confirmed"]
    pools = await SeatPool.all().order_by("starts_at")
    assert [pool.taken for pool in pools] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("name", "words"),
    [("Emma", "Her kan vi ikke rette det som er sendt. Bruk lenken i beskjeden du fikk"),
     ("Noah", "Skal det være for en annen enn før? Velg «Meld på en til».")],
)  # fmt: skip
async def test_several_dates_are_not_mended_by_another_form_and_it_says_why(
    visitor: Visitor, name: str, words: str
) -> None:
    offer = await make.offer(starts=[NOW + timedelta(days=7 * week) for week in range(1, 3)], capacity=5)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/several")
    dates = [str(box["value"]) for box in page.soup.select("input[name=dates]")]
    await visitor.submit(page, "/several", **EMMA, dates=dates)
    again = await visitor.open(f"/offers/{offer.slug}/bookings/several")
    asked = await visitor.submit(again, "/several", **EMMA, dates=dates[:1], seats="2")
    assert asked.status == 409
    refused = await visitor.submit(asked, "/several", again="mend", name=name)
    assert (refused.status, words in refused.text) == (422, True), refused.text
    assert refused.text.count("for en annen enn før") == (2 if name == "Noah" else 0)
    assert [pool.taken for pool in await SeatPool.all()] == [1, 1], "nothing is changed"


async def test_one_date_of_a_form_for_several_is_mended_to_two(visitor: Visitor) -> None:
    offer = await make.offer(starts=[NOW + timedelta(days=7 * week) for week in range(1, 3)], capacity=5)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/several")
    dates = [str(box["value"]) for box in page.soup.select("input[name=dates]")]
    await visitor.submit(page, "/several", **EMMA, dates=dates[:1])
    asked = await visitor.submit(page, "/several", **EMMA, dates=dates, seats="2")
    assert asked.status == 409
    for _click in range(2):
        assert (await visitor.submit(asked, "/several", again="mend")).status == 303
    assert [pool.taken for pool in await SeatPool.all().order_by("starts_at")] == [2, 2]
    assert len({each.made_with_id for each in await Booking.all()}) == 1


async def test_two_who_want_the_last_seat_one_by_mending_never_both_get_it(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=2)
    page = await form_of(visitor, offer)
    await visitor.submit(page, **EMMA)
    asked = await visitor.submit(page, **EMMA | {"seats": "2"})
    somebody = visitor.at_network("192.0.2.7")
    theirs = await form_of(somebody, offer)
    await asyncio.gather(
        visitor.submit(asked, "/bookings", again="mend"), somebody.submit(theirs, **EMMA | {"name": "Noah"})
    )
    pool = await SeatPool.get()
    seated = await rows("SELECT sum(seats) AS n FROM booking WHERE state = 'confirmed'")
    assert (pool.taken, seated[0]["n"]) == (2, 2)


async def test_the_headline_of_several_dates_names_them_and_says_at_once_where_one_waits(
    visitor: Visitor,
) -> None:
    offer = await make.offer(starts=[NOW + timedelta(days=7 * week) for week in range(1, 4)], capacity=1)
    pools = await SeatPool.all().order_by("starts_at")
    await make.booking(pools[2])
    page = await visitor.open(f"/offers/{offer.slug}/bookings/several")
    dates = [str(box["value"]) for box in page.soup.select("input[name=dates]")]
    waits = [str(box["value"]) for box in page.soup.select("input[name=waits]")]
    shown = await visitor.follow(await visitor.submit(page, "/several", **EMMA, dates=dates, waits=waits))
    assert shown.heading == "Du er påmeldt 2 dager"
    head = shown.soup.select_one(".tp-receipt__head")
    assert head is not None
    assert "tirsdag 20. oktober og tirsdag 27. oktober" in " ".join(head.get_text(" ").split()).lower()
    first = shown.soup.select_one(".tp-receipt__body .ds-alert")
    assert first is not None
    assert "På venteliste: tirsdag 3. november" in " ".join(first.get_text(" ").split())
