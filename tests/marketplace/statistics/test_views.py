"""The page of statistics: sums of stored cells, last year beside, blank where nothing is known, and its files."""

import io
from collections.abc import Iterable
from typing import Any

import openpyxl
import pytest

from marketplace.goals.models import GoalFigure
from marketplace.statistics.measures import INDICATORS
from marketplace.statistics.models import Cell, CellFigure, Closing
from marketplace.statistics.staircase import RULE
from organizations.directory.models import District, Organization
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import coordinator, elsewhere, goal, plan
from tests.visitor import Page, Visitor


async def cell(owner: Organization, **other: Any) -> Cell:
    given = {"main_audience": "everyone", "kind": "activity", "evening": False} | other
    return await Cell.create(municipality_id=owner.municipality_id, organization=owner, **given)


async def close(year: int, figures: dict[Cell, Iterable[dict[str, int]]], first: int = 1) -> None:
    """Closings from month `first`, each with what is stored of the cells."""
    here = next(iter(figures)).municipality_id
    for number, stored in enumerate(zip(*figures.values(), strict=True), first):
        closing = await Closing.create(
            municipality_id=here, year=year, number=number, closed_at=NOW, rule=RULE, key_fingerprint=b"key"
        )
        for which, each in zip(figures, stored, strict=True):
            await CellFigure.create(closing=closing, cell=which, figures=each)


def month(times: int, people: int = 0, sessions: int = 1, due: int = 0, **more: int) -> dict[str, int]:
    return {"attendances": times, "people": people, "sessions": sessions, "due": due or sessions} | more


def tables(page: Page) -> list[list[list[str]]]:
    """Of each table, its rows of cells."""
    return [
        [[" ".join(one.get_text().split()) for one in row.select("th, td")] for row in table.select("tr")]
        for table in page.soup.select("table")
    ]


@pytest.fixture
async def two_years(db: None) -> Organization:
    """What the centre held in two years: from March last year, from January this year until September."""
    centre = await make.organization("Frivilligsentralen")
    day, evening = await cell(centre), await cell(centre, evening=True, main_audience="seniors")
    nothing: list[dict[str, int]] = [{}] * 2
    await close(2025, {
        day: nothing + [month(100 * n, 20 * n, n) for n in range(1, 11)],
        evening: nothing + [month(50 * n, 5 * n, n) for n in range(1, 11)],
    })  # fmt: skip
    await close(2026, {
        day: [month(200 * n, 20 * n, n, 2 * n) for n in range(1, 10)],
        evening: [month(50 * n, 5 * n, n) for n in range(1, 10)],
    })  # fmt: skip
    return centre


async def signed_in(visitor: Visitor) -> Visitor:
    await visitor.sign_in(await coordinator())
    return visitor


async def test_the_page_adds_up_stored_cells_with_last_year_beside(
    two_years: Organization, visitor: Visitor
) -> None:
    page = await (await signed_in(visitor)).open("/statistics")
    assert page.status == 200
    assert page.heading == "Tall for Sandnes 2026"
    assert (
        "Fra mars til september kom folk 1 750 ganger, mot 1 050 i samme tid i fjor. Det er 67 prosent flere."
        in page.text
    )
    figures = [" ".join(one.get_text(" ").split()) for one in page.soup.select(".tp-figures > div")]
    assert figures[0].startswith("Oppmøter 2 250 ± 6, i 95 av 100 tilfeller 1 500 i 2025 (mars–")
    assert figures[1].startswith("Forskjellige personer 225 ± 6")
    assert figures[2].startswith("Samlinger holdt 18 nøyaktig; 67 prosent er ført")
    assert figures[3].startswith("Utenom arbeidstid 50 %")
    assert "Bygger på 18 av 27 samlinger, 67 prosent." in page.text


async def test_a_months_own_number_is_the_difference_and_blank_before_the_first(
    two_years: Organization, visitor: Visitor
) -> None:
    months, *_rest = tables(await (await signed_in(visitor)).open("/statistics"))
    assert months[0] == [
        "Måned",
        "Oppmøter 2026",
        "Oppmøter 2025",
        "Nye personer",
        "Samlinger",
        "Ført, prosent",
    ]
    assert months[1] == ["januar", "250", "ingen tall", "25", "2", "67"]
    assert months[3] == ["mars", "250", "150", "25", "2", "67"]
    assert months[-4:] == [
        ["oktober", "ingen tall", "150", "ingen tall", "ingen tall", "ingen tall"],
        ["november", "ingen tall", "150", "ingen tall", "ingen tall", "ingen tall"],
        ["desember", "ingen tall", "150", "ingen tall", "ingen tall", "ingen tall"],
        ["Til sammen", "2 250", "1 500", "225", "18", "67"],
    ]


@pytest.mark.parametrize(("part", "first", "second"), [
    ("audience", "Alle er velkommen", "65 år og eldre"),
    ("organization", "Frivilligsentralen", None),
    ("kind", "Aktivitet", None),
    ("district", "Uten bydel", None),
    ("evening", "Arbeidstid", "Kveld og helg"),
])  # fmt: skip
async def test_every_way_to_divide_gives_the_same_whole(
    two_years: Organization, visitor: Visitor, part: str, first: str, second: str | None
) -> None:
    page = await (await signed_in(visitor)).open(f"/statistics?part={part}")
    groups = tables(page)[1]
    names = [row[0] for row in groups[1:]]
    assert names == [first, *([second] if second else []), "Til sammen"]
    assert groups[-1] == ["Til sammen", "2 250 ± 6", "1 050", "+67 %", "225 ± 6", "18", "67"]
    if second:
        assert groups[1][1] == "1 800 ± 4"
        assert groups[2][1:4] == ["450 ± 4", "350", "usikkert"]  # 350 to 350


async def test_an_organisation_can_be_chosen_and_a_district_has_its_name(
    two_years: Organization, visitor: Visitor
) -> None:
    club = await make.organization("Turlaget")
    district = await District.create(municipality_id=club.municipality_id, slug="lura", name="Lura")
    await CellFigure.create(
        closing=await Closing.get(year=2026, number=9), cell=await cell(club, district=district),
        figures=month(75, 15, 3),
    )  # fmt: skip
    page = await (await signed_in(visitor)).open(f"/statistics?organization={club.slug}&part=district")
    assert page.heading == "Tall for Turlaget 2026"
    assert tables(page)[1][1] == ["Lura", "75 ± 4", "ingen tall", "ingen tall", "15 ± 4", "3", "100"]
    assert "Mer om hele kommunen" not in page.text


async def test_what_lies_in_no_district_is_compared_with_itself(visitor: Visitor) -> None:
    centre = await make.organization("Frivilligsentralen")
    lura = await District.create(municipality_id=centre.municipality_id, slug="lura", name="Lura")
    nowhere, there = await cell(centre), await cell(centre, district=lura)
    await close(2025, {nowhere: [month(100)], there: [month(1000)]})
    await close(2026, {nowhere: [month(200)], there: [month(1000)]})
    page = await (await signed_in(visitor)).open("/statistics?part=district")
    parts = {row[0]: row[1:4] for row in tables(page)[1][1:]}
    assert parts == {
        "Lura": ["1 000 ± 4", "1 000", "usikkert"],
        "Uten bydel": ["200 ± 4", "100", "+100 %"],
        "Til sammen": ["1 200 ± 6", "1 100", "+9 %"],
    }
    small = {one["aria-label"].split(",")[0]: one["aria-label"] for one in page.soup.select("svg.tp-chart")}
    assert "2026 fra 200 i januar til 200 i januar; 2025 fra 100" in small["Uten bydel"]


async def test_other_counts_are_of_the_whole_where_fifty_are_shown(visitor: Visitor) -> None:
    centre = await make.organization("Frivilligsentralen")
    few = month(60, 45, 3, waited=20, placed=10)
    many = month(
        200, 80, 9, waited=40, placed=30, within_1=5, within_7=20, within_30=5, offers=4, led_together=3
    )
    await close(2026, {await cell(centre): [few]}, first=1)
    await signed_in(visitor)
    page = await visitor.open("/statistics")
    assert "Sto i kø" not in page.soup.select_one("main").get_text()
    assert "vises når minst 50 personer har vært med" in page.text
    cells = await Cell.all()
    await close(2026, {cells[0]: [many]}, first=2)
    page = await visitor.open("/statistics")
    more = {row[0]: row[1:] for row in tables(page)[2]}
    assert more["Sto i kø"] == ["40 ± 4", ""]
    assert more["Tilbud ledet av fagperson og likeperson sammen"] == ["3", "75"], "exact has no likely error"
    assert more["Fikk plass fra køen"] == ["30 ± 4", "75"]
    assert "Halvparten fikk plass innen sju dager." in page.text


async def test_choices_that_there_are_none_of_are_said_and_the_page_is_there(
    two_years: Organization, visitor: Visitor
) -> None:
    await signed_in(visitor)
    for query, said in (
        ("year=1999", "Vi har ingen tall for det året. Under ser du 2026."),
        ("year=%C2%B2", "Vi har ingen tall for det året."),
        ("part=age", "Tallene kan ikke fordeles slik."),
        ("organization=finnes-ikke", "Den organisasjonen har ingen tall her."),
    ):
        page = await visitor.open(f"/statistics?{query}")
        assert page.status == 422
        assert said in page.text
        assert page.heading == "Tall for Sandnes 2026"
        assert (await visitor.open(f"/statistics/download?as=xlsx&{query}")).status == 404


async def test_a_coordinator_sees_their_own_municipality_and_chooses_among_theirs(
    two_years: Organization, visitor: Visitor
) -> None:
    there = await elsewhere()
    far = await make.organization("Hagelaget", municipality=there)
    await close(2026, {await cell(far): [month(500, 100, 9)]})
    await signed_in(visitor)
    for path in ("/statistics", "/statistics/download"):
        page = await visitor.open(f"{path}?municipality={there.slug}&as=xlsx")
        assert page.status == 404
    page = await visitor.open(f"/statistics?organization={far.slug}")
    assert page.status == 422
    assert "Hagelaget" not in page.text


async def test_before_a_month_is_closed_it_says_so(visitor: Visitor) -> None:
    page = await (await signed_in(visitor)).open("/statistics")
    assert page.status == 200
    assert "Ingen måned er lukket ennå." in page.text
    assert (await visitor.open("/statistics/download?as=xlsx")).status == 404


async def test_a_year_by_the_old_rule_stays_as_it_was_shown(visitor: Visitor) -> None:
    old = await goal(await plan())
    for number, value in ((8, None), (9, 25)):
        await GoalFigure.create(
            goal=old, month=NOW.date().replace(month=number, day=1), value=value, counted_at=NOW
        )
    page = await (await signed_in(visitor)).open("/statistics")
    assert "Tallene for 2026 er talt etter den gamle regelen" in page.text
    assert tables(page)[0][1:] == [["Flere er med", "september 2026", "25"]]


async def test_every_table_can_be_saved_as_csv_and_all_as_a_workbook(
    two_years: Organization, visitor: Visitor
) -> None:
    await Organization.filter(id=two_years.id).update(name="=1+1")
    page = await (await signed_in(visitor)).open("/statistics?part=organization")
    files = [one["href"] for one in page.soup.select("a[download]")]
    assert len(files) == 2 * 4
    for path in files:
        answer = (await visitor.open(path)).response
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["content-disposition"].startswith('attachment; filename="tall-sandnes-2026-')
    groups = next(one for one in files if "table=groups" in one and "as=csv" in one)
    text = (await visitor.client.get(groups)).content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("'=1+1;2250;6;1050;")
    assert "Bygger på 18 av 27 samlinger, 67 prosent." in text
    whole = (await visitor.client.get("/statistics/download?as=xlsx")).content
    book = openpyxl.load_workbook(io.BytesIO(whole))
    assert book.sheetnames[0] == "Oppmøter hver måned i 2026"
    assert book.sheetnames[-1] == "Hva tallene betyr"
    assert book.worksheets[0]["B3"].value == 250


@pytest.mark.parametrize(
    "query", ["as=pdf&table=months", "as=csv", "as=csv&table=people", "as=xlsx&table=x", "", "as[]=csv"]
)
async def test_a_file_that_there_is_not_is_not_found(
    two_years: Organization, visitor: Visitor, query: str
) -> None:
    await signed_in(visitor)
    assert (await visitor.open(f"/statistics/download?{query}")).status == 404


async def test_a_chart_says_in_a_sentence_what_it_draws_and_has_its_table(
    two_years: Organization, visitor: Visitor
) -> None:
    page = await (await signed_in(visitor)).open("/statistics")
    charts = page.soup.select("svg.tp-chart")
    assert len(charts) == 3
    assert all(
        one["role"] == "img" and one["aria-label"].endswith("Tallene står i tabellen under.")
        for one in charts
    )
    assert charts[0]["aria-label"].startswith(
        "Oppmøter hver måned, linjer: 2026 fra 250 i januar til 250 i september; 2025 fra 150 i mars"
    )
    assert "2026: 250" in charts[0].get_text()
    assert "2025: 150" in charts[0].get_text()


async def test_the_method_is_for_everybody_and_says_what_remains(visitor: Visitor) -> None:
    page = await visitor.open("/about/numbers")
    assert page.heading == "Slik teller vi"
    for said in ("Den som er med i en gruppe, vet hvem andre som er der.", "to avrundinger", "fire plasser"):
        assert said in page.text
    assert len(tables(page)[0]) == 1 + len(INDICATORS)
