"""Somebody narrows the list down, on a phone and at a desk, with and without JavaScript."""

import re
from typing import Any

import pytest

from tests.journeys.conftest import Somebody
from tests.journeys.test_pages import SIGHTS


async def unfold(somebody: Somebody) -> None:
    await somebody.page.locator(".tp-filters > summary").click()


async def test_without_javascript_the_filters_are_a_sheet_with_a_button_below_them(arrive: Any) -> None:
    async with arrive(script=False, **SIGHTS["phone"]) as visitor:
        await visitor.go("/offers?municipality=sandnes")
        await visitor.press("Sju dager")
        await unfold(visitor)
        await visitor.choose("Gratis")
        await visitor.choose("Trinnfri inngang")
        await visitor.page.locator("#age").fill("9")
        await visitor.press("Vis tilbud")
        assert "day=seven_days" in visitor.page.url, "the day is kept"
        chips = visitor.page.get_by_role("list", name="Valgene dine")
        assert [" ".join(one.split()) for one in await chips.locator("li a").all_inner_texts()] == [
            "Fjern Sju dager", "Fjern Alder: 9 år", "Fjern Trinnfri inngang", "Fjern Gratis", "Fjern Sandnes",
            "Fjern alle valg",
        ]  # fmt: skip
        await visitor.press("Fjern Alder: 9 år")
        assert "age=9" not in visitor.page.url
        await unfold(visitor)
        await visitor.page.locator("#age").fill("300")
        await visitor.press("Vis tilbud", status=422)
        assert "Skriv en alder mellom 0 og 120." in await visitor.text()
        assert await visitor.page.locator("#age").input_value() == "300"
        assert await visitor.page.get_by_label("Gratis").is_checked()


@pytest.mark.parametrize(
    ("sight", "also"), [("phone", ["dark phone"]), ("desktop", ["dark"]), ("narrow", [])]
)
async def test_each_choice_is_answered_at_once_and_the_focus_stays(
    arrive: Any, sight: str, also: list[str]
) -> None:
    async with arrive(**SIGHTS[sight], also=[SIGHTS[each] for each in also]) as visitor:
        await visitor.go("/offers?municipality=sandnes")
        small = sight != "desktop"
        if small:
            await unfold(visitor)
        await visitor.look()
        await visitor.page.evaluate("window.stayed = true")
        button = visitor.page.locator(".tp-filters__act button")
        await visitor.page.locator("#rest-kind summary").click()
        await visitor.page.get_by_label("Kveld, fra kl. 17").check()
        await visitor.page.locator(".tp-filters__act button", has_text=re.compile("[0-9]")).wait_for()
        said = await visitor.page.locator("#live").inner_text()
        assert await button.inner_text() == f"Vis {said}"
        assert "part=evening" in visitor.page.url
        assert "age=" not in visitor.page.url, "what is not chosen is not in the address"
        assert await visitor.page.evaluate("document.activeElement.value") == "evening"
        assert await visitor.page.locator("#rest-kind").get_attribute("open") is not None, (
            "what is unfolded stays so"
        )
        await visitor.look()
        await button.click()
        await visitor.page.locator("#found:focus").wait_for()
        assert (await visitor.page.locator(".tp-filters").get_attribute("open") is None) or not small
        assert await visitor.page.evaluate("window.stayed === true")
