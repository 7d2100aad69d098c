"""A guide at the counter: somebody without e-mail and phone is booked for, and goes home with a number on paper."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import PHONE

pytestmark = pytest.mark.xdist_group("journeys")


async def test_a_guide_books_for_somebody_who_has_neither_mail_nor_phone(arrive: Callable[..., Any]) -> None:
    async with arrive() as guide:
        await guide.sign_in("solveig@example.no")
        await guide.go("/offers/generasjonslekene")
        await guide.press("Meld på", nth=0)
        await guide.choose("Noen jeg hjelper")
        await guide.fill("Hva heter den du melder på?", "Olaug")
        await guide.choose("Har ikke e-post eller mobil")
        await guide.press("Meld på", nth=-1)
        assert "Olaug" in await guide.text()
        reference = await guide.page.locator(".tp-ref--big").inner_text()
        await guide.go("/my-page")
        assert "For folk du har hjulpet" in await guide.text()
        await guide.page.get_by_text("Vis 1 påmelding").click()
        assert "Olaug" in await guide.text()
    # With the number and her name Olaug, or whoever she asks, finds it again; with the number alone nobody does.
    async with arrive(**PHONE) as friend:
        await friend.go("/bookings")
        await friend.fill("Nummer", reference)
        await friend.fill("Fornavn eller e-postadresse", "Per")
        await friend.page.get_by_role("button", name="Finn påmeldingen").click()
        await friend.page.wait_for_selector("#reference-error")
        friend.complaints.clear()
        await friend.fill("Fornavn eller e-postadresse", "Olaug")
        await friend.press("Finn påmeldingen")
        assert "Olaug" in await friend.text()
