"""A request by somebody with a landline: the organisation is told by mail and answers, they are rung, and when the
offer is cancelled the list of calls stays, with its ticks."""

from typing import Any

from tests.journeys.conftest import PHONE, until

OFFER = "/offers/familier-sammen"
MANAGE = f"/manage{OFFER}"


async def test_a_request_is_answered_and_told_by_telephone_and_the_list_outlives_the_offer(
    arrive: Any,
) -> None:
    async with arrive(**PHONE) as borghild, arrive(**PHONE) as hilde:
        before = {one["id"] for one in await hilde.messages("hilde@example.no")}
        # Somebody asks, and says that they can only be rung.
        await borghild.go(f"{OFFER}/bookings/new")
        await borghild.fill("Fornavnet ditt", "Borghild")
        await borghild.choose("Ring meg")
        await borghild.fill("Telefonnummer", "51 00 00 61")
        await borghild.press("Send forespørsel")
        assert await borghild.heading() == "Forespørselen er sendt"
        assert "ringer 51 00 00 61." in await borghild.text()
        assert "Ta vare på nummeret" in await borghild.text()

        # The organisation hears of it by mail, whose link leads to where it is answered.
        async def told() -> Any:
            mails = await hilde.messages("hilde@example.no")
            return next(
                (one for one in mails if one["id"] not in before and "venter på svar" in one["text"]), None
            )

        mail = await until(told, "word of the request", 100)
        assert "Borghild" not in mail["text"]
        await hilde.sign_in("hilde@example.no")
        await hilde.go(next(link for link in mail["links"] if "/manage" in link))
        await hilde.go(f"{MANAGE}/bookings")
        row = hilde.page.locator("tr", has_text="Borghild")
        assert await row.get_by_role("link", name="51 00 00 61").get_attribute("href") == "tel:+4751000061"
        await row.get_by_role("button", name="Gi plass").click()
        await hilde.look()

        # Nothing is sent to her: she is rung, and the list says what to say.
        await hilde.go(f"{MANAGE}/call-list")
        assert "Dere har sagt ja, så de har fått plass." in await hilde.text()
        await (
            hilde.page.locator("li.tp-panel", has_text="Borghild").get_by_role("button", name="Ringt").click()
        )
        await hilde.look()
        assert "av Hilde" in await hilde.text()
        await borghild.page.reload()
        assert await borghild.heading() == "Du er påmeldt"
        assert "Avlyst" not in await borghild.text()

        # The offer is cancelled: there is one more to say, and the list stays with both ticks.
        await hilde.go(f"{MANAGE}/cancel")
        await hilde.press("Avlys tilbudet og gi beskjed")
        assert "Tilbudet er avlyst." in await hilde.text()
        await (
            hilde.page.locator("li.tp-panel", has_text="Borghild").get_by_role("button", name="Ringt").click()
        )
        await hilde.look()
        await hilde.go(MANAGE)
        await hilde.press("Ring disse")
        done = hilde.page.locator("details li", has_text="Borghild")
        said = [" ".join(one.split()) for one in await done.all_text_contents()]
        assert len(said) == 2
        assert all("av Hilde" in one for one in said)
        assert "Tilbudet er avlyst." in said[0]
        await borghild.page.reload()
        # Every other Monday at half past five one of its times is under way: she has that still, and no other.
        assert "Avlyst" in await borghild.text()
