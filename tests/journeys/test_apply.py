"""An organisation wants to take part: it applies on a phone, is asked for more, answers, and is let in."""

from contextlib import AsyncExitStack
from typing import Any

from tests.journeys.conftest import PHONE, Somebody

AUD = "aud.strikk@example.no"


async def test_an_organisation_applies_and_is_let_in(arrive: Any) -> None:
    async with AsyncExitStack() as stack:
        aud: Somebody = await stack.enter_async_context(arrive(**PHONE))
        nora: Somebody = await stack.enter_async_context(arrive())

        await aud.sign_in_by_mail(AUD)
        await aud.go("/organizations")
        await aud.press("Bli med som organisasjon")
        await aud.fill("Hva heter dere?", "Sandnes turvenner")
        await aud.choose("Frivillig organisasjon")
        await aud.choose("Ja", exact=True)
        await aud.fill("Organisasjonsnummer", "314 510 224")
        await aud.select("I hvilken kommune?", "Sandnes")
        await aud.fill("Hva gjør dere?", "Vi går tur.")
        await aud.fill("Hvem kan de spørre etter?", "Aud")
        await aud.fill("E-postadresse", "tur@example.no")
        await aud.press("Send søknaden")
        assert await aud.heading() == "Sandnes turvenner"
        assert "Søknaden er hos kommunen" in await aud.text()
        await aud.message(AUD, lambda one: one["subject"] == "Vi har fått søknaden deres")

        # The coordinator sees what the register says, and asks for more.
        answer = f"{nora.address}/approvals/sandnes-turvenner"
        await nora.message("nora@example.no", lambda one: answer in one["links"])
        await nora.sign_in("nora@example.no")
        await nora.go(answer)
        said = await nora.text()
        assert "SANDNES TURVENNER" in said
        assert "De står i Frivillighetsregisteret." in said
        await nora.choose("Be om å få vite mer")
        await nora.fill("Begrunnelse", "Når går dere?")
        await nora.press("Send svaret")
        assert "Spørsmålet er sendt." in await nora.text()

        asked = await aud.message(AUD, lambda one: "Når går dere?" in one["text"])
        await aud.go(next(link for link in asked["links"] if "/organizations/apply/" in link))
        await aud.fill("Hva gjør dere?", "Vi går tur hver lørdag, i rolig tempo.")
        await aud.press("Send søknaden igjen")
        assert "Søknaden er sendt igjen." in await aud.text()

        await nora.go("/approvals")
        await nora.press("Sandnes turvenner")
        assert "Vi går tur hver lørdag, i rolig tempo." in await nora.text()
        await nora.choose("Godkjenn")
        await nora.press("Send svaret")
        assert "De er godkjent, og får beskjed nå." in await nora.text()

        let_in = await aud.message(AUD, lambda one: "har godkjent" in one["text"])
        assert "Velkommen! Nå kan dere lage tilbud." in let_in["text"]
        await aud.go("/organizations/sandnes-turvenner")
        assert "Vi går tur hver lørdag, i rolig tempo." in await aud.text()
