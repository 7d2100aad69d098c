"""Axe is asked for each thing once in a run: what is wrong with something new is found all the same, where everything
else on the page has been judged before."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, ViewportSize

from tests.journeys.judging import AT_HAND, violations

WIDE: ViewportSize = {"width": 1000, "height": 700}
NARROW: ViewportSize = {"width": 360, "height": 700}
PAGE = """<!DOCTYPE html><html lang="nb"><head><title>Strikk</title><style>
    body { color: #222; background: #fff } .dark { background: #123; color: #ddd; block-size: 3em }
    button { inline-size: 5em; block-size: 3em } .hidden, .phone { display: none } .box { block-size: 12em }
    .small button { inline-size: 9px; block-size: 9px; padding: 0; margin: 0; border: 0; font-size: 1px }
    @media (width < 500px) { .phone { display: block } .moved { position: relative; inset-block-start: 90em }
        .other { color: #bbb } }
</style></head><body><main><h1>Strikk</h1>
    <p>Vi strikker sammen hver uke, og så <a href="/">drikker vi kaffe</a>.</p>
    <p class="last">Vi <b>prater</b> også.</p>
    <div class="dark"><p class="there">Klokka sju</p></div>
    <div class="box"><p>Ta med deg</p><p>garn, og gjerne</p><p>noen du kjenner</p></div>
    <ul><li>en</li><li>to</li></ul>
    <form><p><label for="name">Navn</label> <input id="name" autocomplete="given-name"></p>
        <p id="why">Bare fornavn</p><input aria-label="Alder" aria-describedby="why">
        <button class="first">Send</button> <button class="second">Vent</button>
        <button class="hidden"></button></form>
    <div role="group" aria-label="Valg"><a href="/a">Noe</a> <span lang="en">else</span></div>
    <button aria-expanded="false">Mer</button>
</main></body></html>"""

FAULTS = {
    "its colour": ("color-contrast", ".last", "one.style.color = '#aaa'"),
    "what lies behind": ("color-contrast", ".last", "one.style.background = '#777'"),
    "what lies behind one of several": ("color-contrast", ".box p:last-child", "one.style.background = '#777'"),
    "large, and not large enough": ("color-contrast", ".last", "one.style.cssText = 'color: #888; font-size: 20px'"),
    "a link that looks as the words do": (
        "link-in-text-block", "p a", "one.style.cssText = 'text-decoration: none; color: #444'"),
    "two that are small": ("target-size", "main", "one.className = 'small'"),
    "no name": ("button-name", ".first", "one.textContent = ''"),
    "no name, and seen only now": ("button-name", ".hidden", "one.className = ''"),
    "its label is gone": ("label", "label", "one.remove()"),
    "its label is empty": ("label", "label", "one.textContent = ' '"),
    "no such role": ("aria-roles", "[role]", "one.setAttribute('role', 'grup')"),
    "no such value": ("aria-valid-attr-value", "[aria-expanded]", "one.setAttribute('aria-expanded', 'kanskje')"),
    "no such attribute": ("aria-valid-attr", ".last", "one.setAttribute('aria-presed', 'true')"),
    "more to be said of what it is": ("aria-required-attr", ".last", "one.setAttribute('role', 'heading')"),
    "hidden, and one comes there": ("aria-hidden-focus", "[role]", "one.setAttribute('aria-hidden', 'true')"),
    "nothing to fill in": ("autocomplete-valid", "#name", "one.setAttribute('autocomplete', 'fornamn')"),
    "no such language": ("valid-lang", "[lang=en]", "one.lang = 'engelsk'"),
    "no language": ("html-has-lang", "html", "one.removeAttribute('lang')"),
    "no title": ("document-title", "title", "one.remove()"),
    "something else in a list": ("list", "ul", "one.append(document.createElement('div'))"),
    "outside a list": ("listitem", "li", "document.querySelector('main').append(one)"),
    "one in the other": ("nested-interactive", ".first", "one.innerHTML = 'Send <a href=\"/x\">det</a>'"),
    "it scrolls": ("scrollable-region-focusable", ".box", "one.style.cssText = 'overflow: auto; block-size: 2em'"),
    "nobody may enlarge it": (
        "meta-viewport", "head", "one.innerHTML += '<meta name=viewport content=user-scalable=no>'"),
}  # fmt: skip
"""Which of axe's rules says so, of what, and what has been done to it."""
ONLY_NARROW = {
    "shown": ("button-name", "main", "one.insertAdjacentHTML('beforeend', '<button class=phone></button>')"),
    "of another colour": ("color-contrast", ".last", "one.classList.add('other')"),
    "no longer before its ground": ("color-contrast", ".there", "one.classList.add('moved')"),
}
"""What is wrong on a narrow screen only."""


@pytest.fixture(scope="module")
async def opened(chromium: Browser) -> AsyncIterator[Page]:
    async with await chromium.new_context(reduced_motion="reduce") as context:
        await context.add_init_script(AT_HAND)
        yield await context.new_page()


@pytest.fixture
async def page(opened: Page) -> Page:
    """One on which everything has been judged, at both widths, and nothing is wrong."""
    for width in (NARROW, WIDE):
        await opened.set_viewport_size(width)
        await opened.set_content(PAGE)
        assert not await violations(opened)
    return opened


async def spoil(page: Page, selector: str, done: str) -> None:
    await page.evaluate(f"(one => {{ {done} }})(document.querySelector('{selector}'))")


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_is_wrong_with_something_new_is_found(page: Page, fault: str) -> None:
    rule, *how = FAULTS[fault]
    await spoil(page, *how)
    assert f"{rule}: " in await violations(page)


@pytest.mark.parametrize("fault", ONLY_NARROW)
async def test_what_is_wrong_only_where_it_is_narrow_is_found_there(page: Page, fault: str) -> None:
    rule, *how = ONLY_NARROW[fault]
    await spoil(page, *how)
    assert not await violations(page)
    await page.set_viewport_size(NARROW)
    assert f"{rule}: " in await violations(page)


async def test_where_nothing_is_new_axe_is_not_even_brought(page: Page) -> None:
    await page.goto("about:blank")
    for width in (WIDE, NARROW):
        await page.set_viewport_size(width)
        await page.set_content(PAGE)
        assert not await violations(page)
    assert not await page.evaluate("'axe' in window")
