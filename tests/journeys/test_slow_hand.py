"""A register under a slow hand: nothing moves between the finger's going down and up, or under whoever presses twice;
and what somebody taps before the page's own code is there is sent all the same."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import PHONE
from tests.journeys.registers import Town, at_the_register, town  # noqa: F401 - a fixture

SLOWLY = 150
"""Milliseconds that a finger rests on what it presses."""


async def differ(page: Page, town: Town, session: str) -> Any:  # noqa: F811
    """The first of the register is marked in two ways, by whoever had not seen the other."""
    switch = page.get_by_role("switch").first
    await switch.click()
    await town.number(session, 1)
    await expect(page.locator("[data-status]")).to_contain_text("Lagret ")
    row = page.locator(".tp-mark").first
    await row.locator("summary").click()
    await row.locator("[role=switch][data-version='1']").wait_for(state="attached")
    # In one go: the page would say again at any moment what it has seen.
    await row.get_by_label("Kom ikke", exact=True).evaluate("""one => {
        one.closest(".tp-mark").querySelectorAll("[data-tap]").forEach(each => { each.dataset.version = 0; });
        one.click();
    }""")
    assert (await town.number(session, 2))[-1] == ("state", "absent", "conflict")
    await expect(row.locator("[data-either] button")).to_have_count(2)
    return row


async def test_ferdig_is_pressed_from_a_field_that_was_typed_in(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    await town.connection.execute(
        "UPDATE session SET starts_at = now() - interval '5 minutes' WHERE id = $1", session
    )
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        page = await host.open_register(session)
        await page.get_by_role("switch").first.click()
        await town.number(session, 1)
        held = asyncio.Event()

        async def slowly(route: Any) -> None:
            await held.wait()
            await route.continue_()

        await page.route("**/register/taps", slowly)
        await page.get_by_role("switch").nth(1).click()
        await page.get_by_label("Kom innom uten påmelding", exact=True).click()
        await page.keyboard.type("4")
        ferdig = page.get_by_role("button", name="Ferdig", exact=True)
        await ferdig.scroll_into_view_if_needed()
        await ferdig.hover()
        await page.mouse.down()
        await page.wait_for_timeout(SLOWLY)
        await page.mouse.up()
        held.set()
        await page.get_by_text("Oppmøtet er ferdig ført.").first.wait_for()
        assert len(await town.taps(session)) == 3, "what was typed is sent before"
        await page.locator("form[data-kept]").wait_for(state="attached")


async def test_whoever_presses_a_choice_twice_marks_nobody_else(arrive: Any, town: Town) -> None:  # noqa: F811
    async with at_the_register(arrive, town) as (session, _host, page):
        row = await differ(page, town, session)
        await row.locator("summary").click()
        await row.locator("[data-either] button").filter(has_text="Her").dblclick(delay=40)
        assert (await town.number(session, 3))[-1] == ("state", "present", "kept")
        await expect(row.locator("[data-either]")).to_have_count(0)
        await expect(page.locator(".tp-mark[data-state=here]")).to_have_count(1)
        await page.get_by_role("switch").last.click()
        await town.number(session, 4)
        await expect(page.locator("[data-status]")).to_contain_text("Lagret ")
        tapped = "SELECT count(DISTINCT booking_id) FROM register_tap WHERE session_id = $1"
        assert await town.connection.fetchval(tapped, session) == 2, "those two, and nobody between"


async def test_enter_in_a_field_chooses_nothing(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        row = await differ(await host.open_register(session), town, session)
        page = await host.open_register(session)
        await page.get_by_label("Kom innom uten påmelding", exact=True).fill("4")
        await page.keyboard.press("Enter")
        assert (await town.number(session, 3))[2:] == [("heads", "4", "kept")]
        await expect(page.locator("[data-status]")).to_contain_text("Lagret ")
        await expect(row.locator("[data-either] button")).to_have_count(2)
        assert len(await town.taps(session)) == 3


async def test_enter_without_scripts_saves_what_was_typed_and_no_more(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    async with arrive(script=False) as host:
        await host.sign_in("mariam@example.no")
        await host.go(f"/manage/sessions/{session}/register")
        await host.page.get_by_label("Kom innom uten påmelding", exact=True).fill("4")
        await host.page.keyboard.press("Enter")
        await host.page.wait_for_url("**/register?saved=register")
        assert await town.taps(session) == [("heads", "4", "kept")]


async def test_what_is_tapped_before_the_code_is_there_is_sent(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        page, arrived = host.page, asyncio.Event()

        async def slowly(route: Any) -> None:
            await arrived.wait()
            await route.continue_()

        await page.context.route("**/queue*.js*", slowly)
        await page.goto(f"{host.address}/manage/sessions/{session}/register", wait_until="commit")
        await page.get_by_role("switch").first.click()
        await page.get_by_label("Kom innom uten påmelding", exact=True).fill("2")
        arrived.set()
        await page.locator("form[data-live]").wait_for(state="attached")
        await page.get_by_role("switch").nth(1).click()
        assert {one[:2] for one in await town.number(session, 3)} == {("state", "present"), ("heads", "2")}


async def test_the_page_that_one_comes_back_to_shows_what_stands(arrive: Any, town: Town) -> None:  # noqa: F811
    async with at_the_register(arrive, town) as (session, _host, page):
        first = page.get_by_role("switch").first
        await first.click()
        await page.get_by_label("Kom innom uten påmelding", exact=True).fill("7")
        await page.get_by_label("Kom innom uten påmelding", exact=True).blur()
        await town.number(session, 2)
        await expect(page.locator("[data-status]")).to_contain_text("Lagret ")
        await page.get_by_role("link", name="Liste til å skrive ut").click()
        await page.wait_for_url("**/list")
        await town.forget(session)  # another host took it all back
        await page.go_back()
        await page.locator("form[data-live]").wait_for(state="attached")
        await expect(first).not_to_be_checked()
        await expect(page.get_by_label("Kom innom uten påmelding", exact=True)).to_have_value("")
        await first.click()
        assert await town.number(session, 1) == [("state", "present", "kept")]


async def test_undo_pressed_twice_undoes_once(arrive: Any, town: Town) -> None:  # noqa: F811
    async with at_the_register(arrive, town) as (session, _host, page):
        first = page.get_by_role("switch").first
        await first.click()
        await town.number(session, 1)
        await page.get_by_role("button", name="Angre", exact=True).dblclick(delay=20)
        assert (await town.number(session, 2))[1:] == [("state", None, "kept")]
        await expect(first).not_to_be_checked()
        await first.click()
        assert (await town.number(session, 3))[2:] == [("state", "present", "kept")]


@pytest.mark.parametrize("hours", [-1, 2])
async def test_a_clock_that_is_set_between_tap_and_sending_loses_no_tap(
    arrive: Any,
    town: Town,  # noqa: F811
    hours: int,
) -> None:
    async with at_the_register(arrive, town) as (session, host, page):
        await host.lose_net()
        await page.get_by_role("switch").first.click()
        await expect(page.locator("[data-status]")).to_contain_text("Ett merke er ikke sendt")
        await page.evaluate("""hours => {
            const before = Date.now;
            Date.now = () => before() + hours * 3_600_000;
        }""", hours)  # fmt: skip
        await page.get_by_role("switch").nth(1).click()
        await expect(page.locator("#tp-waiting")).to_contain_text("2 merker er ikke sendt")
        await page.context.set_offline(False)
        assert [one[2] for one in await town.number(session, 2)] == ["kept", "kept"]
        apart = await town.connection.fetchval(
            "SELECT max(abs(extract(epoch FROM tapped_at - arrived_at))) FROM register_tap WHERE session_id = $1",
            session,
        )
        assert apart < 600, "by the server's clock, whatever the phone's says"


async def test_a_switch_does_not_turn_under_the_finger(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    async with arrive(**PHONE) as host, arrive() as another:
        for somebody in (host, another):
            await somebody.sign_in("mariam@example.no")
            await somebody.open_register(session)
        page, answered = host.page, asyncio.Event()

        async def slowly(route: Any) -> None:
            await answered.wait()
            await route.continue_()

        await page.route("**/register/taps", slowly)
        await page.get_by_role("switch").first.click()
        second = page.get_by_role("switch").nth(1)
        await another.page.get_by_role("switch").nth(1).click()
        await town.number(session, 1)
        await second.hover()
        await page.mouse.down()
        async with page.expect_response("**/register/taps"):
            answered.set()
        await page.wait_for_timeout(SLOWLY)
        await page.mouse.up()
        await town.number(session, 3)
        await expect(second).to_be_checked()
        assert {one[1] for one in await town.taps(session)} == {"present"}, "nobody was un-marked"


async def test_a_number_that_was_typed_and_not_left_is_told_when_the_phone_is_put_away(
    arrive: Any,
    town: Town,  # noqa: F811
) -> None:
    async with at_the_register(arrive, town) as (session, _host, page):
        await page.get_by_label("Kom innom uten påmelding", exact=True).fill("4")
        await page.evaluate("""() => {
            Object.defineProperty(document, "hidden", { value: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""")
        assert await town.number(session, 1) == [("heads", "4", "kept")]
        await page.get_by_label("Kom innom uten påmelding", exact=True).blur()
        await page.get_by_role("switch").first.click()
        assert len(await town.number(session, 2)) == 2, "once"
