"""A register on a phone that saves itself: with net, without, in two tabs and by two hosts."""

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import PHONE, until
from tests.journeys.registers import Town, another_tab, at_the_register, town  # noqa: F401 - a fixture

LEFT = """async () => {
    const opened = indexedDB.open("treffpunkt");
    await new Promise((good) => { opened.onsuccess = good; });
    const left = await Promise.all(["keys", "registers", "taps"].map((name) => new Promise((good) => {
        const count = opened.result.transaction(name).objectStore(name).count();
        count.onsuccess = () => good(count.result);
    })));
    return left.reduce((sum, one) => sum + one, 0);
}"""
KEYS = LEFT.replace('["keys", "registers", "taps"]', '["keys"]')
"""How many rows lie on the phone."""


async def test_each_tap_saves_itself_and_may_be_undone(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    before = len(await town.taps(session))
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        page = await host.open_register(session)
        heads, status = page.locator("[data-heads]"), page.locator("[data-status]")
        first = page.get_by_role("switch").first
        was = int(await heads.inner_text())
        await first.focus()
        await page.keyboard.press("Space")
        assert int(await heads.inner_text()) > was, "at once, before the net has answered"
        await expect(status).to_contain_text("Lagret ")
        assert await first.evaluate("one => one === document.activeElement"), "the focus stays"
        assert (await town.number(session, before + 1))[-1] == ("state", "present", "kept")
        await host.look()
        await page.get_by_role("button", name="Angre", exact=True).click()
        assert (await town.number(session, before + 2))[-1] == ("state", None, "kept")
        assert not await first.is_checked()
        await page.get_by_label("Kom innom uten påmelding", exact=True).fill("4")
        await page.get_by_label("Kom innom uten påmelding", exact=True).blur()
        assert (await town.number(session, before + 3))[-1] == ("heads", "4", "kept")


async def test_what_somebody_is_typing_is_not_written_over_by_an_answer(arrive: Any, town: Town) -> None:  # noqa: F811
    async with at_the_register(arrive, town) as (session, _host, page):
        number = page.get_by_label("Kom innom uten påmelding", exact=True)
        await number.fill("2")
        await number.blur()
        await town.number(session, 1)

        async def slowly(route: Any) -> None:
            await typed.wait()
            await route.continue_()

        typed = asyncio.Event()
        await page.route("**/register/taps", slowly)
        await page.get_by_role("switch").first.click()
        await number.click()
        await number.press_sequentially("5")
        typed.set()
        await town.number(session, 2)
        await expect(page.locator("[data-status]")).to_contain_text("Lagret ")
        assert await number.input_value() == "25"
        await number.blur()
        assert (await town.number(session, 3))[-1] == ("heads", "25", "kept")


async def test_a_phone_fetches_again_only_the_register_that_has_changed(arrive: Any, town: Town) -> None:  # noqa: F811
    async with at_the_register(arrive, town) as (session, host, page):
        await page.locator("form[data-kept]").wait_for(state="attached")
        fetched: list[str] = []
        page.on(
            "request", lambda one: fetched.append(one.url) if one.url.endswith("/register/offline") else None
        )
        for changed in ([], [session]):
            await host.open_register(session)
            await page.locator("form[data-kept]").wait_for(state="attached")
            assert [each.split("/")[-3] for each in fetched] == changed
            await page.get_by_role("switch").first.click()
            await expect(page.locator("[data-status]")).to_contain_text("Lagret ")
            fetched.clear()


async def test_taps_wait_without_net_and_the_page_closed_and_are_sent_once(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    before = len(await town.taps(session))
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        page = await host.open_register(session)
        await host.lose_net()
        switches = page.get_by_role("switch")
        for place in range(2):
            await switches.nth(place).click()
        await expect(page.locator("#tp-waiting")).to_contain_text("2 merker er ikke sendt")
        sealed = await page.evaluate("""async () => {
            const opened = indexedDB.open("treffpunkt");
            await new Promise((good) => { opened.onsuccess = good; });
            const all = opened.result.transaction("taps").objectStore("taps").getAll();
            await new Promise((good) => { all.onsuccess = good; });
            return JSON.stringify(all.result.map((one) => [Object.keys(one),
                new TextDecoder().decode(one.sealed).includes("present")]));
        }""")
        assert [one[1] for one in json.loads(sealed)] == [False, False]
        context = page.context
        await page.close()
        assert len(await town.taps(session)) == before
        await context.set_offline(False)
        host.page = await context.new_page()
        await host.page.goto(f"{host.address}/manage/sessions/{session}/register")
        assert [one[2] for one in (await town.number(session, before + 2))[before:]] == ["kept", "kept"]
        await expect(host.page.locator("#tp-waiting")).to_be_hidden()


async def test_two_tabs_show_the_same_and_two_hosts_choose(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    before = len(await town.taps(session))
    async with arrive() as host:
        await host.sign_in("mariam@example.no")
        page = await host.open_register(session)
        other = await another_tab(page)
        heads = page.get_by_label("Kom innom uten påmelding", exact=True)
        await heads.fill("3")
        await heads.blur()
        await expect(other.get_by_label("Kom innom uten påmelding", exact=True)).to_have_value("3")
        await town.number(session, before + 1)
        await other.locator("[data-tap=':heads'][data-version='1']").wait_for()
        # A host who has not seen it says otherwise.
        await other.evaluate("document.querySelector('[data-tap=\":heads\"]').dataset.version = 0")
        typed = other.get_by_label("Kom innom uten påmelding", exact=True)
        await typed.fill("5")
        await typed.blur()
        assert (await town.number(session, before + 2))[-1] == ("heads", "5", "conflict")
        either = other.locator("[data-either=':heads']")
        await expect(either.get_by_role("button")).to_have_count(2)
        # By the keys, from where one typed; and with a finger, which rests on what it presses.
        choice = either.get_by_role("button").filter(has_text="3 kom")
        await typed.focus()
        await choice.focus()
        await other.wait_for_timeout(100)
        await expect(choice).to_be_focused()
        await typed.focus()
        await choice.click(delay=100)
        assert (await town.number(session, before + 3))[-1] == ("heads", "3", "kept")
        await expect(either).to_have_count(0)


async def kept(somebody: Any, session: str) -> Any:
    """The page of a register once this phone keeps it."""
    page = await somebody.open_register(session)
    await page.locator("form[data-kept]").wait_for(state="attached")
    await page.evaluate("navigator.serviceWorker.ready")
    return page


async def test_a_register_is_opened_again_without_net_and_goes_on(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    before = len(await town.taps(session))
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        page = await kept(host, session)
        names = await page.locator(".tp-mark label bdi").all_inner_texts()
        await host.lose_net()
        await page.get_by_role("switch").first.click()
        await expect(page.locator("#tp-waiting")).to_contain_text("Ett merke er ikke sendt")
        await page.reload()
        await page.locator("form[data-live]").wait_for(state="attached")
        assert await page.locator(".tp-mark label bdi").all_inner_texts() == names
        assert await page.get_by_role("switch").first.is_checked(), "what was tapped is there"
        await page.get_by_role("switch").nth(1).click()
        await expect(page.locator("#tp-waiting")).to_contain_text("2 merker er ikke sendt")
        await host.look()
        found = await page.evaluate("""async () => {
            const all = [];
            for (const name of await caches.keys()) {
                for (const one of await (await caches.open(name)).keys()) {
                    all.push([new URL(one.url).pathname, await (await caches.match(one)).text()]);
                }
            }
            return all;
        }""")
        assert {path for path, _text in found if not path.startswith("/static/")} == {
            "/manage/sessions/offline"
        }
        assert not [name for name in names for _path, text in found if f">{name}<" in text]
        await page.context.set_offline(False)
        assert len((await town.number(session, before + 2))[before:]) == 2, (
            "sent from there, once there is net"
        )
        await host.look()
        await page.get_by_role("link", name="Åpne siden på nytt").click()
        await page.locator("form[data-kept]").wait_for(state="attached")
        await expect(page.locator("#tp-waiting")).to_be_hidden()


async def test_another_person_on_the_phone_sees_no_kept_register(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        page = await kept(host, session)
        await page.evaluate("""async address => {
            const { Store } = await import(address);
            await (await Store.open()).lock("another");
        }""", await page.locator("form[data-queue]").get_attribute("data-queue"))  # fmt: skip
        await host.lose_net()
        await page.reload()
        await page.locator("body[data-drawn]").wait_for(state="attached")
        assert await page.locator(".tp-mark").count() == 0
        assert "Det ligger ingen oppmøter på denne telefonen" in await page.locator("main").inner_text()


async def test_no_key_is_left_to_whoever_has_the_phone_next(arrive: Any, town: Town) -> None:  # noqa: F811
    """Also where the page's own code has not been loaded yet as one signs out, or they come by a link in a message."""
    session = await town.begins()
    async with arrive(**PHONE) as host, arrive() as elsewhere:
        await host.sign_in("mariam@example.no")
        page = await kept(host, session)
        assert await page.evaluate(KEYS)
        await host.go("/my-page")
        await page.evaluate(
            "document.querySelector('form[action=\"/sign-out\"]').submit()"
        )  # no code hears of that
        await page.wait_for_url(f"{host.address}/sign-in?saved=out")
        await until_none(page)

        await host.sign_in("mariam@example.no")
        page = await kept(host, session)
        assert await page.evaluate(KEYS)
        await page.context.clear_cookies()
        await elsewhere.go("/sign-in")
        await host.go(await elsewhere.link_sent_to("ola@example.no"))
        await host.press("Logg inn", exact=True, nth=-1)
        await page.wait_for_url(f"{host.address}/my-page")
        await until_none(page)


async def until_none(page: Page, counted: str = KEYS) -> None:
    """No key is on the phone, or nothing at all: wait for that."""

    async def gone() -> bool:
        return not await page.evaluate(counted)

    await until(gone, "nothing is left")


async def test_signing_out_sends_what_waits_or_asks(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    before = len(await town.taps(session))
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        page = await host.open_register(session)
        other = await page.context.new_page()
        await other.goto(f"{host.address}/my-page")
        await host.lose_net()
        await page.get_by_role("switch").first.click()
        await expect(page.locator("#tp-waiting")).to_contain_text("Ett merke er ikke sendt")
        await page.close()
        await other.get_by_role("button", name="Logg ut", exact=True).click()
        await expect(other.get_by_role("button", name="Kast ett merke og logg ut")).to_be_visible()
        await other.get_by_role("button", name="Vent", exact=True).click()
        await expect(other.locator(".tp-standing")).to_contain_text("Ett merke er ikke sendt.")
        await other.context.set_offline(False)
        await other.get_by_role("button", name="Logg ut", exact=True).click()
        await other.wait_for_url(f"{host.address}/sign-in?saved=out")
        assert len(await town.taps(session)) == before + 1, "sent before the sign-in ended"
        assert not await other.evaluate(LEFT), "nothing is left on the phone"


@pytest.mark.parametrize(
    ("page", "button", "sent_to"),
    [
        ("/my-page", "Logg ut overalt", "/my-page/sign-ins/end"),
        ("/my-page/delete", "Slett alt", "/my-page/delete"),
    ],
)
async def test_whatever_ends_the_sign_in_leaves_no_names_on_the_phone(
    arrive: Any,
    town: Town,  # noqa: F811
    page: str,
    button: str,
    sent_to: str,
) -> None:
    session = await town.begins()
    async with arrive() as elsewhere, arrive(**PHONE) as host:
        await elsewhere.sign_in("mariam@example.no")
        await host.sign_in("mariam@example.no")
        phone = await host.open_register(session)
        await phone.locator("form[data-kept]").wait_for(state="attached")
        assert await phone.evaluate(LEFT)
        await phone.goto(host.address + page)

        async def done(route: Any) -> None:
            if route.request.method == "POST":
                await route.fulfill(status=200, content_type="text/html", body="<h1>Ute</h1>")
            else:
                await route.continue_()

        await phone.route(f"**{sent_to}", done)  # journeys that come later still find her
        await phone.locator(f"form[data-sign-out='sends first'][action='{sent_to}']").wait_for(
            state="attached"
        )
        await phone.get_by_role("button", name=button, exact=True).click()
        await expect(phone.get_by_role("heading", name="Ute")).to_be_visible()
        assert not await phone.evaluate(LEFT)
