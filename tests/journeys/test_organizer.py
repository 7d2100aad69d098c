"""The organiser's side of booking, on a phone: a request with a talk first, a held seat that is declined, passed on and
taken late, seats that are kept, somebody who is added, and a list for the door."""

import re
from typing import Any

from tests.journeys.conftest import PHONE, Somebody, until


async def book(somebody: Somebody, path: str, name: str, button: str) -> str:
    """Book by the form; gives the heading of what comes."""
    await somebody.go(path)
    await somebody.fill("Fornavnet ditt", name)
    await somebody.fill("E-postadresse", f"{name.lower()}.arrangor@example.no")
    await somebody.press(button)
    return await somebody.heading()


async def opened(somebody: Somebody, name: str, subject: str) -> None:
    """Follow the link to the booking in the newest message with this subject."""
    address = f"{name.lower()}.arrangor@example.no"
    mail = await somebody.message(address, lambda one: one["subject"] == subject)
    await somebody.go(next(link for link in mail["links"] if "/bookings/" in link))


async def test_a_request_with_a_talk_kept_seats_and_a_list_for_the_door(arrive: Any) -> None:
    async with arrive(**PHONE) as leader, arrive(**PHONE) as jonas:
        asked = await book(jonas, "/offers/vaffelvakt/bookings/new", "Jonas", "Send forespørsel")
        assert asked == "Forespørselen er sendt"
        await leader.sign_in("reidun@example.no")
        await leader.go("/manage/offers/vaffelvakt/bookings")
        row = leader.page.locator("tr", has_text="jonas.arrangor@example.no")
        await row.get_by_role("link", name="Svar noe annet").click()
        await leader.look()
        await leader.choose("Be om en prat først")
        await leader.fill("Hva vil du skrive?", "Kom innom en kopp kaffe!")
        await leader.press("Send svaret")
        assert "Forespørselen står her til dere svarer." in await leader.text()
        await opened(jonas, "Jonas", "Vi vil gjerne snakke med deg")
        assert await jonas.heading() == "Dere skal snakke sammen først"
        assert "Kom innom en kopp kaffe!" in await jonas.text()
        await row.get_by_role("button", name="Gi plass").click()
        await leader.look()
        assert "De har fått plass, og vi har sagt fra." in await leader.text()
        await opened(jonas, "Jonas", "Påmeldingen er i orden")
        assert await jonas.heading() == "Du er påmeldt"

        # Seats are kept, and one of them is Berit's.
        await leader.go("/manage/offers/generasjonslekene/bookings")
        await leader.page.get_by_text("Endre plassene").first.click()
        await leader.fill("Antall plasser", "30")
        await leader.press("Lagre antallet")
        await leader.page.get_by_text("Endre plassene").first.click()
        await leader.fill("Plasser dere holder av", "2")
        await leader.press("Hold av", exact=True)
        assert "2 holdt av" in await leader.text()
        await leader.press("Sett opp noen")
        await leader.fill("Fornavn eller kallenavn", "Berit")
        await leader.choose("E-post", exact=True)
        await leader.fill("E-postadresse", "berit.arrangor@example.no")
        await leader.press("Sett opp", exact=True)
        assert "1 holdt av" in await leader.text()
        await opened(jonas, "Berit", "Påmeldingen er i orden")
        assert await jonas.heading() == "Du er påmeldt"
        await leader.press("Ventelista i tall")
        assert await leader.heading() == "Ventelista i tall"

        # And she stands on the list for the door.
        await leader.go("/manage/offers/generasjonslekene")
        await leader.press("Oppmøte")
        await leader.press("Liste til å skrive ut")
        assert "Berit" in await leader.text()
        assert "berit.arrangor@example.no" not in await leader.text()
        await leader.press("Med kontakt")
        assert "berit.arrangor@example.no" in await leader.text()
        await leader.page.emulate_media(media="print")
        assert not await leader.page.get_by_role("navigation").first.is_visible()
        assert await leader.page.get_by_role("row", name="berit.arrangor@example.no").is_visible()


async def test_a_held_seat_is_declined_passed_on_not_answered_for_and_taken_late(arrive: Any) -> None:
    async with arrive(**PHONE) as leader, arrive(**PHONE) as guest:
        await leader.sign_in("reidun@example.no")
        await leader.go("/manage/offers/torsdagssuppa/joining")
        await leader.choose("Den første i køen får spørsmål, og må svare ja")
        await leader.fill("Hvor mange timer holder vi plassen?", "20")
        await leader.press("Lagre", exact=True)
        assert "Ledig plass holdes i 20 timer for den første i køen" in await leader.text()
        third = (
            await leader.page.get_by_role("link", name=re.compile("^Oppmøte")).nth(2).get_attribute("href")
        )
        assert third is not None
        session = third.split("/")[-2]

        # The third date is made full, and Sverre has the last seat.
        await leader.go("/manage/offers/torsdagssuppa/bookings")
        pool = leader.page.locator("main section").nth(2)
        taken = re.search(r"(\d+) av \d+ plasser tatt", await pool.inner_text())
        assert taken is not None, await leader.text()
        await pool.get_by_text("Endre plassene").click()
        await pool.get_by_label("Antall plasser").fill(str(int(taken[1]) + 1))
        await pool.get_by_role("button", name="Lagre antallet").click()
        await leader.look()
        path = f"/offers/torsdagssuppa/bookings/new?session={session}"
        assert await book(guest, path, "Sverre", "Meld på") == "Du er påmeldt"
        for name in ("Turid", "Unni"):
            assert await book(guest, path, name, "Sett meg på venteliste") == "Du står på venteliste"

        # He cancels, Turid does not want the seat, and it is Unni's turn at once.
        await opened(guest, "Sverre", "Påmeldingen er i orden")
        await guest.press("Meld av")
        await guest.press("Ja, meld av")
        await opened(guest, "Turid", "En plass ble ledig til deg")
        assert "Svarer du ikke innen da, går plassen til den neste i køen." in await guest.text()
        await guest.press("Nei takk")
        assert await guest.heading() == "Du takket nei til plassen"
        await opened(guest, "Unni", "En plass ble ledig til deg")
        assert await guest.heading() == "En plass ble ledig"

        # She does not answer in time; but nobody else wants it, so it is hers all the same.
        await leader.set_clock("Én dag fram")

        async def passed_on() -> bool:
            await opened(guest, "Unni", "En plass ble ledig til deg")
            return await guest.heading() == "Vi holder ikke plassen lenger"

        await until(passed_on, "the deadline")
        await guest.press("Jeg vil fortsatt ha plass")
        assert await guest.heading() == "Du er påmeldt"
