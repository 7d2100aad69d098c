"""The numbers from end to end: offers and attendance over three months, the months close, a goal is the sum of what a
recount gives, last year stands beside, the coverage map shows a gap, and the yearly report is approved: its PDF's
numbers are those of its page."""

import io
import re
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pypdf
import pytest
from playwright.async_api import Browser

from marketplace.base.data.database import credentials
from marketplace.base.postgres.embedded import EmbeddedPostgres
from marketplace.statistics.staircase import Staircase
from tests.journeys.conftest import Somebody, doors, running, until
from tests.offers.seats.test_two_servers import free_port

OSLO = ZoneInfo("Europe/Oslo")
TITLE = "Stoldans for seniorer"
CAME = {10: 7, 11: 9, 12: 6}
"""How many dropped in, in October, November and December."""
ROW = re.compile(r"[-–\d \u00a0]+")


class Place:
    """An instance of its own, whose clock this story moves."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.address = data, f"http://127.0.0.1:{port}"

    def at(self, *moment: int) -> None:
        """Let it be this moment in Oslo."""
        (self.data / "clock-offset").write_text(
            str((datetime(*moment, tzinfo=OSLO) - datetime.now(UTC)).total_seconds())  # type: ignore[misc]
        )
        time.sleep(0.2)  # base/clock.py reads it every tenth of a second

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        connection = await asyncpg.connect(**credentials(EmbeddedPostgres(self.data).dsn))
        try:
            found: list[Any] = await connection.fetch(sql, *values)
            return found
        finally:
            await connection.close()

    async def closed(self, number: int) -> None:
        """Wait for the worker to close a month of 2026."""

        async def there() -> bool:
            sql = """SELECT k.id FROM closing k JOIN municipality m ON m.id = k.municipality_id
                WHERE m.slug = 'sandnes' AND k.year = 2026 AND k.number = $1"""
            return bool(await self.rows(sql, number))

        await until(there, f"closing {number}", 180)

    @cached_property
    def key(self) -> bytes:
        """2026's, read while it is there: when the year's last closing is over the worker destroys it."""
        return (self.data / "keys" / "participation-2026.key").read_bytes()

    async def recounted(self) -> int:
        """What the attendances of offers for those over 65 come to: counted anew, and rounded cell by cell."""
        counted = await self.rows(
            """SELECT c.municipality_id, c.organization_id, c.main_audience, c.kind, c.district_id, c.evening,
                sum(coalesce((SELECT sum(a.seats_present) FROM attendance a
                    WHERE a.session_id = s.id AND a.state = 'present'), 0)
                + coalesce((SELECT h.count FROM head_count h WHERE h.session_id = s.id), 0))::int AS came
            FROM session s JOIN session_cell k ON k.session_id = s.id JOIN cell c ON c.id = k.cell_id
            JOIN municipality m ON m.id = c.municipality_id
            WHERE m.slug = 'sandnes' AND c.main_audience = 'seniors' AND s.status <> 'cancelled'
                AND s.starts_at >= '2025-12-31T23:00Z' AND s.starts_at < '2026-12-31T23:00Z'
            GROUP BY 1, 2, 3, 4, 5, 6"""
        )
        assert len(counted) > 1, "several cells are added"
        return sum(Staircase(self.key, 2026, tuple(each)[:6]).rounded(each["came"]) for each in counted)

    async def year_before(self) -> int:
        """The same offers' attendances as they were stored for all of 2025."""
        (found,) = await self.rows(
            """SELECT sum((f.figures ->> 'attendances')::int)::int AS came FROM cell_figure f
            JOIN closing k ON k.id = f.closing_id JOIN cell c ON c.id = f.cell_id
            JOIN municipality m ON m.id = c.municipality_id
            WHERE m.slug = 'sandnes' AND k.year = 2025 AND k.number = 13 AND c.main_audience = 'seniors'"""
        )
        return int(found["came"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, post_office: str) -> Iterator[Place]:
    port = free_port()
    made = Place(tmp_path_factory.mktemp("numbers"), port)
    made.at(2026, 10, 5, 10, 0)
    with running(port, made.data, post_office, processes=1):
        yield made


@pytest.fixture
async def come(place: Place, chromium: Browser) -> Any:
    return await doors(place.address, chromium)


async def publish(editor: Somebody) -> str:
    """Kari publishes something for those over 65, once a month from October to December. Gives its slug."""
    await editor.go("/manage/offers/new")
    await editor.fill("Hva heter tilbudet?", TITLE)
    await editor.page.locator("select[name=kind]").select_option("meeting_place")
    await editor.fill("Hva er dette, i én setning?", "Vi danser sittende.")
    await editor.fill("Hva skjer når jeg kommer?", "Vi hilser, og så begynner musikken.")
    await editor.press("Lagre og gå videre")
    await editor.choose("65 år og eldre")
    await editor.fill("Kan jeg ta med noen?", "Ja, en venn.")
    await editor.press("Lagre og gå videre")
    await editor.page.locator("input[name=place][value=known]").check()
    await editor.page.locator("select[name=venue]").select_option(index=1)
    for name in ("way_in", "meets_you"):
        await editor.page.locator(f"[name={name}]").fill("Kari står ved døra.")
    await editor.press("Lagre og gå videre")
    await editor.page.locator("select[name=repeat]").select_option("monthly")
    await editor.fill("Dato, eller første dag", "06.10.2026")
    await editor.fill("Siste dag", "10.12.2026")
    await editor.fill("Fra klokka", "10.00")
    await editor.fill("Til klokka", "11.00")
    await editor.press("Lagre og gå videre")
    if "/sessions" in editor.page.url:  # the days it came to are shown first
        await editor.press("Lagre og gå videre")
    await editor.page.locator("input[name=joining][value=drop_in]").check()
    await editor.fill("Hvem kan man spørre?", "Kari")
    await editor.fill("Telefon", "51 00 00 42")
    await editor.press("Lagre og gå videre")
    await editor.press("Publiser")
    assert await editor.heading() == TITLE
    return editor.page.url.rpartition("/")[2].partition("?")[0]


async def register(editor: Somebody, place: Place, slug: str, month: int) -> None:
    """Kari signs in and says how many came."""
    await editor.sign_in("kari@example.no")
    (session,) = await place.rows(
        """SELECT s.id FROM session s JOIN offer o ON o.id = s.offer_id WHERE o.slug = $1
        AND extract(month FROM s.starts_at AT TIME ZONE 'Europe/Oslo') = $2""",
        slug, month,
    )  # fmt: skip
    await editor.go(f"/manage/sessions/{session['id']}/register")
    heads = editor.page.get_by_label("Kom innom uten påmelding", exact=True)
    await editor.page.locator("form[data-live]").wait_for(state="attached")
    await heads.fill(str(CAME[month]))
    await heads.blur()
    await editor.page.get_by_text("Lagret ").wait_for()
    await editor.finish_register()


async def set_goal(nora: Somebody) -> str:
    """Nora wants more attendances than there will be. Gives the goal's path."""
    await nora.go("/plans")
    await nora.press("Plan for psykisk helsearbeid", nth=0)
    await nora.press("Lag et mål")
    await nora.fill("Hva vil dere få til?", "Flere over 65 år kommer ofte")
    await nora.page.get_by_label("Hvilket innsatsområde").select_option(index=1)
    await nora.page.locator("input[name=indicator][value=attendances]").check()
    await nora.fill("Hvilket tall vil dere nå?", "90000")
    await nora.fill("Hvilket år?", "2026")
    await nora.page.locator("input[name=audiences][value=seniors]").check()
    await nora.press("Lagre målet")
    return nora.page.url.removeprefix(nora.address).partition("?")[0]


async def figure(somebody: Somebody, goal: str) -> int:
    await somebody.go(goal)
    return int(re.sub(r"\D", "", await somebody.page.locator(".tp-figure b").first.inner_text()))


async def raise_a_gap(nora: Somebody) -> None:
    """The map shows what nobody offers; one tap brings it to the next meeting."""
    await nora.go("/statistics/coverage?municipality=sandnes")
    assert re.search(r"\d+ ruter er tomme", await nora.text())
    await nora.press("Ta det opp", nth=0)
    assert "Saken" in await nora.text()
    assert await nora.page.get_by_text("Står på sakslista").count() >= 1


async def write_why(nora: Somebody, path: str) -> None:
    """Of every goal that was not reached Nora writes why."""
    await nora.go(path)
    missed = await nora.page.locator("main a[href*='/words/goal-']").evaluate_all(
        "all => all.map(one => one.pathname)"
    )
    assert missed
    for each in missed:
        await nora.go(each)
        await nora.fill("Hvorfor ble målet ikke nådd", "Bussen går ikke etter kl. 15.")
        await nora.press("Lagre", exact=True)


async def page_and_pdf(somebody: Somebody, path: str) -> tuple[list[str], str]:
    """The rows of numbers on the report's page, and all that the PDF says."""
    await somebody.go(path)
    found = await somebody.page.locator(".tp-sheets tbody tr, .tp-sheets tfoot tr").evaluate_all(
        "all => all.map(row => [...row.cells].map(cell => cell.innerText))"
    )
    rows = [" ".join(" ".join(row).split()) for row in found if all(ROW.fullmatch(cell) for cell in row[1:])]
    link = await somebody.page.get_by_role("link", name="Last ned som PDF").get_attribute("href")
    answer = await somebody.page.context.request.get(f"{somebody.address}{link}")
    reader = pypdf.PdfReader(io.BytesIO(await answer.body()))
    printed = " ".join(page.extract_text() for page in reader.pages)
    for mark, stands_for in (
        ("\u200b", ""),
        ("\u00ad", "-"),
    ):  # where words may break, and a hyphen as typst maps it
        printed = printed.replace(mark, stands_for)
    return rows, " ".join(printed.split())


async def test_the_numbers(place: Place, come: Any) -> None:
    async with AsyncExitStack() as stack:
        nora: Somebody = await stack.enter_async_context(come())
        torunn: Somebody = await stack.enter_async_context(come())
        kari: Somebody = await stack.enter_async_context(come())

        # In October Nora sets a goal and finds a gap, and Kari publishes.
        await nora.sign_in("nora@example.no")
        goal = await set_goal(nora)
        await raise_a_gap(nora)
        await kari.sign_in("kari@example.no")
        slug = await publish(kari)

        # Two months are registered when they are there; December's register is forgotten.
        place.at(2026, 10, 7, 10, 0)
        await register(kari, place, slug, 10)
        place.at(2026, 11, 10, 10, 0)
        await place.closed(10)
        await register(kari, place, slug, 11)

        # When the year is over, the goal's number is what a recount gives, cell by cell.
        place.at(2027, 1, 2, 10, 0)
        await place.closed(12)
        before = await place.recounted()
        await nora.sign_in("nora@example.no")
        assert await figure(nora, goal) == before
        await register(kari, place, slug, 12)
        assert await figure(nora, goal) == before, "what is saved late waits for the last closing"
        place.at(2027, 2, 2, 10, 0)
        await place.closed(13)
        after = await place.recounted()
        assert after >= before
        await nora.sign_in("nora@example.no")
        assert await figure(nora, goal) == after

        # The report says so beside the year before, plainly, and why; another coordinator approves it.
        report = "/reports/sandnes-2026"
        await write_why(nora, report)
        row = nora.page.locator("tr", has_text="Flere over 65 år kommer ofte").first
        said = " ".join((await row.inner_text()).split())
        number = " ".join(f"{each:,}".replace(",", " ") for each in (await place.year_before(), after))
        assert re.search(rf"{number} minst 90 000 ganger ± \d+ Ikke nådd", said), said
        await torunn.sign_in("torunn@example.no")
        await torunn.go(report)
        await torunn.fill("Hvilken stilling eller rolle godkjenner du som?", "kommunalsjef")
        await torunn.press("Godkjenn versjon 1")
        assert "Rapporten er godkjent. Den endrer seg ikke mer." in await torunn.text()

        # What is printed is what the page says.
        rows, printed = await page_and_pdf(torunn, report)
        assert len(rows) > 30
        assert not [row for row in rows if row not in printed]
        assert "Flere over 65 år kommer ofte" in printed
        assert number in printed
        assert "Godkjent 2. februar 2027 av kommunalsjef. Versjon 1." in printed
