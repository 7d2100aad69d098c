"""Signing in with two steps, in a browser: an app's codes, and a passkey that the browser itself makes."""

import time
from collections.abc import Callable
from typing import Any

from playwright.async_api import Page
from pyotp import TOTP

from tests.journeys.conftest import PHONE, Somebody

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
"""A device that holds passkeys and whose owner always says yes (WebDriver's virtual authenticator)."""


async def give_authenticator(page: Page) -> None:
    chrome = await page.context.new_cdp_session(page)
    await chrome.send("WebAuthn.enable")
    await chrome.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


async def with_key(somebody: Somebody, button: str) -> None:
    """Press a button that asks the browser for a key first, and look where it leads."""
    async with somebody.page.expect_navigation():
        await somebody.page.get_by_role("button", name=button).click()
    await somebody.look()


async def test_an_editor_makes_a_passkey_and_signs_in_with_nothing_else(arrive: Callable[..., Any]) -> None:
    async with arrive(host="localhost") as editor:  # passkeys want a name, not a number
        await give_authenticator(editor.page)
        await editor.sign_in_by_mail("hilde@example.no")
        await editor.press("Innlogging i to steg")
        await with_key(editor, "Lag en nøkkel på denne enheten")
        assert "Ta vare på reservekodene" in await editor.text()
        assert await editor.page.locator(".tp-codes li").count() == 10
        await editor.go("/my-page")
        await editor.press("Logg ut", exact=True, nth=-1)
        await editor.go("/sign-in?next=/manage")
        await with_key(editor, "Logg inn med nøkkel (passkey)")
        assert editor.page.url.removeprefix(editor.address) == "/manage"
        # The link alone is not enough any more; the key is the second step.
        await editor.go("/my-page")
        await editor.press("Logg ut", exact=True, nth=-1)
        await editor.go("/sign-in")
        await editor.go(await editor.link_sent_to("hilde@example.no"))
        await editor.press("Logg inn", exact=True, nth=-1)
        assert await editor.heading() == "Bekreft at det er deg"
        await with_key(editor, "Bruk nøkkelen på denne enheten")
        assert editor.page.url.removeprefix(editor.address) == "/my-page"
        # A key that is removed lets nobody in.
        await editor.press("Innlogging i to steg")
        await editor.press("Fjern")
        await editor.go("/sign-in")
        async with editor.page.expect_navigation():
            await editor.page.get_by_role("button", name="Logg inn med nøkkel (passkey)").click()
        editor.complaints.clear()  # the browser notes the 422
        await editor.look()
        assert "Nøkkelen ble ikke godtatt" in await editor.text()


async def test_a_host_sets_up_an_app_on_a_phone(arrive: Callable[..., Any]) -> None:
    async with arrive(**PHONE) as host:
        await host.sign_in_by_mail("mariam@example.no")
        await host.press("Innlogging i to steg")
        await host.press("Sett opp appen")
        secret = (await host.page.locator(".tp-secret").inner_text()).replace(" ", "")
        await host.fill("Koden på seks sifre", "12")
        await host.page.get_by_role("button", name="Ta appen i bruk").click()
        await host.page.wait_for_selector("#code-error")
        assert secret == (await host.page.locator(".tp-secret").inner_text()).replace(" ", "")
        host.complaints.clear()  # the browser notes the 422
        await host.fill("Koden på seks sifre", TOTP(secret).at(int(time.time())))
        await host.press("Ta appen i bruk")
        assert "Ta vare på reservekodene" in await host.text()
        code = await host.page.locator(".tp-codes code").first.inner_text()
        await host.go("/my-page")
        await host.press("Logg ut", exact=True, nth=-1)
        await host.go("/sign-in")
        before = {message["id"] for message in await host.messages("mariam@example.no")}
        await host.fill("E-post eller mobilnummer", "mariam@example.no")
        await host.press("Send meg lenke og kode")
        message = await host.message("mariam@example.no", lambda one: one["id"] not in before)
        await host.go(next(link for link in message["links"] if "/sign-in/" in link))
        await host.press("Logg inn", exact=True, nth=-1)
        await host.fill("Koden fra appen", code)
        await host.press("Fortsett")
        assert await host.heading() == "Hei, Mariam"
        await host.press("Innlogging i to steg")
        await host.press("Slutt med appen")
        assert "Den er fjernet." in await host.text()
