"""A mother books for her child on a phone, and later takes all that is kept of her away, and ends it."""

import asyncio
import json
from typing import Any

from tests.journeys.conftest import PHONE, Somebody

MOTHER = "mor.reisen@example.no"


async def test_a_mother_books_for_her_child_and_deletes_everything(arrive: Any) -> None:
    async with arrive(**PHONE) as mother:
        person: Somebody = mother
        await person.sign_in_by_mail(MOTHER)
        await person.go("/my-page")
        await person.press("Folk du hjelper")
        await person.press("Legg til noen")
        await person.fill("Hva heter den du hjelper?", "Ada")
        await person.choose("Jeg er foresatt")
        await person.press("Legg til", exact=True)
        assert "Ada Du er foresatt" in await person.text()

        await person.go("/offers/generasjonslekene")
        await person.press("Meld på", nth=0)
        await person.choose("Ada", exact=True)
        await person.fill("Fornavnet ditt", "Mona")
        await person.press("Meld på", nth=0)
        assert await person.heading() == "Ada er påmeldt"
        await person.press("Meld av")
        assert await person.heading() == "Melde av Ada?"
        await person.go("/my-page")
        assert "For Ada" in await person.text()

        for path in ("contacts", "contacts/new", "helpers", "alias", "looked", "download.html"):
            await person.go(f"/my-page/{path}")
        await person.go("/my-page/download")
        async with person.page.expect_download() as waiting:
            await person.page.get_by_role("link", name="Last ned som fil").click()
        path = await (await waiting.value).path()
        taken = json.loads(await asyncio.to_thread(path.read_text))
        assert [one["name"] for one in taken["people_i_help"]] == ["Ada"]
        assert [one["address"] for one in taken["contacts"]] == [MOTHER]

        await person.go("/my-page")
        await person.press("Slett alt om deg")
        assert "1 påmelding blir meldt av." in await person.text()
        await person.choose("Ja, jeg vil slette alt om meg")
        await person.press("Slett alt", exact=True)
        assert await person.heading() == "Alt er slettet"
        await person.sign_in_by_mail(MOTHER)
        await person.go("/my-page")
        assert "Ada" not in await person.text(), "who comes back begins anew"
