"""The six ways to take part, on a phone: what the offer's page says and does in each, and that the message came."""

from collections.abc import Callable
from typing import Any

from tests.journeys.conftest import PHONE, Somebody


async def fill_in(somebody: Somebody, name: str, address: str) -> None:
    await somebody.fill("Fornavnet ditt", name)
    await somebody.fill("E-postadresse", address)


async def subjects(somebody: Somebody, address: str, count: int) -> list[str]:
    """Subjects of the messages to an address, by the alphabet, once there are so many."""
    await somebody.message(address, lambda one: True)
    messages = await somebody.messages(address)
    while len(messages) < count:
        seen = {one["id"] for one in messages}
        await somebody.message(address, lambda one, seen=seen: one["id"] not in seen)  # type: ignore[misc]
        messages = await somebody.messages(address)
    return sorted(one["subject"] for one in messages)


async def test_whole_one_booking_for_all_the_dates(arrive: Callable[..., Any]) -> None:
    async with arrive(**PHONE) as ola:
        await ola.go("/offers/nar-tankene-spinner-dagtid")
        assert "Du melder deg på én gang. Påmeldingen gjelder alle dagene." in await ola.text()
        await ola.press("Meld på", nth=0)
        await fill_in(ola, "Ola", "ola.hele@example.no")
        await ola.press("Meld på", nth=0)
        assert await ola.heading() == "Du er påmeldt"
        assert await subjects(ola, "ola.hele@example.no", 1) == ["Påmeldingen er i orden"]


async def test_per_session_several_dates_at_once_and_a_change_of_one(arrive: Callable[..., Any]) -> None:
    async with arrive(**PHONE) as ola:
        await ola.go("/offers/svingom-pa-dagtid")
        await ola.press("Meld på flere dager samtidig")
        await ola.press("Kryss av", nth=0)
        ticked = ola.page.locator("input[name=dates]:checked")
        assert await ticked.count() > 3
        await ticked.last.uncheck()
        await ticked.last.uncheck()
        wanted = await ticked.count()
        await fill_in(ola, "Ola", "ola.flere@example.no")
        await ola.press("Meld på de valgte dagene")
        assert await ola.heading() == f"Du er påmeldt {wanted} dager"
        assert await ola.page.locator("#together ~ .tp-sessions > li").count() == wanted
        assert await subjects(ola, "ola.flere@example.no", 1) == ["Påmeldingene er i orden"]
        mail = await ola.message("ola.flere@example.no")
        assert len({link for link in mail["links"] if "/bookings/" in link}) == wanted
        shown = ola.page.url
        await ola.press("Endre tid", nth=0)
        assert "Du beholder tiden du har til den nye er din." in await ola.text()
        await ola.page.locator("input[name=session]").first.check()
        await ola.press("Bytt til den nye tiden")
        assert await ola.heading() == f"Du er påmeldt {wanted} dager"
        assert ola.page.url != shown
        assert await ola.page.locator("#together ~ .tp-sessions > li").count() == wanted
        assert await subjects(ola, "ola.flere@example.no", 3) == [
            "Ny tid", "Påmeldingene er i orden", "Til kalenderen din",
        ]  # fmt: skip
        await ola.go(shown)
        assert "Endre tid" in await ola.text()  # the old link leads to the new booking
        assert ola.page.url != shown
        await ola.press("Meld av alle datoene")
        await ola.press("Ja, meld av alle")
        assert await ola.heading() == "Du er meldt av"


async def test_per_session_a_time_to_talk_is_picked_and_changed_without_script(
    arrive: Callable[..., Any],
) -> None:
    async with arrive(script=False, **PHONE) as ola:
        await ola.go("/offers/en-prat-pa-tre-kvarter")
        assert "Én tid til hver" in await ola.text()
        await ola.page.locator("#dates ~ div li a").first.click()
        await fill_in(ola, "Ola", "ola.tid@example.no")
        await ola.press("Meld på", nth=0)
        first = ola.page.url
        assert await subjects(ola, "ola.tid@example.no", 1) == ["Påmeldingen er i orden"]
        await ola.press("Endre tid")
        await ola.page.locator("input[name=session]").first.check()
        await ola.press("Bytt til den nye tiden")
        assert await ola.heading() == "Du er påmeldt"
        assert ola.page.url != first
        assert await subjects(ola, "ola.tid@example.no", 3) == [
            "Ny tid", "Påmeldingen er i orden", "Til kalenderen din",
        ]  # fmt: skip
        new = await ola.message("ola.tid@example.no", lambda one: one["subject"] == "Ny tid")
        assert "En prat på tre kvarter" not in new["subject"]


async def test_request_one_asks_and_the_organisation_calls(arrive: Callable[..., Any]) -> None:
    async with arrive(**PHONE) as ola:
        await ola.go("/offers/bli-med-ut")
        await ola.press("Spør om plass", nth=0)
        await fill_in(ola, "Ola", "ola.spor@example.no")
        await ola.press("Send forespørsel")
        assert await ola.heading() == "Forespørselen er sendt"
        assert await subjects(ola, "ola.spor@example.no", 1) == ["Vi har fått forespørselen din"]


async def test_drop_in_one_just_comes(arrive: Callable[..., Any]) -> None:
    async with arrive(**PHONE) as ola:
        await ola.go("/offers/helgekafe")
        assert "Kom innom" in await ola.text()
        assert await ola.page.get_by_role("link", name="Meld på").count() == 0
        await ola.go("/offers/helgekafe/bookings/several")
        assert ola.page.url.endswith("/offers/helgekafe")


async def test_external_leads_elsewhere_and_says_so(arrive: Callable[..., Any]) -> None:
    async with arrive(**PHONE) as ola:
        await ola.go("/offers/sov-bedre-pa-egen-hand")
        assert "Du forlater Treffpunkt. Der gjelder arrangørens regler for personvern." in await ola.text()
        links = ola.page.get_by_role("link", name="Gå til påmeldingen")
        assert {await link.get_attribute("rel") for link in await links.all()} == {"noreferrer"}


async def test_none_says_how_to_use_it(arrive: Callable[..., Any]) -> None:
    async with arrive(**PHONE) as ola:
        await ola.go("/offers/ring-oss-sa-leter-vi")
        assert "Dette kan du bruke når det passer deg." in await ola.text()
        call = ola.page.get_by_role("link", name="Ring 51 00 00 00")
        assert await call.first.get_attribute("href") == "tel:+4751000000"
