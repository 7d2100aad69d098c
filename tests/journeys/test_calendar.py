"""Somebody follows what happens from a phone: a search, the address in the clipboard, and the calendar it leads to."""

from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import icalendar

from tests.journeys.conftest import PHONE


async def events(address: str) -> list[Any]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(address)
    assert answer.status_code == 200
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


async def test_a_search_is_followed_from_a_phone(arrive: Callable[..., Any]) -> None:
    async with arrive(**PHONE, permissions=["clipboard-read", "clipboard-write"]) as visitor:
        await visitor.go("/offers?kind=meeting_place&free=true")
        await visitor.press("Abonner på dette søket")
        assert await visitor.heading() == "Abonner på søket"
        assert "Har ledige plasser" in await visitor.text()
        await visitor.press("Lag kalenderadresse")
        assert "Treffpunkt: Møteplass, Sandnes" in await visitor.text(), (await visitor.text())[300:900]
        await visitor.page.get_by_role("button", name="Kopier adressen").click()
        await visitor.page.get_by_text("Adressen er kopiert.").wait_for()
        address = await visitor.page.evaluate("navigator.clipboard.readText()")
        assert "/calendar/searches/" in address
        assert address == await visitor.page.get_by_label("Eller kopier adressen").input_value()
        webcal = await visitor.page.get_by_role("link", name="Abonner", exact=True).get_attribute("href")
        assert webcal == "webcal://" + address.partition("://")[2]
        found = await events(address)
        assert found
        assert {str(event["CATEGORIES"].cats[0]) for event in found if "CATEGORIES" in event} == {"Møteplass"}
        await visitor.go("/calendar")
        await visitor.page.get_by_text("For hvem").click()
        await visitor.press("65 år og eldre")
        assert "Treffpunkt: 65 år og eldre" in await visitor.text()


async def test_without_scripts_the_address_is_there_to_copy(arrive: Callable[..., Any]) -> None:
    async with arrive(script=False, **PHONE) as visitor:
        await visitor.go("/calendar")
        assert await visitor.page.get_by_role("button", name="Kopier adressen").count() == 0
        assert (await visitor.page.get_by_label("Eller kopier adressen").input_value()).endswith(
            "/calendar/all.ics"
        )


async def test_an_editor_follows_what_they_arrange(arrive: Callable[..., Any]) -> None:
    async with arrive(**PHONE) as kari:
        await kari.sign_in("kari@example.no")
        await kari.go("/my-page")
        await kari.press("Kalender for det du leder")
        await kari.press("Lag kalenderadresse", nth=-1)
        assert "Vi viser den bare denne ene gangen." in await kari.text()
        address = await kari.page.get_by_label("Adressen", exact=True).input_value()
        summaries = [str(event["SUMMARY"]) for event in await events(address)]
        assert any(" av " in summary for summary in summaries)
        await kari.press("Fjern adressen", nth=-1)
        assert "Kalenderadressen virker ikke lenger." in await kari.text()
        async with httpx.AsyncClient() as client:
            assert (await client.get(address)).status_code == 404
