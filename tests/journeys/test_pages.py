"""Every kind of page, at a desk, on a phone, in the dark: accessible, quiet, and within its frame."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, Somebody

ROOT = Path(__file__).parents[2]
DARK = {"color_scheme": "dark"}
SIGHTS = {
    "desktop": DESKTOP,
    "dark": DESKTOP | DARK,
    "dark phone": PHONE | DARK,
    "phone": PHONE,
    "narrow": {"viewport": {"width": 320, "height": 700}},
}
PUBLIC = [
    "/", "/offers", "/offers?kind=course&free=1", "/offers?q=finnes-ikke-xyz", "/offers?view=week&municipality=all",
    "/en/offers?view=week&week=2100-W01&municipality=sandnes", "/offers/generasjonslekene",
    "/offers/kafe-julie", "/organizations", "/organizations/mestringsenheten", "/calendar", "/sign-in", "/bookings",
    "/help-now", "/privacy", "/accessibility", "/about", "/about/numbers",
    "/about/retention", "/about/operation", "/en", "/en/offers",
    "/nn/offers/generasjonslekene", "/demo/mailbox",
]  # fmt: skip
WORK = {
    "kari@example.no": [
        "/manage",
        "/manage/registers",
        "/manage/registers?offer=generasjonslekene&show=missing",
        "/manage/offers/generasjonslekene/attendance",
        "/manage/offers/new",
        "/manage/offers/generasjonslekene",
        "/manage/offers/generasjonslekene/bookings",
        "/manage/offers/generasjonslekene/picture",
        "/manage/offers/generasjonslekene/sessions",
        "/manage/organizations/frivilligsentralen/statistics",
        "/measures",
        "/manage/organizations/frivilligsentralen/statistics?part=evening",
        "/my-page",
        "/manage/organizations/frivilligsentralen/notices",
        "/manage/offers/hagedag-for-alle/call-list",
    ],
    "nora@example.no": [
        "/plans",
        "/plans/new",
        "/plans/psykisk-helsearbeid-sandnes/edit",
        "/plans/psykisk-helsearbeid-sandnes/goals/new",
        "/goals/over-65-sandnes/edit",
        "/goals/over-65-sandnes/withdraw",
        "/population",
        "/dialogues",
        "/approvals",
        "/statistics",
        "/statistics?part=organization",
        "/statistics?part=district&organization=frivilligsentralen",
        "/today",
        "/statistics/coverage",
        "/statistics/coverage?show=attendances&time=evening",
        "/districts",
        "/districts/new?municipality=sandnes",
        "/municipalities/sandnes",
        "/situations",
        "/situations/new",
    ],
    "solveig@example.no": [
        "/desk",
        "/desk/0123456789abcdef?q=alene+om+kvelden",
        "/desk/0123456789abcdef/booking",
    ],
}


async def test_public_pages(arrive: Any) -> None:
    paths = dict.fromkeys(PUBLIC, 200) | {
        "/offers/finnes-ikke": 404,
        "/offers?kind=finnes-ikke": 422,
        "/manage": 200,
    }
    first, *others = SIGHTS.values()  # each differs little from the one before
    async with arrive(**first, also=others) as visitor:
        for path, status in paths.items():
            await visitor.go(path, status)
        assert await visitor.heading() == "Logg inn"


async def test_a_page_turned_to_another_sight_is_as_if_it_had_been_opened_in_it(arrive: Any) -> None:
    """So each page is opened once, for all sights."""
    shown = """() => [innerWidth, document.documentElement.clientWidth, document.documentElement.scrollHeight,
        getComputedStyle(document.body).color, matchMedia("(pointer: coarse)").matches,
        document.querySelector("footer a").getBoundingClientRect().height]"""
    path = "/offers/generasjonslekene"
    async with arrive() as turning:
        await turning.page.goto(turning.address + path)
        for sight in [*SIGHTS.values(), DESKTOP]:
            async with arrive(**sight) as opening:
                await opening.page.goto(opening.address + path)
                await turning.turn_to(sight)
                assert await turning.page.evaluate(shown) == await opening.page.evaluate(shown), sight


def test_in_the_dark_only_colours_are_others() -> None:
    """So a page that has been looked at by day need only be asked for its colours in the dark."""
    written = {path: path.read_text() for folder in ("static", "templates") for path in (ROOT / folder).rglob("*")
               if path.suffix in (".css", ".js", ".html")}  # fmt: skip
    dark = re.compile(r"prefers-color-scheme|matchMedia\([^)]*scheme")
    assert [path.name for path, text in written.items() for _ in dark.finditer(text)] == ["tokens.css"]
    tokens = next(text for path, text in written.items() if path.name == "tokens.css")
    block = re.search(
        r"@media screen and \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}", tokens, re.DOTALL
    )
    assert block is not None
    said = re.sub(r"/\*.*?\*/", "", block[1], flags=re.DOTALL).split(";")
    assert len(said) > 50
    colour = r"\s*(--[\w-]+:\s*(#[0-9a-f]{3,8}|none|brightness\([^;]*)|color-scheme: dark)?\s*"
    assert [one for one in said if not re.fullmatch(colour, one)] == []


async def test_pages_of_those_who_work_here(arrive: Any) -> None:
    for address, paths in WORK.items():
        async with arrive(**DESKTOP, also=[SIGHTS["dark phone"]]) as somebody:
            await (somebody.sign_in_by_mail if address.startswith("nora") else somebody.sign_in)(address)
            for path in paths:
                await somebody.go(path)
            if address.startswith("nora"):
                await somebody.go("/approvals/recoveryhjelpa")
                await somebody.page.locator("main a[href$='/name']").click()
                await somebody.look()
                for listing, start in (
                    ("/plans", "/plans/"),
                    ("/plans", "/goals/"),
                    ("/dialogues", "/dialogues/"),
                ):
                    await somebody.go(listing)
                    if start == "/goals/":
                        await follow(somebody, "/plans/")
                    await follow(somebody, start)
            elif address.startswith("kari"):
                await somebody.go("/manage/offers/generasjonslekene")
                await somebody.press("Flytt")
                await somebody.go("/manage/offers/generasjonslekene")
                await somebody.press("Oppmøte")


async def test_pages_on_the_way_of_a_booking(arrive: Any) -> None:
    form = "/offers/nar-tankene-spinner-dagtid/bookings/new"
    async with arrive(**SIGHTS["dark phone"], also=[DESKTOP, SIGHTS["narrow"]]) as asta:
        await asta.go(form)
        await asta.fill("Fornavnet ditt", "Asta")
        await asta.fill("E-postadresse", "asta@example.no")
        await asta.press("Meld på", nth=0)
        assert await asta.heading() == "Du er påmeldt"
        booking = asta.page.url
        await asta.press("Rett adressen")
        assert await asta.heading() == "Rett adressen"
        await asta.go(f"{booking}/link")
        assert await asta.heading() == "Lage en ny lenke?"
        # The same person, and something else: the form asks.
        await asta.go(form)
        await asta.fill("Fornavnet ditt", "Asta")
        await asta.fill("E-postadresse", "asta.to@example.no")
        await asta.press("Meld på", nth=0, status=409)
        assert "Vil du rette det" in await asta.text()
        await asta.go(booking)
        await asta.press("Meld av")
        await asta.press("Ja, meld av")
        assert await asta.heading() == "Du er meldt av"


async def follow(somebody: Somebody, start: str) -> None:
    """Go to the first link of the page that leads below `start`."""
    link = somebody.page.locator(f"main a[href^='{start}']").first
    await link.click()
    await somebody.look()


async def test_booking_without_javascript_and_with_mistakes(arrive: Any) -> None:
    async with arrive(script=False, **PHONE) as visitor:
        await visitor.go("/offers/generasjonslekene")
        await visitor.press("Meld på", nth=0)
        await visitor.fill("Fornavnet ditt", "")
        await visitor.fill("E-postadresse", "kari@")
        visitor.complaints.clear()
        await visitor.page.get_by_role("button", name="Meld på").click()
        assert "2 ting må rettes" in await visitor.text()
        assert await visitor.page.get_by_label("E-postadresse").input_value() == "kari@"
        visitor.complaints.clear()
        await visitor.fill("Fornavnet ditt", "Åse")
        await visitor.fill("E-postadresse", "ase@example.no")
        await visitor.press("Meld på", nth=0)
        assert await visitor.heading() == "Du er påmeldt"
        await visitor.press("Meld av")
        await visitor.press("Ja, meld av")
        assert await visitor.heading() == "Du er meldt av"


async def test_the_list_is_filtered_and_read_out_without_a_new_page(arrive: Any) -> None:
    async with arrive() as visitor:
        await visitor.go("/offers")
        await visitor.page.evaluate("window.stayed = true")
        await visitor.fill("Hva har du lyst til?", "strikk")
        await visitor.page.get_by_role("button", name="Søk").first.click()
        await visitor.page.wait_for_function(
            "document.querySelector('h2#found, main h2')?.innerText.length > 0"
        )
        await visitor.page.wait_for_url("**q=strikk**")
        await visitor.look()
        assert "Strikkekafé" in await visitor.text()
        assert await visitor.page.evaluate("window.stayed === true")
        await visitor.page.go_back()
        await visitor.page.wait_for_url("**/offers?municipality=sandnes")
        await visitor.look()


async def test_a_page_weighs_little_and_asks_for_few_files(arrive: Any) -> None:
    for path in (
        "/", "/offers", "/offers?municipality=all&view=week", "/offers/generasjonslekene",
        "/organizations/frivilligsentralen",
    ):  # fmt: skip
        async with arrive(**PHONE) as visitor:
            asked: list[Any] = []
            visitor.page.on("requestfinished", lambda one, asked=asked: asked.append(one))
            await visitor.go(path)
            await visitor.page.wait_for_load_state("networkidle")
            addresses = [one.url for one in asked]
            assert len(addresses) <= 12, addresses
            sizes = [await one.sizes() for one in asked]
            weight = sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes)
            assert 10_000 < weight <= 150_000, f"{path}: {weight}"


@pytest.mark.parametrize(
    "slug", ["generasjonslekene", "kafe-julie", "slik-virker-helsetjenesten", "en-prat-pa-tre-kvarter"]
)
async def test_state_and_way_on_of_an_offer_stand_on_a_phones_first_screen(arrive: Any, slug: str) -> None:
    async with arrive(**PHONE) as ola:
        await ola.go(f"/offers/{slug}")
        ends = await ola.page.evaluate("""() => {
            document.querySelectorAll(".tp-demo").forEach(banner => banner.remove());
            const panel = document.querySelector(".tp-state");
            const last = panel.querySelector("a.ds-button") ?? panel.querySelector(".tp-recap, .tp-seats, h2");
            return last.getBoundingClientRect().bottom;
        }""")
        assert 0 < ends <= PHONE["viewport"]["height"]


async def test_an_offer_is_passed_on_by_copying_or_else_marking_its_short_address(arrive: Any) -> None:
    async with arrive(**DESKTOP) as ola:
        await ola.go("/offers/generasjonslekene")
        short = await ola.page.inner_text("#short")
        for way, words in (("text => { window.copied = text; }", "Adressen er kopiert."),
                           ("() => Promise.reject()", "Det gikk ikke. Merk adressen og kopier den selv.")):  # fmt: skip
            await ola.page.evaluate(f"() => {{ navigator.clipboard.writeText = {way}; }}")
            await ola.press("Kopier adressen")
            assert await ola.page.inner_text("#short-taken") == words
        assert (await ola.page.evaluate("window.copied")).endswith(short)
        assert await ola.page.evaluate("String(getSelection())") == short
        await ola.go(f"/t/{short.rpartition('/')[2].lower()}")
        assert await ola.heading() == "Generasjonslekene"
