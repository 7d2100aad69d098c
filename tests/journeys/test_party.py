"""A party of three: names, what the organiser asks, and one who does not come after all. And the form sent again."""

import re
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.journeys.conftest import PHONE, Somebody


async def fill_in(visitor: Somebody, name: str, address: str) -> None:
    """The form of a party of three of the soup on Thursday, one of them named, on the page that is open."""
    await visitor.fill("Fornavnet ditt", name)
    await visitor.fill("Hvor mange kommer?", "3")
    if not visitor.script:
        await visitor.page.get_by_text("Kommer noen sammen med deg?").click()
    await visitor.fill("Hva heter de som kommer sammen med deg?", "Aud")
    await visitor.fill("E-postadresse", address)
    await visitor.choose("Grønnsakssuppe")
    await visitor.choose("Vi tar med vogn")


async def refused(somebody: Somebody, button: str, words: str) -> None:
    """Press a button, and read what is wrong. The browser itself notes the answer as an error."""
    found = somebody.page.get_by_role("button", name=button, exact=True)
    async with somebody.page.expect_navigation():
        await found.click()
    somebody.complaints = [one for one in somebody.complaints if "status of 422" not in one]
    await somebody.look()
    assert words in await somebody.text()


@pytest.mark.parametrize("script", [True, False])
async def test_a_party_says_who_comes_and_what_is_asked_and_one_stays_at_home(
    arrive: Any, script: bool
) -> None:
    address = f"inger.{script}@example.no".lower()
    async with AsyncExitStack() as stack:
        editor: Somebody = await stack.enter_async_context(arrive())
        visitor: Somebody = await stack.enter_async_context(arrive(script=script, **PHONE))

        # Kari asks one thing more, that must be answered.
        await editor.sign_in("kari@example.no")
        await editor.go("/manage/offers/torsdagssuppa")
        await editor.press("Spørsmål til dem som melder seg på")
        await editor.press("Legg til et spørsmål")
        await refused(editor, "Lagre spørsmålet", "Skriv hvorfor dere spør.")
        await editor.fill("Spørsmålet", "Hvordan kommer dere inn?")
        await editor.fill("Hvorfor spør dere?", "Så vi setter fram rampa.")
        await editor.choose("De velger ett av svarene")
        await editor.fill("Svarene man kan velge mellom", "Vi går trappa\nVi tar med vogn")
        await editor.choose("Man må svare for å melde seg på")
        await editor.press("Lagre spørsmålet")
        assert "Spørsmålet er lagt til." in await editor.text()

        # A party of three books; what is missing is said at the field, and nothing typed is lost.
        await visitor.go("/offers/torsdagssuppa")
        await visitor.press("Meld på", nth=0)
        await refused(visitor, "Meld på", "Svar på spørsmålet: Hvordan kommer dere inn?")
        await fill_in(visitor, "Inger", address)
        await visitor.press("Meld på", exact=True)
        assert await visitor.heading() == "Du er påmeldt"
        told = await visitor.text()
        for words in ("Inger og 2 til", "Med seg Aud", "Grønnsakssuppe Slettes", "Vi tar med vogn Slettes"):
            assert words in told
        await visitor.message(address, lambda one: one["subject"] == "Påmeldingen er i orden")

        # One of them stays at home.
        await visitor.press("Noen av dere kommer ikke")
        await refused(visitor, "Meld av dem jeg har valgt", "Velg hvem som ikke kommer.")
        await visitor.choose("Aud")
        await visitor.press("Meld av dem jeg har valgt")
        assert "Det er endret. Takk for at du sa fra." in await visitor.text()
        assert "Inger og én til" in await visitor.text()
        mail = await visitor.message(address, lambda one: one["subject"] == "Påmeldingen er endret")
        assert "Dere er 2 på påmeldingen nå." in mail["text"]

        # Kari reads it, and takes her question away again.
        await editor.go("/manage/offers/torsdagssuppa/bookings")
        assert "Inger +1" in await editor.text()
        assert "Hvordan kommer dere inn? Vi tar med vogn" in await editor.text()
        await editor.go("/manage/offers/torsdagssuppa/questions")
        await editor.press("Fjern", nth=-1)
        await editor.press("Ja, fjern det")
        assert "Spørsmålet og svarene er borte." in await editor.text()


async def test_a_form_sent_again_in_every_way_books_once(arrive: Any) -> None:
    address = "sverre.igjen@example.no"
    async with arrive(**PHONE) as visitor:
        # Twice by a double click; then back to the form, and once more.
        await visitor.go("/offers/torsdagssuppa")
        await visitor.press("Meld på", nth=0)
        form = visitor.page.url
        await visitor.fill("Fornavnet ditt", "Sverre")
        await visitor.fill("Hvor mange kommer?", "2")
        await visitor.fill("Hva heter de som kommer sammen med deg?", "Tor")
        await visitor.fill("E-postadresse", address)
        await visitor.choose("Fiskesuppe")
        button = visitor.page.get_by_role("button", name="Meld på", exact=True)
        await button.dblclick()
        await visitor.page.wait_for_url(re.compile(r"/bookings/(?!new)"))
        receipt = visitor.page.url
        assert await visitor.heading() == "Du er påmeldt"
        for _time in range(2):
            await visitor.page.go_back()
            assert visitor.page.url == form
            await visitor.page.go_forward()
            assert visitor.page.url == receipt

        # The visitor goes back to the form, which holds what was typed, and sends it again.
        await visitor.page.go_back()
        await visitor.page.get_by_role("button", name="Meld på", exact=True).click()
        await visitor.page.wait_for_url(receipt)
        assert "Med seg Tor Hvilken" in await visitor.text()
        await visitor.message(address)
        assert len(await visitor.messages(address)) == 1
