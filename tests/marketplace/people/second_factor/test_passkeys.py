"""Passkeys: who has the key is let in; a key of another site, another person or another moment is not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest

from marketplace.base.data.database import rows, value
from marketplace.people.second_factor.models import Passkey
from tests import make
from tests.marketplace.people.door import ask, last_message, who
from tests.marketplace.people.second_factor.authenticator import PRESENT, Authenticator
from tests.visitor import APP, Page, Visitor

HERE = "http://localhost:8000"
KARI = "kari@example.no"


@pytest.fixture
async def kari(visitor: Visitor) -> AsyncIterator[Visitor]:
    """A browser of Kari's, who is an editor, at the site by its name."""
    someone = await make.member(await make.organization(), name="Kari")
    await make.contact(someone, KARI)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=APP), base_url=HERE) as client:
        browser = Visitor(client, visitor.travel, visitor.now)
        await by_code(browser, KARI)
        yield browser


async def by_code(browser: Visitor, address: str) -> Page:
    return await browser.submit(await ask_here(browser, address), code=(await last_message())["code"])


async def ask_here(browser: Visitor, address: str) -> Page:
    return await browser.follow(
        await browser.submit(await browser.open("/sign-in"), "/sign-in", address=address)
    )


async def asked(browser: Visitor, page: Page, action: str = "/passkey") -> dict[str, Any]:
    """What the page's script asks for when its button is pressed: options and challenge."""
    return dict((await browser.open(str(page.form(action)["data-options"]))).response.json())


async def add(browser: Visitor, key: Authenticator) -> Page:
    page = await browser.open("/my-page/second-factor")
    given = await asked(browser, page, "/passkeys")
    return await browser.submit(
        page, "/passkeys", challenge=given["challenge"], passkey=key.create(given["options"])
    )


async def enter(browser: Visitor, key: Authenticator, path: str = "/sign-in?next=/manage") -> Page:
    page = await browser.open(path)
    given = await asked(browser, page)
    return await browser.submit(
        page, "/passkey", challenge=given["challenge"], passkey=key.get(given["options"])
    )


def key() -> Authenticator:
    return Authenticator(HERE, "localhost")


async def test_a_key_is_all_one_needs(kari: Visitor) -> None:
    mine = key()
    assert len((await add(kari, mine)).soup.select(".tp-codes code")) == 10
    kari.client.cookies.clear()
    page = await enter(kari, mine)
    assert (page.status, page.response.headers["location"]) == (303, "/manage")
    assert (await kari.open("/manage")).status == 200
    assert await value("SELECT details->>'by' FROM audit_entry WHERE action = 'sign_in.made' ORDER BY id DESC LIMIT 1"
                       ) == "passkey"  # fmt: skip


async def test_a_key_is_the_second_step_after_a_link(kari: Visitor) -> None:
    mine = key()
    await add(kari, mine)
    kari.client.cookies.clear()
    page = await by_code(kari, KARI)
    assert page.response.headers["location"] == "/sign-in/second-factor?next=/my-page"
    assert await who(kari) is None
    page = await enter(kari, mine, "/sign-in/second-factor?next=/my-page")
    assert page.response.headers["location"] == "/my-page"
    assert (await kari.open("/my-page")).status == 200
    person = (await Passkey.get()).person_id
    given = "SELECT actor_id, details->>'kind' AS kind FROM audit_entry WHERE action = 'second_factor.given'"
    assert await rows(given) == [{"actor_id": person, "kind": "passkey"}]


async def test_an_answer_counts_once(kari: Visitor) -> None:
    mine = key()
    await add(kari, mine)
    mine.count = -1  # most passkeys do not count: it stays at 0
    kari.client.cookies.clear()
    page = await kari.open("/sign-in")
    given = await asked(kari, page)
    answer = {"challenge": given["challenge"], "passkey": mine.get(given["options"])}
    assert (await kari.submit(page, "/passkey", **answer)).response.headers["location"] == "/my-page"
    thief = Visitor(
        httpx.AsyncClient(transport=httpx.ASGITransport(app=APP), base_url=HERE), kari.travel, kari.now
    )
    theirs = await thief.open("/sign-in")
    again = await thief.submit(theirs, "/passkey", **answer)
    assert (again.status, again.heading) == (422, "Logg inn")
    assert "Nøkkelen ble ikke godtatt" in again.text


async def test_a_challenge_waits_five_minutes_for_its_answer(kari: Visitor) -> None:
    mine = key()
    await add(kari, mine)
    page = await kari.open("/sign-in")
    given = await asked(kari, page)
    kari.wait(timedelta(minutes=5, seconds=2))
    late = await kari.submit(
        page, "/passkey", challenge=given["challenge"], passkey=mine.get(given["options"])
    )
    assert late.status == 422


def other_origin(mine: Authenticator) -> None:
    mine.origin = "https://evil.example"


def other_site(mine: Authenticator) -> None:
    mine.site = "evil.example"


def not_unlocked(mine: Authenticator) -> None:
    mine.flags = PRESENT


def other_key(mine: Authenticator) -> None:
    mine.key = key().key


def unknown(mine: Authenticator) -> None:
    mine.id = b"another key's id"


@pytest.mark.parametrize("wrong", [other_origin, other_site, not_unlocked, other_key, unknown])
async def test_a_key_that_is_not_right_lets_nobody_in(kari: Visitor, wrong: Any) -> None:
    mine = key()
    await add(kari, mine)
    kari.client.cookies.clear()
    wrong(mine)
    page = await enter(kari, mine)
    assert (page.status, page.fields("/sign-in")["next"]) == (422, ["/manage"])
    assert await who(kari) is None


async def test_a_key_whose_count_goes_back_is_a_copy(kari: Visitor) -> None:
    mine = key()
    await add(kari, mine)
    kari.client.cookies.clear()
    assert (await enter(kari, mine)).response.headers["location"] == "/manage"
    kari.client.cookies.clear()
    mine.count -= 1
    assert (await enter(kari, mine)).status == 422


@pytest.mark.parametrize("wrong", [other_origin, other_site, not_unlocked])
async def test_a_key_made_elsewhere_is_not_kept(kari: Visitor, wrong: Any) -> None:
    mine = key()
    wrong(mine)
    page = await add(kari, mine)
    assert (page.status, page.heading) == (422, "Innlogging i to steg")
    assert await Passkey.all().count() == 0


async def test_somebody_elses_key_is_not_my_second_step(kari: Visitor) -> None:
    await add(kari, key())
    kari.client.cookies.clear()
    await make.person("Per", "per@example.no")
    await by_code(kari, "per@example.no")
    pers = key()
    await add(kari, pers)
    kari.client.cookies.clear()
    await by_code(kari, KARI)
    answer = await enter(kari, pers, "/sign-in/second-factor")
    assert (answer.status, answer.heading) == (422, "Bekreft at det er deg")
    assert await who(kari) is None
    refused = "SELECT person_id FROM audit_entry WHERE action = 'second_factor.refused'"
    mine = await value("SELECT person_id FROM contact_point WHERE value = $1", KARI)
    assert await rows(refused) == [{"person_id": mine}]


NONSENSE = ["", "{", "[]", "null", '{"id": 7}', '{"id":"a","rawId":"a","type":"public-key","response":{}}',
            '{"id":"æ","rawId":"æ","type":"public-key","response":{"clientDataJSON":"æ","authenticatorData":"æ",'
            '"signature":"æ"}}', '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":"YQ",'
            '"attestationObject":"YQ"}}', "x" * 30_000, "[" * 19_000]  # fmt: skip


@pytest.mark.parametrize("answer", NONSENSE)
async def test_what_no_browser_would_say_is_refused(kari: Visitor, answer: str) -> None:
    page = await kari.open("/my-page/second-factor")
    given = await asked(kari, page, "/passkeys")
    refused = await kari.submit(page, "/passkeys", challenge=given["challenge"], passkey=answer)
    assert "Nøkkelen ble ikke godtatt" in refused.text
    kari.client.cookies.clear()
    page = await kari.open("/sign-in")
    given = await asked(kari, page)
    assert (await kari.submit(page, "/passkey", challenge=given["challenge"], passkey=answer)).status == 422
    assert await rows("SELECT 1 FROM passkey") == []


async def test_where_the_site_has_no_name_no_key_is_offered(visitor: Visitor) -> None:
    await make.person("Ola", "ola@example.no")
    page = await visitor.open("/sign-in")
    assert page.soup.find(attrs={"data-passkey": True}) is None
    assert (await visitor.open("/sign-in/second-factor/passkey/options")).status == 404
    await visitor.submit(await ask(visitor), code=(await last_message())["code"])
    page = await visitor.open("/my-page/second-factor")
    assert "Nøkler" not in page.text
