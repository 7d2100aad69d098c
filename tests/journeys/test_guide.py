"""A guide at the counter: somebody without e-mail and phone is booked for, and goes home with a number on paper."""

from collections.abc import Callable
from typing import Any

from tests.journeys.conftest import PHONE


async def test_a_guide_books_for_somebody_who_has_neither_mail_nor_phone(arrive: Callable[..., Any]) -> None:
    async with arrive() as guide:
        await guide.sign_in("solveig@example.no")
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
