"""What stands in where there is no net, with a net that holds its answer: the worker's own code in Chromium, on a clock
that is moved."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route

WORKER = (Path(__file__).parents[2] / "static" / "js" / "worker.js").read_text()
HOME = "http://localhost/"
PATIENCE = 8_000

BEGIN = """([code, shell]) => {
    const heard = {};
    const self = { addEventListener: (name, act) => { heard[name] = act; } };
    const caches = { open: async () => ({ match: async () => shell || undefined }) };
    const asked = new Promise((good, bad) => Object.assign(window, { answer: good, fail: bad }));
    new Function("SHELL", "FILES", "VERSION", "self", "caches", "fetch", code)(
        "/shell", [], "1", self, caches, () => asked);
    window.got = null;
    heard.fetch({
        request: { method: "GET", mode: "navigate", url: `${location.origin}/manage/sessions/1/register` },
        respondWith: (answer) => {
            answer.then((found) => { window.got = found; }, () => { window.got = "nothing"; });
        },
    });
}"""


@pytest.fixture
async def page(chromium: Browser) -> Any:
    """A page of ours that is empty, and whose clock stands still."""

    async def answer(route: Route) -> None:
        await route.fulfill(body="<!doctype html>", content_type="text/html")

    context = await chromium.new_context()
    page = await context.new_page()
    await page.route("**/*", answer)
    await page.goto(HOME)
    await page.clock.install(time=0)
    await page.clock.pause_at(1000)
    yield page
    await context.close()


async def got(page: Page) -> Any:
    """What the navigation was answered, once all that was promised has been kept."""
    await page.evaluate("() => new Promise((good) => { const c = new MessageChannel(); c.port1.onmessage = good; "
                        "c.port2.postMessage(0); })")  # fmt: skip
    return await page.evaluate("window.got")


async def test_an_answer_that_never_comes_is_waited_for_so_long_and_no_longer(page: Page) -> None:
    await page.evaluate(BEGIN, [WORKER, "the empty page"])
    await page.clock.fast_forward(PATIENCE - 100)
    assert await got(page) is None
    await page.clock.fast_forward(200)
    assert await got(page) == "the empty page"
    await page.evaluate("window.answer('the page, too late')")
    assert await got(page) == "the empty page"


async def test_a_slow_answer_is_the_page(page: Page) -> None:
    await page.evaluate(BEGIN, [WORKER, "the empty page"])
    await page.clock.fast_forward(PATIENCE - 100)
    await page.evaluate("window.answer('the page')")
    assert await got(page) == "the page"


async def test_what_fails_at_once_is_not_waited_for(page: Page) -> None:
    await page.evaluate(BEGIN, [WORKER, "the empty page"])
    await page.evaluate("window.fail(new TypeError('no way there'))")
    assert await got(page) == "the empty page"


async def test_without_an_empty_page_the_answer_is_waited_for(page: Page) -> None:
    await page.evaluate(BEGIN, [WORKER, ""])
    await page.clock.fast_forward(PATIENCE + 100)
    assert await got(page) is None
    await page.evaluate("window.answer('the page')")
    assert await got(page) == "the page"
