"""A guide at the counter: somebody without e-mail and phone is booked for, and goes home with a number on paper."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.journeys.conftest import PHONE


async def test_a_guide_books_for_somebody_who_has_neither_mail_nor_phone(arrive: Callable[..., Any]) -> None:
    async with arrive() as guide:
        await guide.sign_in_by_mail("solveig@example.no")
        await guide.press("Påmelding for andre", nth=0)
        # Two things are typed and four pressed: less than a minute for whoever has done it before.
        await guide.fill("Skriv det de sier, med deres egne ord", "generasjonslekene")
        await guide.press("Finn", exact=True)
        await guide.page.locator(".tp-result__act a").first.click()
        await guide.look()
        await guide.fill("Hva heter den som kommer?", "Oddveig")
        await guide.choose("Ingen av delene")
        await guide.press("Meld på", exact=True)
        assert await guide.heading() == "Oddveig er påmeldt"
        reference = await guide.page.locator(".tp-ref--big").inner_text()
        assert "De får ingen melding. Les opp nummeret, eller skriv ut siden." in await guide.text()
        await guide.press("Tilbake til samtalen", nth=0)
        assert "Oddveig er påmeldt: Generasjonslekene" in await guide.text()
        await guide.press("Ferdig, neste samtale")
        assert "Oddveig: Generasjonslekene" in await guide.text()
        await guide.go("/my-page")
        assert "Oddveig" not in await guide.text()
    # With the number and her name Oddveig, or whoever she asks, finds it again; with the number alone nobody does.
    async with arrive(**PHONE) as friend:
        await friend.go("/bookings")
        await friend.fill("Nummer", reference)
        await friend.fill("Fornavn eller e-postadresse", "Per")
        await friend.page.get_by_role("button", name="Finn påmeldingen").click()
        await friend.page.wait_for_selector("#reference-error")
        friend.complaints.clear()
        await friend.fill("Fornavn eller e-postadresse", "Oddveig")
        await friend.press("Finn påmeldingen")
        assert "Oddveig" in await friend.text()
    # The guide cancels for her by the list.
    async with arrive() as guide:
        await guide.sign_in("solveig@example.no")
        await guide.go("/desk")
        of_her = guide.page.locator(".tp-session", has_text="Oddveig")
        await of_her.get_by_role("link", name="Meld av").click()
        await guide.look()
        await guide.press("Ja, meld av")
        await guide.go("/desk")
        assert "Oddveig" not in await guide.text()


VAGUE = "hun er så mye alene om kvelden"


@dataclass
class Counted:
    """A guide whose taps and typed fields are counted."""

    guide: Any
    taps: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)

    async def tap(self, name: str, **more: Any) -> None:
        self.taps.append(name)
        await self.guide.press(name, **more)

    async def type(self, label: str, text: str) -> None:
        self.fields.append(label)
        await self.guide.fill(label, text)

    async def choose(self, label: str) -> None:
        self.taps.append(label)
        await self.guide.choose(label)


@pytest.mark.parametrize("device", [{}, PHONE, {"script": False}], ids=["desk", "phone", "no scripts"])
async def test_a_caller_with_a_vague_need_is_helped_in_under_a_minute(
    arrive: Callable[..., Any], device: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    async with arrive(**device) as guide:
        await guide.sign_in("solveig@example.no")
        await guide.go("/desk")
        counted, began = Counted(guide), time.monotonic()
        await counted.type("Skriv det de sier, med deres egne ord", VAGUE)
        await counted.tap("Finn", exact=True)
        assert "Andre sier det slik: «Jeg er alene om kvelden»" in await guide.text()
        first = guide.page.locator(".tp-result", has=guide.page.get_by_role("link", name="Meld på")).first
        title = (await first.locator("h3").inner_text()).strip()
        counted.taps.append(title)
        await first.get_by_role("link", name="Meld på").click()
        await guide.look()
        await counted.type("Hva heter den som kommer?", "Borghild")
        await counted.choose("Ingen av delene")
        await counted.tap("Meld på", exact=True)
        assert await guide.heading() == "Borghild er påmeldt"
        took = time.monotonic() - began
        # The caller is not lost: the same search, what was booked, and the facts by SMS.
        await guide.press("Tilbake til samtalen", nth=0)
        assert await guide.page.get_by_label("Skriv det de sier, med deres egne ord").input_value() == VAGUE
        assert f"Borghild er påmeldt: {title}" in await guide.text()
        await guide.press("Noter at noe mangler")
        assert "Det er notert at noe mangler" in await guide.text()
        await guide.press("Angre")
        await guide.press("Ferdig, neste samtale")
        assert VAGUE not in await guide.text()
    assert (len(counted.taps), len(counted.fields)) == (4, 2)
    said = f"{len(counted.taps)} taps, {len(counted.fields)} fields, {took:.1f} s by a machine"
    with capsys.disabled():
        sys.stdout.write(f"\na vague need: {said}\n")
