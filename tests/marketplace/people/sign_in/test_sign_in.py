"""Signing in by one-time link or code: Kari leads an organisation, Ola takes part, Per is a stranger."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.models import OutboxMessage
from marketplace.base.post.outbox import send_due
from marketplace.base.signing import secret_hash
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import Person
from marketplace.people.sign_in.actions import code_hash
from marketplace.people.sign_in.models import SignIn
from marketplace.settings import Settings
from organizations.members.models import Role
from tests import make
from tests.marketplace.people.door import ADDRESS, ask, last_message, signed_in_for_real, who
from tests.visitor import Visitor


async def test_the_link_shows_a_button_and_the_button_signs_in(visitor: Visitor) -> None:
    ola = await make.person("Ola", ADDRESS)
    await ask(visitor)
    sent = await last_message()
    page = await visitor.open(f"/sign-in/{sent['token']}")
    assert (page.status, page.heading) == (200, "Logg inn")
    assert ADDRESS in page.text
    assert await who(visitor) is None
    done = await visitor.submit(page)
    assert (done.status, done.response.headers["location"]) == (303, "/my-page")
    assert await who(visitor) == "Ola"
    assert [sign_in.person_id for sign_in in await SignIn.all()] == [ola.id]


async def test_opening_the_link_uses_nothing_up(visitor: Visitor) -> None:
    await make.person("Ola", ADDRESS)
    await ask(visitor)
    token = (await last_message())["token"]
    for _ in range(3):
        page = await visitor.open(f"/sign-in/{token}")
    assert await value("SELECT used_at FROM sign_in_ticket") is None
    assert (await visitor.submit(page)).status == 303


async def test_the_code_signs_in(visitor: Visitor) -> None:
    await make.person("Ola", ADDRESS)
    page = await ask(visitor)
    assert page.heading == "Vi har sendt deg en melding"
    code = (await last_message())["code"]
    done = await visitor.submit(page, code=f" {code[:3]} {code[3:]} ")
    assert (done.status, done.response.headers["location"]) == (303, "/my-page")
    assert await who(visitor) == "Ola"


async def test_a_phone_number_gets_an_sms(visitor: Visitor) -> None:
    await make.person("Ola", "+4791000001")
    await ask(visitor, "91 00 00 01")
    sent = await last_message()
    assert (sent["channel"], sent["address"]) == ("sms", "+4791000001")
    await visitor.submit(await visitor.open(f"/sign-in/{sent['token']}"))
    assert await who(visitor) == "Ola"


async def test_known_and_unknown_get_the_same_answer_and_the_same_work(visitor: Visitor) -> None:
    """Nobody is looked up when a link is asked for, so nothing can differ: not the page, not the time, not the mail."""
    await make.person("Ola", ADDRESS)
    pages, mails, writes = [], [], []
    for address in (ADDRESS, "per@example.no"):
        page = await ask(visitor, address)
        pages.append((page.status, page.text.replace(address, "ADDRESS")))
        sent = await last_message()
        mails.append((sent["channel"], sent["lang"], sorted(sent)))
        writes.append((await value("SELECT count(*) FROM sign_in_ticket"), await OutboxMessage.all().count()))
    assert pages[0] == pages[1]
    assert mails[0] == mails[1]
    assert writes == [(1, 1), (2, 2)]
    assert await Person.all().count() == 1


async def test_an_unknown_address_becomes_a_person_when_it_is_proven(visitor: Visitor) -> None:
    await ask(visitor, "Per@Example.NO")
    assert await Person.all().count() == 0
    await visitor.submit(await visitor.open(f"/sign-in/{(await last_message())['token']}"))
    contacts = await rows(
        "SELECT value, verified_at IS NOT NULL AS verified, name, lang FROM contact_point, person p"
    )
    assert contacts == [{"value": "per@example.no", "verified": True, "name": None, "lang": "nb"}]
    assert await who(visitor) == ""


async def test_a_guest_with_the_same_address_does_not_become_the_signer(visitor: Visitor) -> None:
    guest = await make.person("Gjest", ADDRESS, verified=False)
    await ask(visitor)
    await visitor.submit(await visitor.open(f"/sign-in/{(await last_message())['token']}"))
    found = await rows(
        "SELECT person_id, verified_at IS NOT NULL AS verified FROM contact_point ORDER BY verified_at NULLS FIRST"
    )
    assert found[0] == {"person_id": guest.id, "verified": False}
    assert found[1]["verified"]
    assert found[1]["person_id"] != guest.id
    assert (await SignIn.get()).person_id == found[1]["person_id"]


async def test_two_links_of_a_new_address_make_one_person(visitor: Visitor) -> None:
    tokens = []
    for _ in range(2):
        await ask(visitor)
        tokens.append((await last_message())["token"])
    for token in tokens:
        assert (await visitor.submit(await visitor.open(f"/sign-in/{token}"))).status == 303
    assert await Person.all().count() == 1


async def test_a_link_works_once(visitor: Visitor) -> None:
    await make.person("Ola", ADDRESS)
    await ask(visitor)
    path = f"/sign-in/{(await last_message())['token']}"
    page = await visitor.open(path)
    assert (await visitor.submit(page)).status == 303
    visitor.client.cookies.pop("sign-in")
    again = await visitor.submit(page)
    assert (again.status, again.heading) == (410, "Lenken og koden er allerede brukt")
    assert (await visitor.open(path)).status == 410
    assert await SignIn.all().count() == 1


async def test_a_link_that_was_used_on_another_device_says_so_and_a_new_one_leads_where_they_wanted(
    visitor: Visitor,
) -> None:
    """Asked for at a desk, opened on a phone: the desk waits for the code, and finds it used."""
    await make.person("Ola", ADDRESS)
    asked = await visitor.submit(
        await visitor.open("/sign-in?next=/my-page/goals"), "/sign-in", address=ADDRESS
    )
    phone = visitor.at_network("192.0.2.7")
    page = await phone.open(f"/sign-in/{(await last_message())['token']}")
    assert "Holdt du på med noe på en annen enhet?" in page.text
    await phone.submit(page)
    at_desk = await visitor.follow(asked)
    assert (at_desk.status, at_desk.heading) == (410, "Lenken og koden er allerede brukt")
    assert "Brukte du dem på en annen enhet, er du logget inn der." in at_desk.text
    new = at_desk.soup.select_one("main a.ds-button")
    assert new is not None
    assert new["href"] == "/sign-in?next=/my-page/goals"


async def test_whoever_opens_their_link_where_another_is_signed_in_reads_that_it_ends(
    visitor: Visitor,
) -> None:
    await visitor.sign_in(await make.person("Kari", "kari@example.no"))
    await make.person("Ola", ADDRESS)
    await ask(visitor.at_network("192.0.2.7"))
    page = await visitor.open(f"/sign-in/{(await last_message())['token']}")
    assert "Logger du inn med en annen adresse, blir du logget ut først." in page.text


async def test_a_used_link_takes_its_code_along(visitor: Visitor) -> None:
    await make.person("Ola", ADDRESS)
    page = await ask(visitor)
    sent = await last_message()
    await visitor.submit(await visitor.open(f"/sign-in/{sent['token']}"))
    visitor.client.cookies.pop("sign-in")
    assert (await visitor.submit(page, code=sent["code"])).heading == "Lenken og koden er allerede brukt"


@pytest.mark.parametrize(("minutes", "status"), [(14, 303), (16, 410)])
async def test_link_and_code_last_fifteen_minutes(visitor: Visitor, minutes: int, status: int) -> None:
    await make.person("Ola", ADDRESS)
    by_code = await ask(visitor)
    code = (await last_message())["code"]
    await ask(visitor, "per@example.no")
    by_link = await visitor.open(f"/sign-in/{(await last_message())['token']}")
    visitor.wait(timedelta(minutes=minutes))
    assert (await visitor.submit(by_code, code=code)).status == status
    visitor.client.cookies.pop("sign-in", None)
    assert (await visitor.submit(by_link)).status == status


async def test_five_wrong_codes_stop_the_code_but_not_the_link(visitor: Visitor) -> None:
    await make.person("Ola", ADDRESS)
    page = await ask(visitor)
    sent = await last_message()
    wrong = f"{(int(sent['code']) + 1) % 10**6:06}"
    answers = [await visitor.submit(page, code=wrong) for _ in range(5)]
    assert [answer.status for answer in answers] == [422, 422, 422, 422, 410]
    assert "Du kan prøve 4 ganger til" in answers[0].text
    assert "Du kan prøve én gang til" in answers[3].text
    assert answers[4].heading == "Koden er prøvd for mange ganger"
    assert (await visitor.submit(page, code=sent["code"])).status == 410
    assert await SignIn.all().count() == 0
    assert (await visitor.submit(await visitor.open(f"/sign-in/{sent['token']}"))).status == 303


async def test_a_code_belongs_to_its_own_ticket(visitor: Visitor) -> None:
    await make.person("Ola", ADDRESS)
    await ask(visitor)
    code = (await last_message())["code"]
    other = await ask(visitor, "per@example.no")
    assert (await last_message())["code"] != code
    answer = await visitor.submit(other, code=code)
    assert answer.status == 422
    assert await SignIn.all().count() == 0


def test_the_same_code_of_two_tickets_is_kept_differently() -> None:
    assert len({code_hash(ticket, "123456") for ticket in (uuid4(), uuid4())} | {secret_hash("123456")}) == 3


async def test_a_link_used_five_times_at_once_signs_in_once(visitor: Visitor) -> None:
    await make.person("Ola", ADDRESS)
    await ask(visitor)
    page = await visitor.open(f"/sign-in/{(await last_message())['token']}")
    answers = await asyncio.gather(*(visitor.submit(page) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [303, 410, 410, 410, 410]
    assert await SignIn.all().count() == 1


async def test_five_links_of_a_new_address_used_at_once_make_one_person(visitor: Visitor) -> None:
    pages = []
    for _ in range(5):
        await ask(visitor)
        pages.append(await visitor.open(f"/sign-in/{(await last_message())['token']}"))
    answers = await asyncio.gather(*(visitor.submit(page) for page in pages))
    assert [answer.status for answer in answers] == [303] * 5
    assert await Person.all().count() == 1
    assert await SignIn.all().count() == 5


async def test_neither_link_nor_code_nor_cookie_can_be_read_from_the_database(visitor: Visitor) -> None:
    await ask(visitor)
    sent = await last_message()
    await visitor.submit(await visitor.open(f"/sign-in/{sent['token']}"))
    await rows("DELETE FROM outbox_message")
    kept = repr(await rows("SELECT * FROM sign_in_ticket")) + repr(await rows("SELECT * FROM sign_in"))
    for secret in (sent["token"], sent["code"], visitor.client.cookies["sign-in"]):
        assert secret not in kept


async def test_signing_out_ends_the_sign_in_on_the_server(visitor: Visitor) -> None:
    await signed_in_for_real(visitor, ADDRESS)
    secret = visitor.client.cookies["sign-in"]
    token = (await visitor.open("/sign-in")).fields()["form_token"]
    done = await visitor.post("/sign-out", {"form_token": token})
    assert (done.status, done.response.headers["location"]) == (303, "/?saved=out")
    assert "sign-in" not in visitor.client.cookies
    assert "Du er logget ut." in (await visitor.follow(done)).text
    visitor.client.cookies.set("sign-in", secret)  # somebody kept a copy
    assert await who(visitor) is None


async def test_nobody_who_is_signed_in_is_told_that_they_are_not(visitor: Visitor) -> None:
    await signed_in_for_real(visitor, ADDRESS)
    assert "Du er logget ut." not in (await visitor.open("/?saved=out")).text


async def test_whose_phone_may_hold_a_key_comes_to_a_page_that_takes_it(visitor: Visitor) -> None:
    """Who leads nothing has the code that asks whether anything lies there, and no key on the page."""
    for mark in ("data-lock", "data-waiting", "data-keys"):
        assert mark not in (await visitor.open("/")).response.text
    await visitor.sign_in(await make.person("Ola"))
    shown = (await visitor.open("/my-page")).response.text
    assert ("data-waiting" in shown, "data-keys" in shown) == (True, False)
    await visitor.sign_in(await make.member(await make.organization(), Role.HOST))
    page = await visitor.open("/my-page")
    assert "data-keys" in page.response.text
    for way in ("/sign-out", "/my-page/sign-ins/end"):
        done = await visitor.post(way, {"form_token": page.fields()["form_token"]})
        assert (done.status, done.response.headers["location"]) == (303, "/sign-in?saved=out"), way
        shown = await visitor.follow(done)
        assert "data-lock" in shown.response.text
        assert "Du er logget ut." in shown.text
        await visitor.sign_in(await make.member(await make.organization("Annen"), Role.HOST))
        page = await visitor.open("/my-page")


async def test_each_sign_in_has_a_new_secret_and_ends_the_one_before_in_this_browser(
    visitor: Visitor,
) -> None:
    await make.person("Ola", ADDRESS)
    secrets = []
    for _ in range(2):
        await ask(visitor)
        done = await visitor.submit(await visitor.open(f"/sign-in/{(await last_message())['token']}"))
        cookie = done.response.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        secrets.append(visitor.client.cookies["sign-in"])
    assert secrets[0] != secrets[1]
    ended = await rows("SELECT ended_at IS NOT NULL AS ended FROM sign_in ORDER BY id")
    assert [sign_in["ended"] for sign_in in ended] == [True, False]


@pytest.mark.parametrize(
    "path", ["unknown", "code", "code?ticket=1", "code?ticket=0", f"code?ticket={UUID(int=1)}"]
)
async def test_an_unknown_link_is_not_found(visitor: Visitor, path: str) -> None:
    assert (await visitor.open(f"/sign-in/{path}")).status == 404


async def test_the_mail_is_in_the_language_of_the_page(visitor: Visitor) -> None:
    page = await visitor.submit(await visitor.open("/en/sign-in"), address=ADDRESS)
    assert page.response.headers["location"].startswith("/en/sign-in/code?ticket=")
    assert (await last_message())["lang"] == "en"


async def test_who_is_not_signed_in_is_led_back_after_signing_in(visitor: Visitor) -> None:
    page = await visitor.open("/my-page")
    assert page.response.headers["location"] == "/sign-in?next=/my-page"


@pytest.mark.parametrize("path", ["/sign-in", "/my-page/contacts/new"])
async def test_a_message_whose_link_is_dead_is_not_sent_and_not_tried_again(
    visitor: Visitor, path: str
) -> None:
    """The mail server was away for 21 minutes: what would come now only confuses."""
    if path != "/sign-in":
        await visitor.sign_in(await make.person("Ola", ADDRESS))
    await visitor.submit(
        await visitor.open(path), "/new" if path != "/sign-in" else None, address="new@example.no"
    )
    visitor.wait(timedelta(minutes=14, seconds=1))
    assert await send_due(refuse, lambda: visitor.now) == 0
    found = await OutboxMessage.get(address="new@example.no")
    assert (found.sent_at, found.problem, found.facts) == (None, "nothing to say", {})


async def test_a_message_that_still_helps_is_sent_late(visitor: Visitor) -> None:
    await ask(visitor)
    visitor.wait(timedelta(minutes=13))
    assert await send_due(refuse, lambda: visitor.now) == 1


async def test_a_link_that_was_used_is_not_sent_once_more(visitor: Visitor) -> None:
    page = await ask(visitor)
    assert (await visitor.submit(page, code=(await last_message())["code"])).status == 303
    visitor.wait(timedelta(minutes=1))
    assert await send_due(refuse, lambda: visitor.now) == 0
    assert (await OutboxMessage.get()).problem == "nothing to say"


async def test_where_no_sms_can_be_sent_a_number_is_told_so(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await visitor.open("/sign-in")
    with monkeypatch.context() as without:
        without.setattr(Settings, "sms_offered", False)
        answer = await visitor.submit(page, address="91 00 00 77")
    assert (answer.status, "Vi kan ikke sende SMS herfra. Skriv en e-postadresse." in answer.text) == (
        422,
        True,
    )
    assert await value("SELECT count(*) FROM outbox_message") == 0
