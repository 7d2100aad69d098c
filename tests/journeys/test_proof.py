"""Anne takes her certificate along, and writes down what matters to her: on a phone, and without JavaScript."""

import asyncio
import io
from typing import Any

import pypdf
import pytest

from tests.journeys.conftest import PHONE, Somebody

WORDS = "Synge sammen med noen"


async def printed(person: Somebody, name: str, role: str) -> str:
    """What the PDF says that a link or a button gives."""
    async with person.page.expect_download() as waiting:
        await person.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
    path = await (await waiting.value).path()
    reader = pypdf.PdfReader(io.BytesIO(await asyncio.to_thread(path.read_bytes)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_a_certificate_and_what_matters_are_taken_along(arrive: Any, script: bool) -> None:
    async with arrive(**PHONE, script=script) as anne:
        person: Somebody = anne
        await person.sign_in("anne@example.no")
        await person.go("/my-page")
        await person.press("Det som er viktig for deg")
        assert "Komme meg ut to kvelder i uka" in await person.text()
        await person.press("Skriv noe nytt")
        await person.press("Lagre", status=422)
        assert "Skriv hva som er viktig for deg." in await person.text()
        await person.fill("Med dine egne ord", WORDS)
        await person.press("Lagre")
        assert WORDS in await person.text()
        said = await printed(person, "Lag PDF", "button")
        assert WORDS in said
        assert "Håp i hverdagen" not in said, "the times were not ticked"
        await person.press("Slett", nth=-1)
        await person.press("Ja, slett det")
        assert WORDS not in await person.text()

        await person.go("/my-page")
        await person.page.locator("summary", has_text="siste").click()
        said = await printed(person, "Last ned kursbevis", "link")
        assert "Anne har vært med på Håp i hverdagen" in said
        assert "Var med på" in said
