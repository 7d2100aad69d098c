"""Nothing goes sideways, and no text stands in a column so narrow that its words fall into letters: every page on a
small phone, and on a phone whose owner reads text at twice its size, in a town where everything has a long name; and
every mail. On the small phone axe looks at every page too."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx2 import Response
from playwright.async_api import Browser, Page, ViewportSize

from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from marketplace.demo.samples import NAMES, made_up
from tests import make
from tests.conftest import NOW
from tests.house.test_no_sms import without_sms  # noqa: F401 - a fixture
from tests.house.town import Town, build, routes
from tests.journeys.judging import AT_HAND, LARGER, TOO_WIDE, violations
from tests.visitor import Visitor

WORD = "Menneskerettighetsorganisasjonssammenslutninger"
ADDRESS = "kari.kristoffersen.nordmann.langtnavn@eksempelkommune.example.no"
SIGHTS = [(320, ""), (390, "200%")]
"""A small phone, and one whose owner reads text at twice its size."""
LONG = (
    "UPDATE person SET name = $1",
    "UPDATE companion SET name = $1",
    "UPDATE offer_text SET title = $2 || ' og ' || title, summary = $2 || ' ' || $1, body = $2, meets_you = $2, "
    "way_in = $1, bring_someone = $2, what_happens = $2, may_leave = $2, bring = $1",
    "UPDATE organization SET name = $2, contact_name = $1, email = $1, "
    "website = 'https://' || lower($2) || '.no/' || $1",
    "UPDATE organization_text SET summary = $2, body = $1",
    "UPDATE venue SET name = $2, street = $2 || 'gata 112', city = $2",
    "UPDATE venue_text SET entrance = $1, transport = $2",
    "UPDATE session SET note = $2",
    "UPDATE offer_question SET text = $2, purpose = $1",
    "UPDATE booking_answer SET text = $1",
    "UPDATE municipality SET name = left($2, 30)",
    "UPDATE contact_point SET value = 'x' || id || $1 WHERE channel = 'email'",
    "UPDATE invitation SET address = $1",
    "UPDATE decision SET reason = $2",
    "UPDATE dialogue_meeting SET agenda = $2",
)
"""Everything that somebody may have written, as one long word or address."""
IN_LETTERS = """() => {
    const unseen = one => one && (one.offsetWidth <= 1 && one.offsetHeight <= 1 || unseen(one.parentElement));
    const lines = node => {
        const all = document.createRange();
        all.selectNodeContents(node);
        return new Set([...all.getClientRects()].filter(box => box.width).map(box => Math.round(box.top))).size;
    };
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode, within = node.parentElement, length = node.data.trim().length;
        if (length < 8 || within.closest("svg, script, style, option") || unseen(within)) continue;
        const count = lines(node);
        if (count > 2 && length / count < 4) found.push(count + " lines: " + within.outerHTML.slice(0, 160));
    }
    return found.slice(0, 3).join(" | ") || null;
}"""
"""What is broken into lines of fewer than four letters each. It goes nowhere sideways, and nobody can read it."""
SHORT_BROKEN = """most => {
    const unseen = one => one && (one.offsetWidth <= 1 && one.offsetHeight <= 1 || unseen(one.parentElement));
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode, within = node.parentElement;
        if (within.closest("svg, script, style, option, table, code, [translate=no]") || unseen(within)) continue;
        for (const {0: word, index} of node.data.matchAll(/[^ \\t\\n\\u2060-]+/g)) {
            if (word.length > most || /[^\\p{L}]/u.test(word)) continue;
            const letters = document.createRange();
            letters.setStart(node, index), letters.setEnd(node, index + word.length);
            const boxes = [...letters.getClientRects()].filter(box => box.width);
            const lines = new Set(boxes.map(box => Math.round(box.top))).size;
            if (lines > 1) found.push(word + ": " + within.outerHTML.slice(0, 160));
        }
    }
    return found.slice(0, 3).join(" | ") || null;
}"""
"""A word of few letters that does not stand on one line: "påmeld", and below it "t"."""
UNREADABLE = f"""([size, most]) => {{
    document.querySelectorAll("details").forEach(one => {{ one.open = true; }});
    ({LARGER})(size);
    return ({TOO_WIDE})() || ({IN_LETTERS})() || ({SHORT_BROKEN})(most);
}}"""
"""Any of this, with all that can be opened open and text of this size."""
MOST = 8
"""Letters that a line has room for on a phone, also in a heading and at twice its size."""


UNPACKED = ("content-encoding", "content-length", "transfer-encoding")
"""What is no longer true of an answer that has been read."""


async def long_town() -> Town:
    town = await build()
    for statement in LONG:
        values = [each for number, each in ((1, ADDRESS), (2, WORD)) if f"${number}" in statement]
        await rows(statement if "$1" in statement else statement.replace("$2", "$1"), *values)
    return town


@asynccontextmanager
async def served(visitor: Visitor) -> AsyncIterator[tuple[str, dict[str, Response]]]:
    """The address of a server that hands a browser's requests to this visitor's app. What is in the dictionary is
    answered so, once; files of ours a browser keeps as it does everywhere."""
    asked: dict[str, Response] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asking = (await reader.readline()).decode().split()
        if not asking:  # a browser connects before it has anything to ask
            return writer.close()
        while (await reader.readline()).strip():
            pass
        path = asking[1]
        got = asked.pop(path, None) or await visitor.client.get(path)
        said = {name: text for name, text in got.headers.items() if name not in UNPACKED}
        said |= {"content-length": str(len(got.content)), "connection": "close"}
        head = "".join(f"{name}: {text}\r\n" for name, text in said.items())
        writer.write(f"HTTP/1.1 {got.status_code} -\r\n{head}\r\n".encode() + got.content)
        await writer.drain()
        return writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield "http://{}:{}".format(*server.sockets[0].getsockname()), asked


def size_of(width: int) -> ViewportSize:
    return {"width": width, "height": 800}


async def look(page: Page, address: str, sights: list[tuple[int, str]]) -> str:
    """What is too wide or too narrow on this page in each sight, of which it is in the first, and what axe has to say
    where text has its usual size."""
    await page.goto(address)
    for width, size in sights:
        if page.viewport_size != (wanted := size_of(width)):
            await page.set_viewport_size(wanted)
        found: str | None = await page.evaluate(UNREADABLE, [size, MOST])
        if not found and not size:
            # While it is open the menu lies over the page, so that what is under it cannot be pressed just then.
            await page.evaluate("document.querySelectorAll('.tp-menu').forEach(one => one.open = false)")
            found = await violations(page) or None
        if found:
            return f"{address}, {width} px wide, text {size or 'as usual'}: {found}"
    return ""


@pytest.mark.parametrize("who", ["everybody", "resident"])
async def test_no_page_goes_sideways_or_shuts_anybody_out(
    visitor: Visitor, chromium: Browser, who: str
) -> None:
    town = await long_town()
    await visitor.sign_in(town.people[who])
    await looked_at([town.path(route) for route in routes("GET")], visitor, chromium)


async def test_no_week_and_no_list_goes_sideways(visitor: Visitor, chromium: Browser) -> None:
    await long_town()
    dates = await rows(
        "SELECT DISTINCT to_char(starts_at, 'IYYY-\"W\"IW') AS week FROM session WHERE ends_at > $1", NOW
    )
    weeks = [f"/offers?municipality=all&view=week&week={one['week']}" for one in dates[:3]]
    assert weeks
    await looked_at([*weeks, "/offers?municipality=all", "/offers?q=og&order=best"], visitor, chromium)


async def test_who_they_are_is_asked_again_where_no_sms_can_be_sent(
    without_sms: None,  # noqa: F811
    visitor: Visitor,
    chromium: Browser,
) -> None:
    ola = await make.person("Ola", ADDRESS)
    await make.contact(ola, "+4791000077")
    await visitor.sign_in(ola)
    assert "Vi kan ikke sende SMS herfra" in (await visitor.open("/sign-in/again")).text
    await looked_at(["/sign-in/again"], visitor, chromium)


APART = re.compile(
    r'(href|action)="[^"]*"|(name="form_(?:token|key)" value)="[0-9a-f]+"|[B-Z2-9]{4}-[B-Z2-9]{4}'
)
"""What makes the same page another at each address: where it leads to, its form's token, and what the request is called
by. Nothing of it is seen but the last, whose length is always the same."""


async def looked_at(paths: list[str], visitor: Visitor, chromium: Browser) -> None:
    wrong, seen, sights = [], set(), list(SIGHTS)
    # What is still unfolding does not stand where axe measures it.
    async with await chromium.new_context(reduced_motion="reduce", viewport=size_of(sights[0][0])) as context:
        await context.add_init_script(AT_HAND)
        page = await context.new_page()
        async with served(visitor) as (address, asked):
            for path in paths:
                answer = (await visitor.open(path)).response
                shown = APART.sub(r"\1\2", answer.text)
                if "html" in answer.headers.get("content-type", "") and shown not in seen:
                    seen.add(shown)
                    asked[path] = answer
                    wrong += [found] if (found := await look(page, address + path, sights)) else []
                    sights.reverse()  # the next page is opened in the sight that this one was left in
    assert not wrong, "\n" + "\n".join(wrong)


async def test_no_mail_goes_sideways(db: None, data_dir: Any, chromium: Browser) -> None:
    wrong = []
    async with await chromium.new_context(viewport={"width": 390, "height": 800}) as context:
        page = await context.new_page()
        for name in sorted(NAMES):
            async with made_up(name, NOW) as facts:
                content = await MAILS[name](Channel.EMAIL, "nb", **facts)
            await page.set_content(content.html or "" if content else "")
            if found := await page.evaluate(TOO_WIDE):
                wrong.append(f"{name}: {found}")
    assert not wrong, "\n" + "\n".join(wrong)
