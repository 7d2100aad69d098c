"""A slow hand: what is pressed is not taken away, and what comes late changes nothing that is newer."""

import asyncio
from contextlib import suppress
from typing import Any

from playwright.async_api import Error, Route, expect

from tests.journeys.conftest import DESKTOP
from tests.journeys.test_list import ALL, NAMES

MORE = "Vis flere tilbud"


async def test_a_press_is_not_lost_when_the_list_is_replaced_meanwhile(arrive: Any) -> None:
    """Who has typed an age presses a card at once: leaving the field asks for another list."""
    async with arrive(**DESKTOP) as visitor:
        await visitor.go(ALL)
        page = visitor.page
        await page.locator("#age").fill("72")
        card = page.locator(".tp-offer__link").nth(1)
        wanted = await card.get_attribute("href")
        await card.scroll_into_view_if_needed()
        box = await card.bounding_box()
        assert box
        await page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
        async with page.expect_response(lambda answer: "age=72" in answer.url):
            await page.mouse.down()
        await page.evaluate(
            "() => new Promise(done => setTimeout(done, 300))"
        )  # as long as a finger lies there
        await page.mouse.up()
        await page.wait_for_url(f"**{wanted}")


async def test_the_list_comes_when_what_was_pressed_leads_nowhere(arrive: Any) -> None:
    async with arrive(**DESKTOP) as visitor:
        await visitor.go(ALL)
        page = visitor.page
        await page.locator("#age").fill("72")
        box = await page.locator("h1").bounding_box()
        assert box
        await page.mouse.move(box["x"] + 5, box["y"] + 5)
        await page.mouse.down()
        await page.mouse.up()
        await page.wait_for_url("**age=72**")
        await expect(page.get_by_role("list", name="Valgene dine")).to_contain_text("Alder: 72 år")


async def test_more_of_a_list_that_is_gone_is_not_shown_in_another(arrive: Any) -> None:
    async with arrive(**DESKTOP) as visitor:
        await visitor.go(ALL)
        page, held = visitor.page, asyncio.Event()

        async def slow(route: Route) -> None:
            await held.wait()
            await route.continue_()

        await page.route("**/offers?*after=*", slow)
        async with page.expect_request("**/offers?*after=*"):
            await page.get_by_role("link", name=MORE).click()
        await page.get_by_label("Kveld, fra kl. 17").check()
        await page.wait_for_url("**part=evening**")
        names = await page.evaluate(NAMES)
        said = await page.locator("#live").inner_text()
        async with page.expect_response("**/offers?*after=*"):
            held.set()
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate(NAMES) == names
        assert await page.locator("#live").inner_text() == said
        assert "part=evening" in page.url
        assert "after=" not in page.url


async def test_more_is_asked_for_once_however_often_it_is_pressed(arrive: Any) -> None:
    async with arrive(**DESKTOP) as visitor:
        await visitor.go(ALL)
        asked: list[str] = []
        visitor.page.on(
            "request", lambda request: asked.append(request.url) if "after=" in request.url else None
        )
        await visitor.page.get_by_role("link", name=MORE).dblclick()
        await visitor.page.locator(".tp-offer").nth(20).wait_for()
        await visitor.page.wait_for_load_state("networkidle")
        names = await visitor.page.evaluate(NAMES)
        assert len(asked) == 1
        assert len(names) == 40


async def test_the_last_of_several_quick_choices_is_what_is_shown(arrive: Any) -> None:
    """The answer to the first comes after that to the last."""
    async with arrive(**DESKTOP) as visitor:
        await visitor.go(ALL)
        page, held = visitor.page, asyncio.Event()

        async def slow(route: Route) -> None:
            await held.wait()
            with suppress(Error):  # nobody waits for it any more
                await route.continue_()

        await page.route(lambda url: "part=evening" in url and "cost=" not in url, slow)
        async with page.expect_request("**part=evening*"):
            await page.get_by_label("Kveld, fra kl. 17").check()
        await page.get_by_label("Gratis").check()
        await page.wait_for_url("**cost=free**")
        said = await page.locator("#live").inner_text()
        held.set()
        await page.wait_for_load_state("networkidle")
        assert await page.locator("#live").inner_text() == said
        assert "cost=free" in page.url
        assert "part=evening" in page.url


async def test_the_keyboard_alone_narrows_down_shows_more_and_goes_back(arrive: Any) -> None:
    async with arrive(**DESKTOP) as visitor:
        await visitor.go(ALL)
        page = visitor.page
        await page.get_by_label("Kveld, fra kl. 17").focus()
        await page.keyboard.press("Space")
        await page.wait_for_url("**part=evening**")
        assert await page.evaluate("document.activeElement.value") == "evening"
        await page.get_by_role("link", name=MORE).focus()
        await page.keyboard.press("Enter")
        await page.locator(".tp-offer").nth(20).wait_for()
        await expect(page.locator(".tp-offer__link").nth(20)).to_be_focused()
        await page.go_back()
        await page.wait_for_url(lambda url: "part=evening" not in url)
        await expect(page.get_by_label("Kveld, fra kl. 17")).not_to_be_checked()
