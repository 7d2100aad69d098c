"""The main job from end to end: publish, find, book, mail, calendar, waiting list, cancel, promote, move, attend,
close the month, and the goal's number moves by exactly those who came."""

import re
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2 as httpx

from tests.journeys.conftest import PHONE, Somebody, until

TITLE = "Strikk og prat for seniorer"
NAMES = ["Ola", "Inger", "Yusuf", "Oksana", "Leif", "Berit", "Tor"]


async def book(somebody: Somebody, slug: str, name: str) -> str:
    """Book a place by the offer's page; gives the heading of what comes."""
    await somebody.go(f"/offers/{slug}")
    await somebody.press("Meld på", nth=0) if name != NAMES[-1] else await somebody.press("venteliste")
    await somebody.fill("Fornavnet ditt", name)
    await somebody.fill("E-postadresse", f"{name.lower()}.reisen@example.no")
    await somebody.press("Sett meg på venteliste" if name == NAMES[-1] else "Meld på", nth=0)
    return await somebody.heading()


async def figure(somebody: Somebody, goal: str) -> int:
    """The number that the goal's page shows; none before a whole month of the goal's year is over, whenever this is
    run."""
    await somebody.go(goal)
    if "Det første tallet kommer når en hel måned" in await somebody.text():
        return 0
    shown = await somebody.page.locator(".tp-figure b").first.inner_text()
    return int(re.sub(r"\D", "", shown))


async def calendar(address: str, path: str) -> str:
    async with httpx.AsyncClient() as client:
        answer = await client.get(path if path.startswith("http") else f"{address}{path}")
    assert answer.status_code == 200
    return answer.text.replace("\r\n ", "")


async def test_the_main_job(arrive: Any) -> None:
    begins = (datetime.now(ZoneInfo("Europe/Oslo")) + timedelta(days=1, hours=1)).replace(minute=0)
    async with AsyncExitStack() as stack:
        editor: Somebody = await stack.enter_async_context(arrive())
        coordinator: Somebody = await stack.enter_async_context(arrive())
        visitor: Somebody = await stack.enter_async_context(arrive(**PHONE))

        # The coordinator wants a number for the year in which the group meets.
        await coordinator.sign_in_by_mail("nora@example.no")
        await coordinator.go("/plans")
        await coordinator.press("Plan for psykisk helsearbeid", nth=0)
        await coordinator.press("Lag et mål")
        await coordinator.fill("Hva vil dere få til?", "Flere over 65 år møtes")
        await coordinator.fill("Hvilket tall vil dere nå?", "200")
        await coordinator.fill("Hvilket år?", str(begins.year))
        await coordinator.page.get_by_label("Hvilket innsatsområde").select_option(index=1)
        await coordinator.page.locator("input[name=indicator][value=people]").check()
        await coordinator.page.locator("input[name=audiences][value=seniors]").check()
        await coordinator.page.locator("input[name=kinds][value=group]").check()  # the demo has none for them
        await coordinator.press("Lagre målet")
        goal = coordinator.page.url.removeprefix(coordinator.address)

        # Kari publishes a group with six places.
        await editor.sign_in("kari@example.no")
        await editor.go("/manage/offers/new")
        await editor.fill("Hva heter tilbudet?", TITLE)
        await editor.page.locator("select[name=kind]").select_option("group")
        await editor.fill("Hva er dette, i én setning?", "Vi strikker, drikker kaffe og prater.")
        await editor.fill("Hva skjer når jeg kommer?", "Vi hilser, og så finner vi fram garnet.")
        await editor.press("Lagre og gå videre")
        await editor.select("Hvem er det mest for?", "65 år og eldre")
        await editor.fill("Kan jeg ta med noen?", "Ja, en venn eller nabo.")
        await editor.press("Lagre og gå videre")
        await editor.page.locator("input[name=place][value=known]").check()
        await editor.page.locator("select[name=venue]").select_option(index=1)
        for name in ("way_in", "meets_you", "may_leave"):
            if await editor.page.locator(f"[name={name}]").count():
                await editor.page.locator(f"[name={name}]").fill("Kari står ved døra.")
        await editor.press("Lagre og gå videre")
        await editor.fill("Dato, eller første dag", f"{begins:%d.%m.%Y}")
        await editor.fill("Fra klokka", f"{begins:%H}.00")
        await editor.fill("Til klokka", f"{begins:%H}.50")
        await editor.press("Lagre og gå videre")
        await editor.page.locator("input[name=joining][value=per_session]").check()
        await editor.fill("Hvor mange er det plass til?", "6")
        await editor.fill("Hvem kan man spørre?", "Kari")
        await editor.fill("Telefon", "51 00 00 42")
        await editor.press("Lagre og gå videre")
        await editor.press("Publiser")
        assert await editor.heading() == TITLE
        slug = editor.page.url.rpartition("/")[2].partition("?")[0]

        # A resident finds it by searching, and six people book.
        await visitor.go("/")
        await visitor.fill("Hva har du lyst til?", "strikk og prat")
        await visitor.press("Søk", nth=0)
        await visitor.press(TITLE, nth=0)
        assert await visitor.heading() == TITLE
        for name in NAMES[:6]:
            assert await book(visitor, slug, name) == "Du er påmeldt"
        receipt = await visitor.message("ola.reisen@example.no")
        assert receipt["subject"] == "Påmeldingen er i orden"
        assert TITLE in receipt["text"]
        assert "METHOD:REQUEST" in receipt["calendar"]
        feed = await calendar(visitor.address, "/calendar/all.ics")
        assert f"SUMMARY:{TITLE}" in feed

        # The seventh waits, the second cancels by the link in the mail, and the seventh is told.
        assert await book(visitor, slug, "Tor") == "Du står på venteliste"
        assert "Nummer 1 i køen" in await visitor.text()
        mail = await visitor.message("inger.reisen@example.no")
        await visitor.go(next(link for link in mail["links"] if "/bookings/" in link))
        await visitor.press("Meld av")
        await visitor.press("Ja, meld av")
        assert await visitor.heading() == "Du er meldt av"
        await visitor.message("tor.reisen@example.no", lambda one: one["subject"] == "Du har fått plass")

        # Kari moves it by half an hour: all six are told, and the calendars follow.
        await editor.go(f"/manage/offers/{slug}")
        await editor.press("Flytt")
        await editor.fill("Fra klokka", f"{begins:%H}.30")
        await editor.fill("Til klokka", f"{begins:%H}.55")
        assert "6 påmeldte får beskjed" in await editor.text()
        await editor.press("Flytt og gi beskjed")
        for name in (name for name in NAMES if name != "Inger"):
            moved = await visitor.message(
                f"{name.lower()}.reisen@example.no", lambda one: "SEQUENCE:1" in (one["calendar"] or "")
            )
            assert "METHOD:REQUEST" in moved["calendar"]
            assert f"DTSTART;TZID=Europe/Oslo:{begins:%Y%m%dT%H}3000" in moved["calendar"]
        feed = await calendar(visitor.address, "/calendar/all.ics")
        assert f"DTSTART;TZID=Europe/Oslo:{begins:%Y%m%dT%H}3000" in feed

        # Ola has it on Min side, and in a calendar of his own.
        await visitor.sign_in_by_mail("ola.reisen@example.no")
        await visitor.go("/my-page")
        assert TITLE in await visitor.text()
        await visitor.press("Lag kalenderadresse")
        private = await visitor.page.locator("main").inner_html()
        address = re.search(r"https?://[^\"<\s]+/calendar/private/[^\"<\s]+\.ics", private)
        assert address
        assert TITLE in await calendar(visitor.address, address[0])

        # The next day six come, and Kari takes attendance on a phone.
        before = await figure(coordinator, goal)
        await coordinator.set_clock("Én dag fram")
        for _hour in range(2):  # it begins half past the next hour, whenever the test is run
            await coordinator.set_clock("Én time fram")
        host: Somebody = await stack.enter_async_context(arrive(**PHONE))
        await host.sign_in("kari@example.no")
        await host.go(f"/manage/offers/{slug}")
        await host.press("Oppmøte")
        switches = host.page.get_by_role("switch")
        assert await switches.count() == 6
        for number in range(6):
            await switches.nth(number).check()
        await host.page.get_by_text("Lagret ").wait_for()
        await host.finish_register()
        assert "6 av 6 navn" in await host.text()
        await coordinator.sign_in("nora@example.no")
        assert await figure(coordinator, goal) == before

        # The month closes, and the six are in the number: by one step of the staircase, or two.
        await coordinator.set_clock("Én måned fram")
        await coordinator.sign_in("nora@example.no")

        async def moved() -> bool:
            return await figure(coordinator, goal) in (before + 5, before + 10)

        await until(moved, "the month's figure")
        await coordinator.set_clock("Tilbake til riktig tid")
