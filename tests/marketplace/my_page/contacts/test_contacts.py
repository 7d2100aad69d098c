"""Addresses of a person: proven by whoever has them, and the last one stays."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.base.data.database import rows, value
from marketplace.my_page.contacts import actions
from marketplace.people.models import ContactPoint, Person
from offers.catalogue.models import Joining, SeatPool
from offers.seats.models import Booking
from tests import make
from tests.conftest import NOW
from tests.marketplace.people.door import ask, last_message, who
from tests.offers.seats.test_races import overlapping
from tests.visitor import Page, Visitor

NEW = "ola.jobb@example.no"


async def asked(visitor: Visitor, address: str = NEW) -> Page:
    """The page that takes the code for another address."""
    page = await visitor.submit(await visitor.open("/my-page/contacts/new"), "/new", address=address)
    return await visitor.follow(page)


async def addresses(person: Person) -> list[str]:
    found = ContactPoint.filter(person=person, verified_at__isnull=False).order_by("value")
    return [each.value for each in await found]


async def guest_booking(address: str) -> Booking:
    guest = await make.person("Ola")
    contact = await make.contact(guest, address, verified=False)
    pool = await SeatPool.get(offer=await make.offer("Fjelltur"))
    return await make.booking(pool, guest, contact=contact)


async def test_a_proven_address_shows_the_bookings_made_with_it_and_not_before(visitor: Visitor) -> None:
    await guest_booking(NEW)
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    page = await asked(visitor)
    assert page.heading == "Vi har sendt en kode"
    message = await last_message()
    assert (message["address"], message["channel"]) == (NEW, "email")
    assert "Fjelltur" not in (await visitor.open("/my-page")).text
    done = await visitor.follow(await visitor.submit(page, code=message["code"]))
    assert "Adressen er din." in done.text
    assert await addresses(ola) == [NEW, "ola@example.no"]
    assert "Fjelltur" in (await visitor.open("/my-page")).text
    told = await rows("SELECT address, facts::text FROM outbox_message WHERE mail = 'addresses_changed'")
    assert told == [{"address": "ola@example.no", "facts": "{}"}], (
        "the old address hears of it, not which one"
    )


async def test_the_link_asks_first_and_then_proves(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    await asked(visitor, "91 00 00 77")
    page = await visitor.open(f"/my-page/contacts/link/{(await last_message())['token']}")
    assert (page.heading, await addresses(ola)) == ("Bekreft adressen", ["ola@example.no"])
    assert (await visitor.submit(page)).response.headers["location"] == "/my-page/contacts?saved=added"
    assert await addresses(ola) == ["+4791000077", "ola@example.no"]
    assert (await visitor.submit(page)).status == 410, "once"


async def test_a_ticket_that_proves_an_address_signs_nobody_in(visitor: Visitor) -> None:
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    await asked(visitor)
    message, ticket = await last_message(), await value("SELECT id FROM sign_in_ticket")
    visitor.client.cookies.delete("sign-in")
    assert (await visitor.open(f"/sign-in/{message['token']}")).status == 404
    assert (await visitor.open(f"/sign-in/code?ticket={ticket}")).status == 404
    fields = (await visitor.open("/sign-in")).fields()
    await visitor.post(f"/sign-in/{message['token']}", fields)
    await visitor.post("/sign-in/code", fields | {"ticket": str(ticket), "code": message["code"]})
    assert await who(visitor) is None
    assert await value("SELECT used_at FROM sign_in_ticket") is None


async def test_a_ticket_that_signs_in_proves_no_address(visitor: Visitor) -> None:
    await ask(visitor, NEW)
    message, ticket = await last_message(), await value("SELECT id FROM sign_in_ticket")
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    fields = (await visitor.open("/my-page")).fields("/sign-out")
    for path in (f"link/{message['token']}", "verify"):
        sent = fields | {"ticket": str(ticket), "code": message["code"]}
        assert (await visitor.post(f"/my-page/contacts/{path}", sent)).status == 404
    assert await addresses(ola) == ["ola@example.no"]


async def test_nobody_else_proves_with_my_ticket(visitor: Visitor) -> None:
    ola, per = await make.person("Ola", "ola@example.no"), await make.person("Per", "per@example.no")
    await visitor.sign_in(ola)
    page = await asked(visitor)
    message = await last_message()
    await visitor.sign_in(per)
    fields = page.fields() | {
        "form_token": (await visitor.open("/my-page")).fields("/sign-out")["form_token"]
    }
    assert (await visitor.open(page.url)).status == 404
    assert (await visitor.post("/my-page/contacts/verify", fields | {"code": message["code"]})).status == 404
    assert (await visitor.open(f"/my-page/contacts/link/{message['token']}")).status == 404
    assert await addresses(per) == ["per@example.no"]


async def test_wrong_codes_are_counted_and_then_the_code_is_gone(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    page = await asked(visitor)
    right = (await last_message())["code"]
    wrong = "000000" if right != "000000" else "111111"
    for left in (4, 3, 2, 1):
        answer = await visitor.submit(page, code=wrong)
        assert (answer.status, f"{left} ganger" in answer.text or left == 1) == (422, True)
    assert (await visitor.submit(page, code=wrong)).status == 410
    assert (await visitor.submit(page, code=right)).status == 410
    assert await addresses(ola) == ["ola@example.no"]


async def test_the_answer_is_the_same_for_a_known_and_an_unknown_address(visitor: Visitor) -> None:
    await make.person("Per", "per@example.no")
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    known, unknown = await asked(visitor, "per@example.no"), await asked(visitor, "ingen@example.no")
    strip = [
        page.text.replace("per@example.no", "").replace("ingen@example.no", "") for page in (known, unknown)
    ]
    assert strip[0] == strip[1]
    assert [row["mail"] for row in await rows("SELECT mail FROM outbox_message")] == ["new_address"] * 2


async def test_an_address_of_another_sign_in_changes_nothing_and_says_so(visitor: Visitor) -> None:
    per, ola = await make.person("Per", "per@example.no"), await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    page = await asked(visitor, "per@example.no")
    answer = await visitor.submit(page, code=(await last_message())["code"])
    assert (answer.status, answer.heading) == (409, "Adressen hører til en annen innlogging")
    assert (await addresses(ola), await addresses(per)) == (["ola@example.no"], ["per@example.no"])
    assert await value("SELECT used_at FROM sign_in_ticket") is not None


async def test_a_removed_address_lets_nobody_in_and_its_messages_go_to_the_one_left(visitor: Visitor) -> None:
    ola = await make.person("Ola", "a@example.no")
    gone = await make.contact(ola, "b@example.no")
    typed_before = await make.contact(ola, "b@example.no", verified=False)
    pool = await SeatPool.get(offer=await make.offer())
    first = await make.booking(pool, ola, contact=gone)
    second = await make.booking(pool, booked_by=ola, contact=typed_before)
    guests = await guest_booking("b@example.no")
    await visitor.sign_in(ola)
    page = await visitor.open(f"/my-page/contacts/{gone.id}/remove")
    assert page.heading == "Fjerne b@example.no?"
    assert "går heretter til a@example.no" in page.text
    assert (await visitor.submit(page, "/remove")).status == 303
    left = await ContactPoint.get(person=ola)
    assert left.value == "a@example.no"
    assert [(await Booking.get(id=each.id)).contact_id for each in (first, second)] == [left.id, left.id]
    assert (await Booking.get(id=guests.id)).contact_id == guests.contact_id, "a guest's is a guest's"
    told = await rows("SELECT address FROM outbox_message WHERE mail = 'addresses_changed' ORDER BY address")
    assert [each["address"] for each in told] == ["a@example.no", "b@example.no"]


async def test_messages_go_on_to_an_address_that_takes_them(visitor: Visitor) -> None:
    ola = await make.person("Ola")
    dead, gone, lives = [await make.contact(ola, f"{name}@example.no") for name in "abc"]
    await ContactPoint.filter(id=dead.id).update(refused_at=NOW)
    offer = await make.offer(joining=Joining.WHOLE)
    booking = await make.booking(await SeatPool.get(offer=offer), ola, contact=gone)
    await visitor.sign_in(ola)
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert "b@example.no" in form.html
    assert "a@example.no" not in form.html
    page = await visitor.open(f"/my-page/contacts/{gone.id}/remove")
    assert "går heretter til c@example.no" in page.text
    await visitor.submit(page, "/remove")
    assert (await Booking.get(id=booking.id)).contact_id == lives.id


async def test_the_last_address_stays(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    only = await ContactPoint.get(person=ola)
    await make.contact(ola, "not.proven@example.no", verified=False)
    await visitor.sign_in(ola)
    page = await visitor.open(f"/my-page/contacts/{only.id}/remove")
    assert "Dette er den eneste adressen din." in page.text
    token = (await visitor.open("/my-page")).fields("/sign-out")
    assert (await visitor.post(f"/my-page/contacts/{only.id}/remove", token)).status == 422
    assert await addresses(ola) == ["ola@example.no"]


async def test_two_tabs_that_each_remove_one_of_two_leave_one(db: None) -> None:
    ola = await make.person("Ola")
    one, other = [await make.contact(ola, f"{name}@example.no") for name in "ab"]

    def removing(contact: ContactPoint) -> Callable[[], Awaitable[None]]:
        return lambda: actions.remove_contact(ola.id, contact.id, now=NOW)

    _first, second, waited = await overlapping(removing(one), removing(other))
    assert (type(second).__name__, waited) == ("Refused", True)
    assert await addresses(ola) == ["b@example.no"]


async def test_nobody_removes_anothers_address(visitor: Visitor) -> None:
    per = await make.person("Per", "per@example.no")
    theirs = await make.contact(per, "per2@example.no")
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    token = (await visitor.open("/my-page")).fields("/sign-out")
    for contact in (theirs.id, uuid4(), "x"):
        assert (await visitor.open(f"/my-page/contacts/{contact}/remove")).status == 404
        assert (await visitor.post(f"/my-page/contacts/{contact}/remove", token)).status == 404
    assert len(await addresses(per)) == 2


async def test_adding_and_removing_ask_who_one_is_once_more(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    second = await make.contact(ola, "b@example.no")
    page = await ask(visitor)
    await visitor.submit(page, code=(await last_message())["code"])
    for path in ("/my-page/contacts/new", f"/my-page/contacts/{second.id}/remove"):
        assert (await visitor.open(path)).status == 200
    visitor.wait(timedelta(minutes=11))
    for path in ("/my-page/contacts/new", f"/my-page/contacts/{second.id}/remove"):
        assert (await visitor.open(path)).response.headers["location"] == f"/sign-in/again?next={path}"


@pytest.mark.parametrize("how", ["person", "address"])
async def test_asking_is_limited_per_person_and_per_address(visitor: Visitor, how: str) -> None:
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    page = await visitor.open("/my-page/contacts/new")
    most = 10 if how == "person" else make.most_tries("new address", NEW, 10, timedelta(hours=1))
    answers = []
    for number in range(most + 1):
        if how == "address":
            await visitor.sign_in(await make.person("Ola", f"ola{number}@example.no"))
            page = await visitor.open("/my-page/contacts/new")
        to = f"ny{number}@example.no" if how == "person" else NEW
        answers.append((await visitor.submit(page, "/new", address=to)).status)
    assert answers == [303] * most + [429]
