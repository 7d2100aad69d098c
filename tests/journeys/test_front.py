"""Somebody who does not know what it is called: by what is suggested, by their own words, and with a screen reader."""

from typing import Any

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, tidy


@pytest.mark.parametrize("sight", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_what_is_suggested_is_read_out_and_chosen_by_keys_alone(
    arrive: Any, sight: dict[str, Any]
) -> None:
    async with arrive(**sight) as visitor:
        await visitor.go("/")
        field = visitor.page.get_by_role("combobox", name="Hva har du lyst til?")
        await field.focus()
        await visitor.page.keyboard.type("språkk")
        options = visitor.page.get_by_role("option")
        await options.first.wait_for()
        assert tidy(await options.first.inner_text()) == "Språkkafé Tilbud"
        assert (
            "forslag. Bruk pil ned" in await visitor.page.locator(".tp-suggesting [role=status]").inner_text()
        )
        await visitor.look()

        await visitor.page.keyboard.press("ArrowDown")
        assert await field.get_attribute("aria-activedescendant") == await options.first.get_attribute("id")
        await visitor.page.keyboard.press("Escape")
        assert await field.get_attribute("aria-expanded") == "false"
        assert await field.input_value() == "språkk", "what is typed stays"

        await visitor.page.keyboard.press("ArrowDown")
        await options.first.wait_for()
        await visitor.page.keyboard.press("ArrowDown")
        await visitor.page.keyboard.press("Enter")
        await visitor.page.wait_for_url("**/offers/sprakkafe")


async def test_what_is_typed_is_searched_for_though_something_is_suggested(arrive: Any) -> None:
    async with arrive() as visitor:
        await visitor.go("/")
        await visitor.page.get_by_role("combobox").press_sequentially("språkk")
        await visitor.page.get_by_role("option").first.wait_for()
        await visitor.page.keyboard.press("Enter")
        await visitor.page.wait_for_url("**/offers?q=*")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_somebody_alone_in_the_evening_is_led_to_company(arrive: Any, script: bool) -> None:
    async with arrive(script=script, **PHONE) as visitor:
        await visitor.go("/")
        await visitor.fill("Hva har du lyst til?", "jeg er alene om kveldene")
        await visitor.press("Søk")
        assert "Andre sier det slik: «Jeg er alene om kvelden»" in await visitor.text()
        await visitor.page.locator("[aria-labelledby=situation] p a").click()
        await visitor.look()
        assert "Onsdagsbordet" in await visitor.text()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_whoever_has_lost_somebody_finds_the_group_before_all_else(arrive: Any, script: bool) -> None:
    async with arrive(script=script, **PHONE) as visitor:
        await visitor.go("/")
        await visitor.fill("Hva har du lyst til?", "sorggrupe")
        await visitor.press("Søk")
        first = visitor.page.locator(".tp-offer__link").first
        assert await first.inner_text() == "Når noen mangler ved bordet"
        await visitor.look()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_a_beginner_finds_norwegian_in_english(arrive: Any, script: bool) -> None:
    async with arrive(script=script, **PHONE) as visitor:
        await visitor.go("/en")
        await visitor.fill("What would you like to do?", "Norwegian for beginners")
        await visitor.press("Search")
        first = visitor.page.locator(".tp-offer__link").first
        assert await first.inner_text() == "Language café"
        await visitor.look()
