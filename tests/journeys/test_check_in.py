"""Checking in by the poster on the wall: with a phone's camera, by typing, and what the host does with it."""

from datetime import UTC, datetime
from typing import Any

from tests.journeys.conftest import PHONE, database

BEGINS = """UPDATE session SET starts_at = $1::timestamptz + interval '10 minutes', ends_at = $1 + interval '2 hours'
WHERE id = (SELECT s.id FROM session s JOIN offer o ON o.id = s.offer_id WHERE o.slug = 'strikkekafe-for-alle'
    AND s.status = 'scheduled' ORDER BY s.starts_at DESC LIMIT 1) RETURNING id"""


async def test_whoever_comes_says_so_by_the_poster_on_the_wall(arrive: Any, instance: str) -> None:
    async with database(instance) as connection:
        session = await connection.fetchval(BEGINS, datetime.now(UTC))
    async with arrive() as host:
        await host.sign_in("mariam@example.no")
        await host.go(f"/manage/sessions/{session}/check-in")
        await host.press("Slå på")
        words = (await host.page.locator(".tp-poster__words").inner_text()).split()
        assert len(words) == 3
        async with arrive(**PHONE) as guest:
            await guest.go(f"/check-in#{'-'.join(words)}")
            assert await guest.page.input_value("#said") == " ".join(words)
            assert guest.page.url == f"{instance}/check-in", "they are in the address no longer"
            assert await guest.page.evaluate("history.length") <= 2
            await guest.press("Jeg er her", exact=True)
            assert await guest.heading() == "Takk, du er talt med"
            await guest.page.go_back()
            assert words[0] not in guest.page.url
        async with arrive(script=False) as another:
            await another.go(f"/check-in#{'-'.join(words)}")
            await another.fill("Tre ord fra plakaten", "eple eple eple")
            await another.press("Jeg er her", exact=True, status=422)
            assert "Ingen samling som er åpen nå" in await another.text()
            await another.fill("Tre ord fra plakaten", ", ".join(words).upper())
            await another.press("Jeg er her", exact=True)
            assert await another.heading() == "Takk, du er talt med"
        async with arrive() as typist:
            await typist.go("/check-in")
            await typist.page.locator("#said").focus()
            await typist.page.keyboard.type(" ".join(words))
            await typist.page.keyboard.press("Enter")
            await typist.page.wait_for_url("**/check-in?saved=here&at=*")
            assert await typist.heading() == "Takk, du er talt med"
        await host.go(f"/manage/sessions/{session}/register")
        assert "3 har meldt seg uten å være påmeldt" in await host.text()
        await host.press("Ta med 3 i antallet")
        assert "De er med i antallet nå." in await host.text()
        assert "har meldt seg uten" not in await host.text()
        await host.go(f"/manage/sessions/{session}/check-in")
        await host.press("Slå av")
        async with arrive(**PHONE) as late:
            await late.go(f"/check-in#{'-'.join(words)}")
            await late.press("Jeg er her", exact=True, status=422)
