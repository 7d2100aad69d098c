"""The pages around a register under a slow hand: whoever presses twice makes one of what they asked for, and is told
that it is done; the grid and the certificates lead where the finger is; and a page may stay open over midnight."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.journeys.conftest import PHONE, Somebody, until
from tests.journeys.registers import Town, at_the_register, town  # noqa: F401 - a fixture

TWICE: dict[str, Any] = {"delay": 60, "click_count": 2}
"""A finger that rests on what it presses, and comes down once more."""
OSLO = ZoneInfo("Europe/Oslo")
ROOM = """UPDATE seat_pool p SET capacity = NULL FROM session s WHERE s.id = $1
    AND (p.session_id = s.id OR p.session_id IS NULL AND p.offer_id = s.offer_id)"""
CALLED = """SELECT count(*) FROM booking b JOIN person n ON n.id = b.participant_id
    WHERE n.name = $1 AND b.state = 'confirmed'"""
UNSETTLED = """SELECT count(*) FROM register_tap
    WHERE session_id = $1 AND outcome = 'conflict' AND chosen_at IS NULL"""
COURSE = "hap-i-hverdagen-forrige"
EDITS = """INSERT INTO membership (id, role, created_at, organization_id, person_id)
    SELECT gen_random_uuid(), 'editor', now(), o.owner_id, k.person_id FROM offer o, contact_point k
    WHERE o.slug = $1 AND k.value = 'kari@example.no' RETURNING id"""
GRID = """SELECT o.slug FROM offer o JOIN session s ON s.offer_id = o.id JOIN register r ON r.session_id = s.id
    JOIN membership m ON m.organization_id = o.owner_id JOIN contact_point k ON k.person_id = m.person_id
    WHERE k.value = 'kari@example.no' AND m.role = 'editor' AND r.closed_at IS NOT NULL
        AND EXISTS (SELECT FROM booking b WHERE b.offer_id = o.id AND b.state = 'confirmed')
    GROUP BY o.slug ORDER BY count(DISTINCT s.id) DESC, o.slug LIMIT 1"""


async def test_whoever_is_written_down_at_the_door_twice_has_one_seat(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    await town.connection.execute(ROOM, session)
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        await host.go(f"/manage/sessions/{session}/walk-in")
        await host.fill("Fornavn eller kallenavn", "Solveig-Marie")
        await host.page.get_by_role("button", name="Skriv opp", exact=True).click(**TWICE)
        await host.page.wait_for_url("**/register?saved=walked-in")
        assert await town.connection.fetchval(CALLED, "Solveig-Marie") == 1
        assert await town.taps(session) == [("state", "present", "kept")]
        row = host.page.locator(".tp-mark").filter(has_text="Solveig-Marie")
        await expect(row.get_by_role("switch")).to_be_checked()


async def substitute(arrive: Any, town: Town, kari: Somebody, session: str) -> str:  # noqa: F811
    """The link that a host has sent, with a press that came twice."""
    asked = "SELECT count(*) FROM substitute WHERE session_id = $1"
    had = await town.connection.fetchval(asked, session)
    before = {one["id"] for one in await kari.messages("vikar@example.no")}
    await kari.go(f"/manage/sessions/{session}/substitute")
    await kari.fill("Mobilnummer eller e-post", "vikar@example.no")
    await kari.page.get_by_role("button", name="Send lenken").click(**TWICE)
    await kari.page.wait_for_url("**/substitute?saved=asked")
    sent = await kari.message("vikar@example.no", lambda one: one["id"] not in before)
    assert await town.connection.fetchval(asked, session) == had + 1
    return str(next(one for one in sent["links"] if "/substitute/" in one))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_a_substitute_who_presses_twice_has_opened_and_saved_once(
    arrive: Any,
    town: Town,  # noqa: F811
    script: bool,
) -> None:
    async with at_the_register(arrive, town) as (session, host, _page):
        link = await substitute(arrive, town, host, session)
        async with arrive(script=script, **PHONE) as other:
            await other.go(link)
            await other.page.get_by_role("button", name="Åpne oppmøtet her").click(**TWICE)
            await other.page.wait_for_url("**/substitute/registers/*")
            await asyncio.sleep(0.2)  # the second press has come by now, wherever it fell
            assert await other.page.locator("[role=switch]:checked").count() == 0
            await other.page.get_by_role("switch").first.check()
            await other.page.get_by_role("button", name="Lagre oppmøte").last.click(**TWICE)
            await expect(other.page.get_by_text("Oppmøtet er lagret.")).to_be_visible()
            assert "Noen andre lagret oppmøtet" not in await other.text()
            assert await town.taps(session) == [("state", "present", "kept")]


async def test_a_second_press_on_what_leads_to_a_register_marks_nobody(arrive: Any, town: Town) -> None:  # noqa: F811
    """It falls on a name of the page that has come meanwhile, and would be saved at once."""
    async with at_the_register(arrive, town) as (session, _host, page):
        await page.add_init_script(
            """addEventListener("DOMContentLoaded", () => {
                const marks = document.querySelector(".tp-marks");
                window.at_first = marks && getComputedStyle(marks.querySelector("label")).pointerEvents;
            })"""
        )
        await page.reload()
        assert await page.evaluate("window.at_first") == "none"
        await page.get_by_role("switch").first.check()
        assert await town.number(session, 1) == [("state", "present", "kept")]


async def test_without_scripts_a_register_that_is_saved_twice_is_saved(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    async with arrive(script=False, **PHONE) as host:
        await host.sign_in("mariam@example.no")
        await host.go(f"/manage/sessions/{session}/register")
        await host.page.get_by_role("switch").first.check()
        await host.page.get_by_role("button", name="Lagre oppmøte").last.click(**TWICE)
        await expect(host.page.get_by_text("Oppmøtet er lagret.")).to_be_visible()
        assert "Noen andre lagret oppmøtet" not in await host.text()
        assert await town.taps(session) == [("state", "present", "kept")]


async def test_the_grid_leads_to_the_date_under_the_finger(arrive: Any, town: Town) -> None:  # noqa: F811
    slug = await town.connection.fetchval(GRID)
    async with arrive(**PHONE) as host:
        await host.sign_in("kari@example.no")
        await host.go(f"/manage/offers/{slug}/attendance")
        date = host.page.locator("thead a").last
        await date.scroll_into_view_if_needed()
        where = await date.get_attribute("href")
        await date.click(**TWICE)
        await host.page.wait_for_url(f"**{where}")
        await host.page.go_back()
        await expect(host.page.locator("thead a").last).to_have_attribute("href", str(where))
        await host.look()


async def test_a_certificate_in_the_list_is_opened_by_a_press_that_comes_twice(
    arrive: Any,
    town: Town,  # noqa: F811
) -> None:
    edits = await town.connection.fetchval(EDITS, COURSE)
    try:
        async with arrive(**PHONE) as host:
            await host.sign_in("kari@example.no")
            await host.go(f"/manage/offers/{COURSE}/certificates")
            paper = host.page.locator("main a[href*='/certificates/']").first
            await paper.scroll_into_view_if_needed()
            await paper.hover()
            box = await paper.bounding_box()
            assert box is not None
            async with host.page.expect_download() as waiting:
                await host.page.mouse.click(box["x"] + 9, box["y"] + box["height"] / 2, **TWICE)
            path = await (await waiting.value).path()
            assert (await asyncio.to_thread(path.read_bytes)).startswith(b"%PDF-")
            await host.look()
    finally:
        await town.connection.execute("DELETE FROM membership WHERE id = $1", edits)


async def test_a_register_that_is_open_over_midnight_goes_on(arrive: Any, town: Town) -> None:  # noqa: F811
    session = await town.begins()
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        await host.page.clock.install()
        page = await host.open_register(session)
        await page.locator("form[data-kept]").wait_for(state="attached")
        await page.get_by_role("switch").first.click()
        await town.number(session, 1)
        await expect(page.locator("[data-status]")).to_contain_text("Lagret ")
        # The phone's night passes; the server's does not, so each tap is put right by how far they are apart.
        now = datetime.now(OSLO)
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=10, second=0)
        await page.clock.fast_forward(int((midnight - now).total_seconds() * 1000))
        await page.get_by_role("switch").nth(1).click()
        await page.get_by_role("button", name="Angre", exact=True).click()
        await page.get_by_role("switch").nth(1).click()
        assert [one[1:] for one in await town.number(session, 4)] == [
            ("present", "kept"), ("present", "kept"), (None, "kept"), ("present", "kept")
        ]  # fmt: skip
        apart = "SELECT max(abs(extract(epoch FROM tapped_at - arrived_at))) FROM register_tap WHERE session_id = $1"
        assert await town.connection.fetchval(apart, session) < 600


async def test_of_several_that_differ_each_choice_is_of_its_own_and_none_is_left(
    arrive: Any,
    town: Town,  # noqa: F811
) -> None:
    async with at_the_register(arrive, town) as (session, _host, page):
        rows = [page.locator(".tp-mark").nth(place) for place in range(3)]
        for place, row in enumerate(rows):
            await row.get_by_role("switch").click()
            await town.number(session, 2 * place + 1)
            await row.locator("[role=switch][data-version='1']").wait_for(state="attached")
            await row.locator("summary").click()
            # In one go: the page would say again at any moment what it has seen.
            await row.get_by_label("Kom ikke", exact=True).evaluate("""one => {
                one.closest(".tp-mark").querySelectorAll("[data-tap]").forEach(each => { each.dataset.version = 0; });
                one.click();
            }""")
            assert (await town.number(session, 2 * place + 2))[-1] == ("state", "absent", "conflict")
            await expect(row.locator("[data-either] button")).to_have_count(2)
        # From the last to the first, each with a finger that comes down twice, while the one before is under way.
        for row in reversed(rows):
            await row.locator("[data-either] button").filter(has_text="Her").click(**TWICE)
        taps = await town.number(session, 9)
        assert taps[6:] == [("state", "present", "kept")] * 3
        await expect(page.locator("[data-either]")).to_have_count(0)
        await expect(page.locator(".tp-mark[data-state=here]")).to_have_count(3)

        async def all_chosen() -> bool:
            left = await town.connection.fetchval(UNSETTLED, session)
            return bool(left == 0)

        await until(all_chosen, "each conflict to be settled")
        assert len(await town.taps(session)) == 9, "nobody between was marked"
