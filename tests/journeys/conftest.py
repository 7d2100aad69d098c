"""A real instance with the demo in it, and people with real browsers.

Every page that somebody comes to is checked by axe (WCAG 2.0 to 2.2, A and AA) and must log nothing in the console.
"""

import re
import shutil
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx2 as httpx
import pytest
from aiosmtpd.controller import Controller
from playwright.async_api import Browser, CDPSession, Page, async_playwright, expect
from pyotp import TOTP

from tests.journeys import judging
from tests.journeys.instance import PATIENCE, Instance, at, database, running, until
from tests.journeys.post_office import PostOffice, sign_in_link, signs_in
from tests.offers.seats.test_two_servers import free_port

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""What a journey is made with, the best first: the shell is the same browser without the windows around its pages, and
takes a quarter of the processor's time for each person who comes. Without any, Playwright's own."""

expect.set_options(timeout=30_000)


def as_told(sight: dict[str, Any]) -> tuple[dict[str, Any], bool, Any]:
    """What a browser is told of a sight: its size, whether one touches it, and whether it is dark."""
    size = {**sight["viewport"], "deviceScaleFactor": 1, "mobile": sight.get("is_mobile", False)}
    return size, sight.get("has_touch", False), sight.get("color_scheme", "light")


class Somebody:
    """A person with a browser of their own."""

    def __init__(
        self, page: Page, address: str, sight: dict[str, Any], also: Sequence[dict[str, Any]], script: bool
    ) -> None:
        self.page, self.address, self.sight, self.also, self.script = page, address, sight, also, script
        self.complaints: list[str] = []
        self.was_without_net = False
        self.turned, self.browser = sight, cast(CDPSession | None, None)
        page.on("console", lambda message: self.heard(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.complaints.append(f"asks {request.url}")
                if not request.url.startswith(address) else None)  # fmt: skip

    def heard(self, said: str) -> None:
        """The browser itself notes each request that finds no net."""
        if not (self.was_without_net and "ERR_INTERNET_DISCONNECTED" in said):
            self.complaints.append(said)

    async def lose_net(self) -> None:
        self.was_without_net = True
        await self.page.context.set_offline(True)

    async def go(self, path: str, status: int = 200) -> None:
        """Open a path of the site, or a whole link from a message, under the name that we go by here."""
        answer = await self.page.goto(self.address + re.sub(r"^https?://[^/]+", "", path))
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        await self.look(status)

    async def look(self, status: int = 200) -> None:
        """What axe and the console have to say about the page, in each sight. Nothing goes sideways, on a phone also
        with text at twice its size."""
        await self.page.wait_for_load_state("load")
        # The browser itself notes every page that is an error.
        self.complaints = [
            one for one in self.complaints if not (status >= 400 and f"status of {status}" in one)
        ]
        where = f"{self.page.url}: "
        if self.script:
            measured: list[Any] = []
            for sight in (self.sight, *self.also):
                await self.turn_to(sight)
                # In the dark only colours are others (test_pages.py).
                await self.judge(sight, sight["viewport"] not in measured)
                measured.append(sight["viewport"])
            await self.turn_to(self.sight)
        assert not self.complaints, where + "; ".join(self.complaints)

    async def judge(self, sight: dict[str, Any], measure: bool) -> None:
        """What is wrong with the page as it stands in this sight. How wide it is, is measured once for each size."""
        where = f"{self.page.url} in {sight}: "
        sizes = ["", "200%"] if sight["viewport"]["width"] == PHONE["viewport"]["width"] else [""]
        if measure:
            for size, wide in zip(sizes, await self.page.evaluate(judging.WIDE, sizes), strict=True):
                assert not wide, f"{where}{wide} too wide {size and 'with text at twice its size'}"
        assert not (found := await judging.violations(self.page)), where + found

    async def turn_to(self, sight: dict[str, Any]) -> None:
        """Have the page that is open in another sight, as it would be if the browser had it from the start."""
        if sight == self.turned:
            return
        before, self.turned = self.turned, sight
        size, touch, scheme = [
            now if now != then else None for now, then in zip(as_told(sight), as_told(before), strict=True)
        ]
        browser = self.browser = self.browser or await self.page.context.new_cdp_session(self.page)
        if size is not None:
            await browser.send("Emulation.setDeviceMetricsOverride", size)
        if touch is not None:
            await browser.send("Emulation.setTouchEmulationEnabled", {"enabled": touch})
        if scheme is not None:
            await self.page.emulate_media(color_scheme=scheme)

    async def press(self, name: str, exact: bool = False, nth: int = 0, status: int = 200) -> None:
        """Press a button or follow a link by what it is called, and look where it leads: to a page of this status."""
        found = self.page.get_by_role("button", name=name, exact=exact).or_(
            self.page.get_by_role("link", name=name, exact=exact)
        )
        await found.nth(nth).click()
        await self.look(status)

    async def fill(self, label: str, text: str, nth: int = 0) -> None:
        await self.page.get_by_label(label).nth(nth).fill(text)

    async def choose(self, label: str, exact: bool = False) -> None:
        """Tick a box or a radio button."""
        await self.page.get_by_label(label, exact=exact).first.check()

    async def select(self, label: str, text: str) -> None:
        await self.page.get_by_label(label).first.select_option(label=text)

    async def heading(self) -> str:
        return tidy(await self.page.locator("h1").inner_text())

    async def text(self) -> str:
        return tidy(await self.page.locator("main").inner_text())

    async def sign_in(self, address: str) -> None:
        """Be that person from the next page on, as after `sign_in_by_mail`."""
        secret = await at(self.address).sign_in(address)
        await self.page.context.add_cookies(
            [{"name": "sign-in", "value": secret, "url": self.address, "httpOnly": True, "sameSite": "Lax"}]
        )

    async def sign_in_by_mail(self, address: str) -> None:
        """By the link in the message."""
        await self.go("/sign-in")
        await self.show_who(address)

    async def link_sent_to(self, address: str) -> str:
        """On the page of sign-in: ask for a link, and give the one that comes. All journeys are of the same few people:
        the instance forgets how often they have signed in within the hour, and other tests hold that it counts."""
        async with database(self.address) as connection:
            await connection.execute("DELETE FROM rate_limit")
        before = {message["id"] for message in await self.messages(address)}
        await self.fill("E-post eller mobilnummer", address)
        await self.press("Send meg lenke og kode")
        sent = await self.message(address, lambda one: one["id"] not in before and signs_in(one))
        return sign_in_link(sent)

    async def show_who(self, address: str) -> None:
        """On the page of sign-in, wherever it leads to."""
        await self.go(await self.link_sent_to(address))
        await self.press("Logg inn", exact=True, nth=-1)
        if "/sign-in/second-factor" in self.page.url:
            await self.give_code(address)

    async def open_register(self, session: str) -> Page:
        """The register of a session, once its own code has taken hold of it."""
        await self.go(f"/manage/sessions/{session}/register")
        await self.page.locator("form[data-live]").wait_for(state="attached")
        return self.page

    async def finish_register(self) -> None:
        """Ferdig, which is sent when all marks are. The page that says so then fetches registers for when there is no
        net: whoever leaves it before that has the browser say that it was left."""
        await self.page.get_by_role("button", name="Ferdig", exact=True).click()
        await self.page.get_by_text("Oppmøtet er ferdig ført.").first.wait_for()
        await self.page.locator("form[data-kept]").wait_for(state="attached")

    async def give_code(self, address: str) -> None:
        """What the person's app shows. Each code is used once (tests/marketplace/people): who comes again within the
        same half minute would wait for the next, so the instance forgets the last one."""
        async with httpx.AsyncClient() as client:
            people = (await client.get(f"{self.address}/demo/people.json")).json()
        app = TOTP(next(one["totp_secret"] for one in people if one["address"] == address))
        async with database(self.address) as connection:
            await connection.execute("UPDATE totp SET last_step = 0")
        await self.fill("Koden fra appen", app.now())
        await self.press("Fortsett")

    async def messages(self, to: str) -> list[dict[str, Any]]:
        """All messages to an address, newest first: mail as the SMTP server got it, SMS from the demo's mailbox."""
        if "@" in to:
            return [message for message in reversed(PostOffice.received) if message["to"] == to]
        async with httpx.AsyncClient() as client:
            found = (await client.get(f"{self.address}/demo/mailbox.json")).json()
        return [message for message in found if message["to"] == to]

    async def message(
        self, to: str, wanted: Callable[[dict[str, Any]], bool] = lambda one: True, seconds: float = PATIENCE
    ) -> dict[str, Any]:
        """The newest message to an address that is wanted; waits for the worker to send it."""

        async def arrived() -> dict[str, Any] | None:
            return next((one for one in await self.messages(to) if wanted(one)), None)

        return await until(arrived, f"a message to {to}", seconds)

    async def set_clock(self, step: str) -> None:
        """Let time pass in the demo: the name of a button of /demo/clock."""
        await self.go("/demo/clock")
        await self.press(step)


def tidy(text: str) -> str:
    """Text in one line with ordinary spaces."""
    return re.sub(r"\s+", " ", text.replace("\u2060", "").replace("\u00ad", "")).strip()


@pytest.fixture(scope="session")
def post_office() -> Iterator[str]:
    """Address of the SMTP server."""
    server = Controller(PostOffice(), hostname="127.0.0.1", port=free_port())
    server.start()
    yield f"smtp://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory, post_office: str) -> Any:
    """Address of `python -m marketplace run` with freshly loaded demo data. Its mail goes to the post office."""
    port = free_port()
    with running(port, tmp_path_factory.mktemp("journeys"), post_office):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking", "--disable-sync"]
        )
        yield browser
        await browser.close()


async def doors(address: str, chromium: Browser) -> Any:
    """`async with arrive() as somebody`, once the instance at this address is open: a new person, by default at a desk.
    Options are Playwright's. What they look at they look at in other sights `also`, without asking for it again."""
    await until(at(address).answers, "the instance", 2 * PATIENCE)

    @asynccontextmanager
    async def somebody(
        script: bool = True, host: str = "127.0.0.1", also: Sequence[dict[str, Any]] = (), **options: Any
    ) -> AsyncIterator[Somebody]:
        sight = DESKTOP | options
        async with await chromium.new_context(
            java_script_enabled=script, locale="nb-NO", timezone_id="Europe/Oslo", **sight
        ) as context:
            context.set_default_timeout(30_000)
            await context.add_init_script(judging.AT_HAND)
            page = await context.new_page()
            yield Somebody(page, address.replace("127.0.0.1", host), sight, also, script)

    return somebody


@pytest.fixture
async def arrive(instance: str, chromium: Browser) -> Any:
    return await doors(instance, chromium)


@pytest.fixture(autouse=True)
def clocks_put_back() -> Iterator[None]:
    """Whatever a journey does to the clock of an instance is undone after it, however it ends: those that come later
    would wait for what is no longer to come."""
    before = [(each, each.ahead()) for each in Instance.running]
    yield
    for each, ahead in before:
        each.put_clock(ahead)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A journey that fails also tells what the instances said last: what it waited for in vain may have failed there,
    on a machine that nobody can look at."""
    report = yield
    if report.failed:
        for each in Instance.running:
            report.sections.append((f"log of the instance at port {each.port}", each.said_last()))
    return report
