"""The page of a register without net, as the phone's own worker gives it; and a thousand taps that are sent from there.

The limit of the same run is a bare worker that answers with an empty page: what Chromium itself takes for it on this
machine. Both are measured in turn with the worker running, and once it has been stopped as a phone stops it.
"""

import asyncio
import os
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import BrowserContext, Page, async_playwright

from tests.bench.measuring import own_database, served
from tests.bench.taps import PEOPLE, filled

WANTED = 100
"""Milliseconds to the first page from the cache."""
TIMES = 15
BARE = {
    "/": ("text/html", "<!doctype html><title>bare</title><p>Empty."),
    "/worker.js": ("text/javascript", """
self.addEventListener("install", (event) => event.waitUntil(
  caches.open("bare").then((cache) => cache.add("/")).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") { event.respondWith(caches.match("/")); }
});"""),
}  # fmt: skip
TOOK = """() => { const [page] = performance.getEntriesByType("navigation");
    const painted = performance.getEntriesByName("first-contentful-paint")[0];
    return { loaded: page.domContentLoadedEventEnd, painted: painted ? painted.startTime : null,
        worker: page.responseStart, drawn: Number(document.body.dataset.drawn) || null }; }"""
"""Since the navigation began: until the worker had answered, the code had run, and something was to be seen."""


class Bare(BaseHTTPRequestHandler):
    """The site of the bare worker."""

    def do_GET(self) -> None:
        kind, text = BARE.get(self.path, ("text/plain", ""))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_said: object) -> None:
        """Nothing is told."""


async def opened(context: BrowserContext, address: str, stopped: bool) -> dict[str, float | None]:
    """Open an address in a page of its own, and how long that took."""
    page = await context.new_page()
    if stopped:
        session = await context.new_cdp_session(page)
        await session.send("ServiceWorker.enable")
        await session.send("ServiceWorker.stopAllWorkers")
    await page.goto(address)
    await asyncio.sleep(0.3)
    took: dict[str, float | None] = await page.evaluate(TOOK)
    await page.close()
    return took


async def ready(page: Page, address: str) -> None:
    await page.goto(address)
    await page.evaluate("navigator.serviceWorker.ready")


async def compared(address: str, session: str, cookie: str) -> dict[str, dict[str, float]]:
    """Medians of both pages, in turn."""
    bare = ThreadingHTTPServer(("127.0.0.1", 0), Bare)
    threading.Thread(target=bare.serve_forever, daemon=True).start()
    other = f"http://127.0.0.1:{bare.server_address[1]}/"
    found: dict[str, list[dict[str, float | None]]] = {}
    async with async_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = await browser.new_context()
        name, _is, secret = cookie.partition("=")
        await context.add_cookies([{"name": name, "value": secret, "url": address}])
        page = await context.new_page()
        register = f"{address}/manage/sessions/{session}/register"
        await ready(page, register)
        await page.locator("form[data-kept]").wait_for(state="attached", timeout=60_000)
        await page.goto(other)
        await page.evaluate("navigator.serviceWorker.register('/worker.js')")
        await ready(page, other)
        await context.set_offline(True)
        for _time in range(TIMES):
            for kind, where in (("ours", register), ("bare", other)):
                for stopped in (False, True):
                    took = await opened(context, where, stopped)
                    found.setdefault(f"{kind}{'_stopped' if stopped else ''}", []).append(took)
        await browser.close()
    bare.shutdown()
    return {
        kind: {
            what: round(median(told), 1)
            for what in ("worker", "loaded", "painted", "drawn")
            if (told := [value for one in all_ if (value := one[what]) is not None])
        }
        for kind, all_ in found.items()
    }


def measure(results: dict[str, Any], note: Callable[..., None]) -> None:
    """Put it among the results of `make bench`."""
    with own_database() as (data, dsn):
        # One register: the page keeps all of today before it says so, and forty take a busy machine minutes.
        cookie, sessions = asyncio.run(filled(dsn, datetime.now(UTC), 1))
        with served(data, dsn, 1) as (address, _ours):
            found = asyncio.run(compared(address, next(iter(sessions)), cookie))
    for kind in ("", "_stopped"):
        ours, bare = found[f"ours{kind}"], found[f"bare{kind}"]
        note(results, f"offline_page{kind}", ours["loaded"], "ms", f"{WANTED} ms", WANTED)
        results[f"offline_page{kind}"] |= {"of": PEOPLE, "ours": ours, "bare": bare}
        print(f"{'':24} ours {ours}  bare {bare}  ratio {ours['loaded'] / bare['loaded']:.2f}")


if __name__ == "__main__":
    from tests.bench.measuring import note as told

    Path("var").mkdir(exist_ok=True)
    os.environ["TREFFPUNKT_DEMO"] = "1"
    measure({}, told)
