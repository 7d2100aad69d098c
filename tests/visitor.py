"""A visitor over HTTP, in the same process: opens pages, fills in the forms that the pages really hold."""

import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

import httpx2 as httpx
import time_machine
from bs4 import BeautifulSoup, Tag
from uuid_utils.compat import uuid7

from marketplace.app import build
from marketplace.base.signing import secret_hash
from marketplace.people.models import Person
from marketplace.people.sign_in.models import SignIn
from tests import markup

APP = build()
sys.modules["sniffio"] = None  # type: ignore[assignment]  # httpx asks for it, which is not there, at each request


def in_line(text: str) -> str:
    """As a person reads it: without marks that are not seen, and with ordinary spaces."""
    return " ".join(text.replace("\u2060", "").split())


class Page:
    """An answer: `status`, `text` and the parsed `soup`. The demo's panel, which names people of the demo on every page
    once a demo has been loaded, is no part of it: it stands in `demo`."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.url = str(response.url.raw_path.decode())

    @cached_property
    def _parsed(self) -> tuple[BeautifulSoup, Tag | None]:
        """Only when somebody reads it: to parse a page takes longer than to make it."""
        html = "html" in self.response.headers.get("content-type", "")
        soup = BeautifulSoup(self.response.text if html else "", "html.parser")
        panel = soup.select_one("aside.tp-demo")
        return soup, panel.extract() if panel else None

    @property
    def soup(self) -> BeautifulSoup:
        return self._parsed[0]

    @property
    def demo(self) -> Tag | None:
        return self._parsed[1]

    @property
    def html(self) -> str:
        """All that the page holds, seen or not."""
        return str(self.soup)

    @cached_property
    def text(self) -> str:
        """What a person reads, in one line, with ordinary spaces."""
        return in_line(markup.words(self._written) if self._written else self.response.text)

    @cached_property
    def _written(self) -> str:
        """The page as it is written, without the demo's panel; empty where it is none."""
        html = "html" in self.response.headers.get("content-type", "")
        return markup.without_panel(self.response.text) if html else ""

    @property
    def heading(self) -> str:
        found = BeautifulSoup(markup.heading(self._written), "html.parser").h1
        return in_line(found.get_text(" ")) if found else ""

    @cached_property
    def forms(self) -> list[str]:
        """Its forms that post, as they are written; what stands around the page comes last."""
        return markup.forms(self._written)

    def written_form(self, action: str | None = None) -> str:
        """The form whose action ends so; else the first that posts."""
        found = [
            form for form in self.forms
            if action is None or markup.of_form(form).get("action", "").partition("?")[0].endswith(action)
        ]  # fmt: skip
        assert len(found) >= 1, f"no form {action} on {self.url}: {self.heading}"
        return found[0]

    def form(self, action: str | None = None) -> Tag:
        """The same, parsed."""
        form = BeautifulSoup(self.written_form(action), "html.parser").form
        assert form is not None
        return form

    def fields(self, action: str | None = None) -> dict[str, list[str]]:
        """What the form would send if nothing were typed."""
        return markup.fields(self.written_form(action))


class Visitor:
    def __init__(self, client: httpx.AsyncClient, travel: Any, now: datetime) -> None:
        self.client, self.travel, self.now = client, travel, now

    @classmethod
    @asynccontextmanager
    async def at(cls, now: datetime, site: str = "http://127.0.0.1:8000") -> AsyncIterator["Visitor"]:
        """A visitor at a moment; the clock goes on from there."""
        with time_machine.travel(now, tick=True) as travel:
            transport = httpx.ASGITransport(app=APP)
            async with httpx.AsyncClient(transport=transport, base_url=site) as client:
                yield cls(client, travel, now)

    @property
    def site(self) -> str:
        """Where this browser is, as it says itself."""
        return str(self.client.base_url).rstrip("/")

    def at_network(self, address: str) -> "Visitor":
        """Somebody else, with an empty browser, at another network address."""
        transport = httpx.ASGITransport(app=APP, client=(address, 4711))
        client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
        return Visitor(client, self.travel, self.now)

    def wait(self, time: timedelta) -> None:
        """Let time pass."""
        self.now += time
        self.travel.move_to(self.now)

    async def open(self, path: str, **headers: str) -> Page:
        """GET, without following redirects."""
        return Page(await self.client.get(path, headers={n.replace("_", "-"): v for n, v in headers.items()}))

    async def follow(self, page: Page) -> Page:
        """Go where a redirect leads."""
        while page.status in (301, 302, 303, 307, 308):
            page = await self.open(urljoin(page.url, page.response.headers["location"]))
        return page

    async def submit(self, page: Page, action: str | None = None, **typed: Any) -> Page:
        """Fill in the page's form and send it; a list sends a field several times, None leaves it out."""
        fields = page.fields(action)
        for name, text in typed.items():
            if text is None:
                fields.pop(name, None)
            else:
                fields[name] = [str(part) for part in text] if isinstance(text, list) else [str(text)]
        target = urljoin(page.url, markup.of_form(page.written_form(action)).get("action") or page.url)
        return await self.post(target, fields)

    async def post(self, path: str, fields: dict[str, Any]) -> Page:
        """POST as it is."""
        return Page(
            await self.client.post(
                path, data=fields, headers={"origin": str(self.client.base_url).rstrip("/")}
            )
        )

    async def sign_in(self, person: Person) -> None:
        """Be that person, without the one-time link (tests/marketplace/people tests that one, and how long it lasts:
        made in the future, this one never grows old)."""
        secret, later = secrets.token_urlsafe(24), self.now + timedelta(days=400)
        await SignIn.create(
            id=uuid7(), person_id=person.id, secret_hash=secret_hash(secret), device="test", created_at=later,
            seen_at=later, expires_at=later, second_factor_at=later,
        )  # fmt: skip
        host = self.client.base_url.host
        # In the place of the one that a page has set, which is of a domain.
        self.client.cookies.set("sign-in", secret, domain=host if "." in host else f"{host}.local")
