"""What one comes to by Tab can be seen: no bar that stays at the edge of a phone lies over it (WCAG 2.4.11)."""

import pytest
from playwright.async_api import Browser

from tests.house.town import build, routes
from tests.journeys.test_width import served
from tests.visitor import Visitor

UNDER = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const box = one.getBoundingClientRect();
    const over = document.elementFromPoint(box.left + Math.min(box.width / 2, 20), box.top + box.height / 2);
    const bar = over?.closest(".tp-savebar, .tp-filters__act, .tp-desk__bar");
    return bar && !bar.contains(one) ? one.outerHTML.slice(0, 120) : "";
}"""
"""What has focus where a bar lies over it; null where the page is through."""


@pytest.mark.parametrize("path", ["/offers", "/manage/sessions/{id}/register"])
async def test_nothing_is_reached_under_a_bar(visitor: Visitor, chromium: Browser, path: str) -> None:
    town = await build()
    await visitor.sign_in(town.people["everybody"])
    address = next(town.path(route) for route in routes("GET") if route.path == path)
    hidden, reached = [], 0
    async with (
        served(visitor) as (home, _),
        await chromium.new_context(viewport={"width": 390, "height": 480}) as context,
    ):
        page = await context.new_page()
        await page.goto(home + address)
        await page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
        for key in ("Tab", "Shift+Tab"):
            for _ in range(60):
                await page.keyboard.press(key)
                if (found := await page.evaluate(UNDER)) is None:
                    break
                reached += 1
                hidden += [f"{key}: {found}"] if found else []
    assert reached > 60
    assert not hidden, "\n" + "\n".join(hidden)
