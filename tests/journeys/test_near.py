"""Near where somebody is: their position becomes a postcode in the browser, and goes nowhere."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Page

from tests.journeys.conftest import PHONE, tidy

HANA = {"latitude": 58.8571234, "longitude": 5.7651234}
PARIS = {"latitude": 48.8584321, "longitude": 2.2945321}
LIST = "/offers?municipality=sandnes"


def sent_by(page: Page) -> list[str]:
    """All that the page asks for from now on: addresses, and what is sent with them."""
    sent: list[str] = []
    page.on("request", lambda one: sent.append(f"{one.url} {one.post_data} {one.headers}"))
    return sent


async def ask_where(visitor: Any) -> None:
    await visitor.page.locator("summary", has_text="Filtrer").first.click()
    await visitor.page.get_by_role("button", name="Bruk der jeg er nå").click()


async def test_a_position_becomes_a_postcode_and_is_never_sent(arrive: Any) -> None:
    async with arrive(geolocation=HANA, permissions=["geolocation"], **PHONE) as visitor:
        await visitor.go(LIST)
        sent = sent_by(visitor.page)
        assert "Posisjonen din blir på telefonen" not in await visitor.text(), (
            "nothing is asked until the button is"
        )
        await ask_where(visitor)
        await visitor.page.wait_for_url("**near=4328**")
        assert parse_qs(urlsplit(visitor.page.url).query)["near"] == ["4328"]
        first = visitor.page.locator(".tp-offer").first
        await first.get_by_text("Hana bydelshus").wait_for()
        assert "Hana bydelshus, 300 m unna" in tidy(await first.inner_text())
        assert "Det nærmeste står først." in tidy(await visitor.text())
        await visitor.look()
        await first.locator("a").first.click()
        await visitor.page.wait_for_url("**/offers/*")
        assert sent
        assert not [one for one in sent if "58.8" in one or "5.76" in one]


async def test_who_is_abroad_is_told_so_and_can_write_a_place(arrive: Any) -> None:
    async with arrive(geolocation=PARIS, permissions=["geolocation"], **PHONE) as visitor:
        await visitor.go(LIST)
        sent = sent_by(visitor.page)
        await ask_where(visitor)
        told = visitor.page.locator("#here-told", has_text="Du ser ut til å være utenfor Norge.")
        await told.wait_for()
        assert "near=" not in visitor.page.url
        assert not [one for one in sent if "48.8" in one or "2.29" in one]
        await visitor.fill("Nær hvor?", "riska")
        await visitor.page.get_by_label("Nær hvor?").press("Enter")
        await visitor.page.locator(".tp-offer", has_text="Riska bydelshus").first.wait_for()
        await visitor.look()


async def test_who_says_no_is_asked_for_a_place_instead(arrive: Any) -> None:
    async with arrive(**PHONE) as visitor:
        await visitor.go(LIST)
        await ask_where(visitor)
        await visitor.page.locator("#here-told", has_text="Vi fikk ikke vite hvor du er.").wait_for()


async def test_something_for_a_child_on_saturday_near_a_postcode_without_javascript(arrive: Any) -> None:
    async with arrive(script=False, **PHONE) as visitor:
        await visitor.go(LIST)
        await visitor.page.locator("#q").fill("barn lørdag 4328")
        await visitor.page.locator("button[form=find]").click()
        await visitor.page.locator(".ds-chip").first.wait_for()
        chips = [tidy(one) for one in await visitor.page.locator(".ds-chip").all_inner_texts()]
        assert {"Fjern Lørdag", "Fjern Nær 4328 Sandnes"} <= {*chips}
        card = tidy(await visitor.page.locator(".tp-offer").first.inner_text())
        assert "Lekestua på lørdag" in card
        assert "300 m unna" in card
        assert not await visitor.page.get_by_role("button", name="Bruk der jeg er nå").is_visible()
