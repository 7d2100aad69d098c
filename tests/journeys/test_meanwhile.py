"""A register that is open while its host's sign-in ends, another tab says something, or others are written down."""

from typing import Any

from playwright.async_api import expect

from tests.journeys.conftest import PHONE
from tests.journeys.registers import Town, another_tab, at_the_register, town  # noqa: F401 - a fixture

SIGNED_OUT = """UPDATE sign_in SET ended_at = now() WHERE ended_at IS NULL
    AND person_id = (SELECT person_id FROM contact_point WHERE value = 'mariam@example.no')"""


async def test_whoever_is_signed_in_no_longer_is_told_so_and_comes_back_to_what_waits(
    arrive: Any,
    town: Town,  # noqa: F811
) -> None:
    async with at_the_register(arrive, town) as (session, host, page):
        await town.connection.execute(SIGNED_OUT)
        await page.get_by_role("switch").first.click()
        await expect(page.locator("#tp-waiting")).to_contain_text("Du er ikke logget inn lenger.")
        await expect(page.locator("#tp-send")).to_be_hidden()
        await page.locator("#tp-sign-in").click()
        await page.wait_for_url("**/sign-in?next=*")
        host.complaints.clear()  # the browser itself notes that it was refused
        await host.show_who("mariam@example.no")
        assert page.url == f"{host.address}/manage/sessions/{session}/register"
        assert await town.number(session, 1) == [("state", "present", "kept")]
        await expect(page.locator("#tp-waiting")).to_be_hidden()


async def test_another_tab_does_not_write_over_what_somebody_is_typing(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    async with arrive() as host:
        await host.sign_in("mariam@example.no")
        page = await host.open_register(session)
        other = await another_tab(page)
        number = other.get_by_label("Kom innom uten påmelding", exact=True)
        await number.click()
        await number.press_sequentially("5")
        await page.get_by_label("Kom innom uten påmelding", exact=True).fill("3")
        await page.get_by_role("switch").first.click()
        switch = other.get_by_role("switch").first
        await expect(switch).to_be_checked()
        await expect(switch).not_to_have_attribute("data-version", "0")  # both have had their answer
        assert await number.input_value() == "5"
        await number.blur()
        assert (await town.number(session, 3))[-1] == ("heads", "5", "conflict"), (
            "said without having seen the 3"
        )
        await expect(other.locator('[data-either=":heads"]')).to_contain_text("3")


async def test_undoing_a_part_of_the_heads_brings_back_what_stood(arrive: Any, town: Town) -> None:  # noqa: F811
    async with at_the_register(arrive, town) as (session, _host, page):
        heads, adults, children = [
            page.get_by_label(label, exact=True) for label in ("Kom innom uten påmelding", "Voksne", "Barn")
        ]
        undo = page.get_by_role("button", name="Angre", exact=True)
        await page.get_by_text("Skill voksne og barn").click()
        for number, (field, said) in enumerate([(heads, "9"), (adults, "2")], 1):
            await field.fill(said)
            await field.blur()
            await town.number(session, number)
        await expect(heads).to_have_value("2")
        await undo.click()
        assert (await town.number(session, 3))[-1] == ("heads", "9", "kept")
        await expect(heads).to_have_value("9")
        await expect(adults).to_have_value("")
        for number, (field, said) in enumerate([(adults, "2"), (children, "3"), (heads, "7")], 4):
            await field.fill(said)
            await field.blur()
            await town.number(session, number)
        await expect(adults).to_have_value("")
        await undo.click()
        assert (await town.number(session, 8))[-2:] == [("adults", "2", "kept"), ("children", "3", "kept")]
        await expect(heads).to_have_value("5")


async def test_a_page_says_that_somebody_was_written_down_at_the_door_by_another(
    arrive: Any,
    town: Town,  # noqa: F811
) -> None:
    session = await town.begins()
    await town.connection.execute(
        "UPDATE seat_pool p SET capacity = NULL FROM session s WHERE s.id = $1 AND p.session_id = s.id",
        session,
    )
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        page = await host.open_register(session)
        async with arrive() as door:
            await door.sign_in("mariam@example.no")
            await door.go(f"/manage/sessions/{session}/walk-in")
            await door.fill("Fornavn eller kallenavn", "Tindra")
            await door.press("Skriv opp", exact=True)
        await expect(page.locator("#tp-others")).to_be_hidden()
        await page.get_by_role("switch").first.click()
        await expect(page.locator("#tp-others")).to_be_visible()
        await host.look()
        await page.get_by_role("link", name="Vis lista på nytt").click()
        await expect(page.locator(".tp-mark").filter(has_text="Tindra")).to_have_count(1)
        await expect(page.locator("#tp-others")).to_be_hidden()


async def test_what_the_phone_has_no_room_for_is_not_shown_as_marked(arrive: Any, town: Town) -> None:  # noqa: F811
    async with at_the_register(arrive, town) as (session, host, page):
        await page.evaluate("""() => {
            window.add = IDBObjectStore.prototype.add;
            IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError"); };
        }""")
        first = page.get_by_role("switch").first
        await first.click()
        await expect(page.locator("[data-status]")).to_contain_text("Merket ble ikke lagret på telefonen.")
        await expect(first).not_to_be_checked()
        await page.evaluate("() => { IDBObjectStore.prototype.add = window.add; }")
        await first.click()
        assert await town.number(session, 1) == [("state", "present", "kept")]
        await host.look()


async def test_what_is_refused_is_not_said_to_be_saved(arrive: Any, town: Town) -> None:  # noqa: F811
    async with at_the_register(arrive, town) as (session, host, page):
        await town.connection.execute(
            "UPDATE session SET starts_at = now() + interval '5 hours', ends_at = now() + interval '6 hours'"
            " WHERE id = $1", session,
        )  # fmt: skip
        await page.get_by_role("switch").first.click()
        await expect(page.locator("#tp-refused")).to_contain_text(
            "Oppmøtet kan føres fra to timer før start."
        )
        status = page.locator("[data-status]")
        await expect(status).to_contain_text("Oppmøtet kan føres fra to timer før start.")
        await expect(status).not_to_contain_text("Lagret ")
        await expect(page.get_by_role("switch").first).not_to_be_checked()
        await expect(page.get_by_role("button", name="Angre", exact=True)).to_be_hidden()
        await host.look()
        await page.get_by_role("button", name="Jeg har lest det").click()
        await expect(page.locator("#tp-refused")).to_be_hidden()
