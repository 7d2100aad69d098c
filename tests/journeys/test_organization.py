"""An organisation runs itself: its manager invites a host, who leads one offer and sees who comes to that alone."""

from typing import Any

from PIL import Image

from tests.journeys.conftest import PHONE, Somebody

HOME = "/manage/organizations/frivilligsentralen"


async def test_a_host_is_invited_and_a_forwarded_link_lets_nobody_in(arrive: Any) -> None:
    async with arrive(**PHONE) as manager, arrive(**PHONE) as host, arrive(**PHONE) as per:
        assert isinstance(manager, Somebody)
        await manager.sign_in("reidun@example.no")
        await manager.go("/manage/offers/generasjonslekene")
        await manager.fill("E-post eller mobilnummer", "liv.vert@example.no")
        await manager.press("Legg til", exact=True)
        assert "Invitasjonen er sendt." in await manager.text()
        assert "liv.vert@example.no Invitert, har ikke svart" in await manager.text()

        mail = await host.message("liv.vert@example.no")
        assert mail["subject"] == "Du er invitert"
        link = next(each for each in mail["links"] if "/invitations/" in each)

        # Somebody else has got hold of the link.
        await per.go(link)
        assert "Invitasjonen er sendt til l…@example.no." in await per.text()
        await per.sign_in_by_mail("per@example.no")
        await per.go(link)
        assert "Invitasjonen er sendt til en annen adresse" in await per.text()
        assert await per.page.get_by_role("button", name="Ja, jeg vil være med").count() == 0

        # Whom it was meant for signs in from the link, and is led back to it.
        await host.go(link)
        await host.press("Logg inn og svar")
        await host.fill("E-post eller mobilnummer", "liv.vert@example.no")
        await host.press("Send meg lenke og kode")
        letter = await host.message("liv.vert@example.no", lambda one: one["subject"] == "Logg inn")
        await host.go(next(each for each in letter["links"] if "/sign-in/" in each))
        await host.press("Logg inn", exact=True, nth=-1)
        assert "Du skal lede: Generasjonslekene." in await host.text()
        await host.fill("Fornavnet ditt", "Liv")
        await host.press("Ja, jeg vil være med")
        assert "Velkommen med!" in await host.text()
        await host.press("Påmeldte")
        assert await host.heading() == "Påmeldte"
        await host.go("/manage/offers/torsdagssuppa/bookings", status=404)
        await host.go(link, status=410)
        assert await host.heading() == "Invitasjonen er brukt"

        # The manager sees who she is and what she leads, and ends it: she is out at once.
        await manager.go(f"{HOME}/members")
        assert "Liv liv.vert@example.no" in await manager.text()
        row = manager.page.locator("tr", has_text="liv.vert@example.no")
        await row.get_by_role("link", name="Avslutt").click()
        await manager.look()
        await manager.press("Ja, avslutt rollen")
        assert "Rollen er avsluttet." in await manager.text()
        await host.go("/manage")
        assert await host.heading() == "Logg inn"


async def test_an_organisation_shows_its_logo_and_its_words(arrive: Any, tmp_path: Any) -> None:
    picture = tmp_path / "logo.png"
    Image.new("RGBA", (700, 300), (20, 90, 60, 255)).save(picture)
    async with arrive() as manager, arrive(**PHONE) as visitor:
        await manager.sign_in("reidun@example.no")
        await manager.go("/manage")
        await manager.press("Frivilligsentralen i Sandnes", exact=True, nth=-1)
        await manager.press("Legg til en logo")
        await manager.page.set_input_files("#picture", picture)
        await manager.press("Lagre logoen")
        assert "Logoen er lagret." in await manager.text()
        await manager.press("Endre teksten på engelsk")
        await manager.fill("Hvem er dere, i én setning?", "Come as you are.")
        await manager.press("Lagre", exact=True)
        assert "Teksten er lagret." in await manager.text()
        await visitor.go("/en/organizations/frivilligsentralen")
        assert "Come as you are." in await visitor.text()
        shown = visitor.page.locator("img.tp-logo")
        assert await shown.get_attribute("alt") == "Logo: Frivilligsentralen i Sandnes"
        assert await shown.evaluate("image => image.naturalWidth") == 512
