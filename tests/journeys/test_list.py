"""The list on a phone, and what "Vis flere" does."""

from typing import Any

from tests.journeys.conftest import DESKTOP, PHONE, tidy

ALL = "/offers?municipality=all"
NAMES = "[...document.querySelectorAll('.tp-offer__link')].map(one => one.textContent)"


async def test_three_to_four_cards_stand_on_the_screen_of_a_phone(arrive: Any) -> None:
    async with arrive(**PHONE) as visitor:
        await visitor.go(ALL)
        tops = await visitor.page.evaluate(
            "[...document.querySelectorAll('.tp-offer')].map(one => one.getBoundingClientRect().top)"
        )
        seen = [sum(top <= one < top + 844 for one in tops) for top in tops[:12]]
        assert min(seen) >= 3, seen
        assert sum(seen) / len(seen) >= 3.5, seen


async def test_more_offers_are_appended_with_focus_on_the_first_and_read_out(arrive: Any) -> None:
    async with arrive(**PHONE) as visitor:
        await visitor.go(ALL)
        first = await visitor.page.evaluate(NAMES)
        await visitor.page.get_by_role("link", name="Vis flere tilbud").click()
        await visitor.page.locator(".tp-offer").nth(20).wait_for()
        names = await visitor.page.evaluate(NAMES)
        assert (len(first), len(names), names[:20]) == (20, 40, first)
        assert await visitor.page.evaluate("document.activeElement.textContent") == names[20]
        assert await visitor.page.locator("#live").inner_text() == "20 tilbud til"
        assert tidy(await visitor.page.locator("[data-shown]").inner_text()).startswith("Viser 1–40")
        days = await visitor.page.evaluate(
            "[...document.querySelectorAll('.tp-dayhead')].map(one => one.textContent)"
        )
        assert len(days) == len(set(days)), "a day that goes on is said once"
        await visitor.look()

        await visitor.page.reload()
        assert (await visitor.page.evaluate(NAMES))[0] == names[20], "a reload keeps one's place"
        assert tidy(await visitor.page.locator("[data-shown]").inner_text()).startswith("Viser 21–40")
        await visitor.page.locator(".tp-offer__link").first.click()
        await visitor.page.go_back()
        assert names[20] in await visitor.page.evaluate(NAMES)


async def test_whoever_comes_back_to_the_list_gets_each_page_once(arrive: Any) -> None:
    async with arrive() as visitor:
        await visitor.go(ALL)
        await visitor.fill("Hva har du lyst til?", "strikk")
        await visitor.page.get_by_role("button", name="Søk").click()
        await visitor.page.wait_for_url("**q=strikk**")
        await visitor.page.go_back()
        await visitor.page.wait_for_url(f"**{ALL}")
        await visitor.page.locator(".tp-offer").nth(19).wait_for()
        await visitor.page.get_by_role("link", name="Vis flere tilbud").click()
        await visitor.page.locator(".tp-offer").nth(20).wait_for()
        await visitor.page.wait_for_load_state("networkidle")
        names = await visitor.page.evaluate(NAMES)
        assert len(names) == 40
        await visitor.look()


async def test_where_the_next_page_does_not_come_the_link_leads_there(arrive: Any) -> None:
    async with arrive() as visitor:
        await visitor.go(ALL)
        twenty_first = await visitor.page.locator("a[data-more]").get_attribute("href")
        await visitor.page.route("**/offers?*", lambda route: route.abort(), times=1)
        await visitor.page.get_by_role("link", name="Vis flere tilbud").click()
        await visitor.page.wait_for_url(f"**{twenty_first}")
        assert "Til starten av lista" in await visitor.text()


async def test_without_javascript_pages_follow_one_another_and_say_where_one_is(arrive: Any) -> None:
    async with arrive(script=False, **PHONE) as visitor:
        await visitor.go(ALL)
        await visitor.press("Vis flere tilbud")
        assert "Viser 21–40" in tidy(await visitor.text())
        await visitor.press("Til starten av lista")
        assert "Viser 1–20" in tidy(await visitor.text())
        await visitor.press("Uke")
        await visitor.press("Neste uke")
        assert "i uka" in await visitor.page.locator("#found").inner_text()
        await visitor.press("Liste")
        assert "Viser 1–20" in tidy(await visitor.text())


async def test_a_week_is_printed_as_a_table_without_what_one_presses(arrive: Any) -> None:
    async with arrive(**DESKTOP) as visitor:
        await visitor.go("/offers?municipality=all&view=week")
        await visitor.press("Neste uke")
        await visitor.page.emulate_media(media="print")
        shown = visitor.page.locator(".tp-week th[scope=row]")
        assert await shown.count() == 7
        for gone in (".tp-switch", "a:text('Neste uke')", "form[role=search]"):
            assert not await visitor.page.locator(gone).first.is_visible(), gone
