"""Nora and Mona coordinate in Sandnes, Ingeborg in Søndre Land: from the button to what is approved, and corrected."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256

import asyncpg
import openpyxl
import pypdf
import pytest
from PIL import Image

from marketplace.base.data.database import rows, value
from marketplace.people.models import Person
from marketplace.reports.models import ReportVersion, YearlyReport
from organizations.directory.models import Municipality, Organization, Picture
from organizations.members.models import Membership, Role
from tests import make
from tests.marketplace.reports.given import (
    FEBRUARY,
    NOVEMBER,
    a_year,
    cell,
    closed,
    coordinators,
    figures,
    root,
)
from tests.visitor import Page, Visitor

PATH = "/reports/sandnes-2026"


@pytest.fixture
async def sandnes(db: None) -> Municipality:
    return await make.municipality()


@pytest.fixture
async def both(sandnes: Municipality) -> list[Person]:
    """Nora and Mona."""
    return await coordinators(await root(sandnes), "Nora", "Mona")


@pytest.fixture
async def february(sandnes: Municipality, both: list[Person]) -> AsyncIterator[Visitor]:
    """Nora in February 2027, when all of 2026 is counted."""
    await a_year(sandnes)
    async with Visitor.at(FEBRUARY) as visitor:
        await visitor.sign_in(both[0])
        yield visitor


async def made(visitor: Visitor, year: int = 2026, **typed: str) -> Page:
    """The report's page, from the button."""
    answer = await visitor.submit(await visitor.open("/reports"), "/reports", year=str(year), **typed)
    assert answer.status == 303, answer.text
    return await visitor.follow(answer)


async def approved(visitor: Visitor, office: str = "kommunalsjef for helse", path: str = PATH) -> Page:
    """What comes of approving; also where the page has no button for it."""
    page = await visitor.open(path)
    if page.soup.select_one("form[action$=approve]"):
        return await visitor.submit(page, "/approve", approved_as=office)
    token = (await visitor.open("/reports")).fields("/reports")["form_token"]
    return await visitor.post(
        f"{path}/approve", {"form_token": token, "approved_as": [office], "content": [""]}
    )


async def written(visitor: Visitor, section: str, words: str) -> Page:
    answer = await visitor.submit(
        await visitor.open(f"{PATH}/words/{section}"), f"/words/{section}", text=words
    )
    assert answer.status == 303, answer.text
    return answer


async def test_one_button_makes_the_report_of_the_year_with_its_three_sentences(february: Visitor) -> None:
    page = await made(february)
    assert page.url == PATH
    assert page.heading == "Årsrapport 2026"
    assert "Sandnes kommune" in page.text
    assert "780 personer har hatt noe å være med på i 2026, mot 480 i 2025." in page.text
    assert "Ingen mål er satt for 2026." in page.text
    assert "Tallene bygger på 264 av 276 samlinger, til og med desember 2026." in page.text


def numbers(page: Page) -> list[list[str]]:
    """All cells of the page's tables, row by row."""
    return [
        [" ".join(one.get_text(" ").split()) for one in row.find_all(["th", "td"])]
        for row in page.soup.select(".tp-sheets tbody tr, .tp-sheets tfoot tr")
    ]


async def test_the_tables_add_up_and_stand_beside_the_year_before(february: Visitor) -> None:
    found = numbers(await made(february))
    for row in (
        ["Alle er velkommen", "600"], ["65 år og eldre", "120"], ["Til sammen", "780"],
        ["desember", "100", "195"], ["Ført etter nyttår", "0", "0"], ["Til sammen", "1 200", "2 340"],
        ["Kurs", "1", "48", "360", "60"], ["Etter arbeidstid: fra kl. 16 og i helger", "1", "48", "360", "60"],
        ["Frivilligsentralen", "4", "216", "1 980", "720"], ["Frivilligsentralen", "228", "216", "95"],
        ["Forskjellige personer", "480", "780", "300", "± 7"],
    ):  # fmt: skip
        assert row in found, (row, found)


async def test_one_session_is_one(sandnes: Municipality, both: list[Person]) -> None:
    centre = await cell(await make.organization("Frivilligsentralen", municipality=sandnes))
    await closed(sandnes, 2026, 13, (centre, figures(5, 5, 1)))
    async with Visitor.at(FEBRUARY) as visitor:
        await visitor.sign_in(both[0])
        assert "Mest var det av typen «Aktivitet»: 1 samling." in (await made(visitor)).text


async def test_the_pdfs_numbers_are_those_of_the_page(february: Visitor) -> None:
    page = await made(february)
    answer = await february.open(f"{PATH}/versions/1/report.pdf")
    assert answer.response.headers["content-type"] == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(answer.response.content))
    printed = " ".join(" ".join(each.extract_text() for each in reader.pages).split())
    with_numbers = [row for row in numbers(page) if all(re.fullmatch(r"[-–\d ]+", each) for each in row[1:])]
    assert len(with_numbers) > 20
    for row in with_numbers:
        assert " ".join(row) in printed, row
    for sentence in page.soup.select_one("#short ~ p").get_text().split(". "):  # type: ignore[union-attr]
        assert " ".join(sentence.split()) in printed


async def test_the_spreadsheet_and_the_csv_hold_the_same_numbers(february: Visitor) -> None:
    page = await made(february)
    book = openpyxl.load_workbook(
        io.BytesIO((await february.open(f"{PATH}/versions/1/report.xlsx")).response.content)
    )
    in_book = [
        [f"{one:,}".replace(",", " ") if isinstance(one, int) else one or "–" for one in row]
        for sheet in book.worksheets[1:]
        for row in sheet.iter_rows(values_only=True)
    ]
    in_csv = (await february.open(f"{PATH}/versions/1/report.csv")).response.content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(in_csv), delimiter=";"))
    for row in numbers(page):
        assert row in in_book, row
        if row[1:] and all(re.fullmatch(r"-?[\d ]+", each) for each in row[1:]):
            for each in row[1:]:
                assert [row[0], each.replace(" ", "")] in [
                    [line[2], line[4]] for line in lines if len(line) == 5
                ]


async def test_the_same_year_is_made_once(february: Visitor) -> None:
    await made(february)
    await made(february)
    assert await value("SELECT count(*) FROM yearly_report") == 1
    assert await value("SELECT count(*) FROM report_version") == 1


@pytest.mark.parametrize("year", ["1999", "2028", "", "9" * 30, "tjue", "2027.5"])
async def test_a_year_that_cannot_be_is_refused_at_the_field(february: Visitor, year: str) -> None:
    page = await february.submit(await february.open("/reports"), "/reports", year=year)
    assert page.status == 422
    assert page.soup.select_one("#year-error") is not None


async def test_a_draft_follows_what_is_stored(february: Visitor, sandnes: Municipality) -> None:
    page = await made(february, 2027)
    assert "Det er ingen tall for 2027 ennå." in page.text
    await closed(sandnes, 2027, 1, (await cell(await make.organization("Turlaget")), figures(15, 40, 2)))
    assert (
        "15 personer har hatt noe å være med på i 2027" in (await february.open("/reports/sandnes-2027")).text
    )


async def test_words_are_written_section_by_section_and_kept(february: Visitor) -> None:
    await made(february)
    await written(february, "people", "Bussen går ikte etter kl. 15.\n\n<b>Vi</b> spør igjen.")
    page = await february.open(PATH)
    assert "Bussen går ikte etter kl. 15." in page.text
    assert "<b>Vi</b> spør igjen." in page.text, "as it was typed"
    assert page.soup.select_one(".tp-sheets b") is None or "Vi" not in [
        b.get_text() for b in page.soup.select("b")
    ]
    for nowhere in ("method", "goals", "finnes-ikke", "goal-00000000-0000-7000-8000-000000000000"):
        assert (await february.open(f"{PATH}/words/{nowhere}")).status == 404


async def test_who_alone_wrote_it_does_not_approve_it_where_there_is_another(
    february: Visitor, both: list[Person]
) -> None:
    await made(february)
    await written(february, "people", "Skrevet av Nora.")
    page = await approved(february)
    assert page.status == 422
    assert "Du har skrevet denne rapporten alene. Be en annen koordinator lese og godkjenne den." in page.text
    await february.sign_in(both[1])
    assert (await approved(february)).status == 303


async def test_whoever_only_pressed_the_button_does_not_approve_what_nobody_else_has_seen(
    february: Visitor, both: list[Person]
) -> None:
    await made(february)
    assert (await approved(february)).status == 422
    await february.sign_in(both[1])
    assert (await approved(february)).status == 303


async def test_the_button_of_one_does_not_make_the_other_no_lone_writer(
    february: Visitor, both: list[Person]
) -> None:
    await made(february)
    await february.sign_in(both[1])
    await written(february, "people", "Alt er skrevet av Mona.")
    assert "skrevet denne rapporten alene" in (await approved(february)).text
    await february.sign_in(both[0])
    await written(february, "offers", "Noe er skrevet av Nora.")
    assert (await approved(february)).status == 303


async def test_words_that_were_taken_away_make_nobody_a_writer(february: Visitor, both: list[Person]) -> None:
    await made(february)
    await february.sign_in(both[1])
    await written(february, "people", "Fra Mona.")
    await february.sign_in(both[0])
    await written(february, "people", "")
    await written(february, "offers", "Fra Nora.")
    assert (await approved(february)).status == 422


async def test_a_lone_coordinator_approves_what_they_wrote(february: Visitor, both: list[Person]) -> None:
    await Membership.filter(person=both[1]).update(ended_at=FEBRUARY)
    await made(february)
    await written(february, "people", "Skrevet av Nora.")
    page = await february.follow(await approved(february, "Kommunalsjef for helse og velferd"))
    assert "Rapporten er godkjent. Den endrer seg ikke mer." in page.text
    assert "Godkjent 10. februar 2027 av Kommunalsjef for helse og velferd. Versjon 1." in page.text
    assert "godkjent 10. februar av Nora, Kommunalsjef for helse og velferd" in page.text


async def test_a_coordinator_of_a_unit_below_is_another_and_one_elsewhere_is_not(
    february: Visitor, both: list[Person], sandnes: Municipality
) -> None:
    await Membership.filter(person=both[1]).update(ended_at=FEBRUARY)
    elsewhere = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await coordinators(await root(elsewhere), "Ingeborg")
    await make.member(await root(sandnes), Role.STAFF, "Espen")
    await made(february)
    assert (await approved(february)).status == 303
    await rows("DELETE FROM sent_form")
    unit = await make.organization("Mestringsenheten", kind="municipal", parent=await root(sandnes))
    await coordinators(unit, "Olga")
    await made(february, 2025)
    page = await approved(february, path="/reports/sandnes-2025")
    assert "skrevet denne rapporten alene" in page.text


async def test_a_year_that_is_not_over_or_not_counted_is_not_approved(sandnes: Municipality) -> None:
    (nora,) = await coordinators(await root(sandnes), "Nora")
    await a_year(sandnes, last=10)
    async with Visitor.at(NOVEMBER) as visitor:
        await visitor.sign_in(nora)
        page = await made(visitor)
        assert "til og med oktober 2026" in page.text
        assert "650 personer har hatt noe å være med på i 2026, mot 400 i 2025." in page.text, (
            "the same months"
        )
        assert "Året er ikke over ennå." in (await approved(visitor)).text
    async with Visitor.at(FEBRUARY) as visitor:
        await visitor.sign_in(nora)
        assert "Desember er ikke talt ennå." in (await approved(visitor)).text
    assert await value("SELECT count(*) FROM report_version WHERE approved_at IS NOT NULL") == 0


async def test_what_is_approved_is_what_the_page_showed(
    february: Visitor, both: list[Person], sandnes: Municipality
) -> None:
    await made(february)
    await written(february, "people", "Skrevet av Nora.")
    await february.sign_in(both[1])
    page = await february.open(PATH)
    await rows("UPDATE report_words SET text = 'Noe annet'")
    asked = await february.submit(page, "/approve", approved_as="leder")
    assert asked.status == 422
    assert "Rapporten er endret siden du åpnet siden. Les den én gang til, og godkjenn så." in asked.text
    assert "Noe annet" in asked.text, "and it shows it"
    assert asked.fields("/approve")["approved_as"] == ["leder"]
    assert (await february.submit(asked, "/approve")).status == 303


async def frozen(visitor: Visitor, number: int = 1) -> tuple[list[list[str]], str, bytes]:
    """What a version says: its tables, its words, its PDF."""
    page = await visitor.open(f"{PATH}/versions/{number}")
    sheets = page.soup.select_one(".tp-sheets")
    assert sheets is not None
    pdf = (await visitor.open(f"{PATH}/versions/{number}/report.pdf")).response.content
    return numbers(page), sheets.get_text(" "), pdf


async def test_an_approved_report_never_changes(
    february: Visitor, both: list[Person], sandnes: Municipality
) -> None:
    await made(february)
    await written(february, "people", "Skrevet av Nora.")
    await february.sign_in(both[1])
    await approved(february)
    before = await frozen(february)
    await closed(sandnes, 2027, 1, (await cell(await make.organization("Turlaget")), figures(15, 40, 2)))
    await rows("ALTER TABLE cell_figure DISABLE TRIGGER USER")
    await rows(
        """UPDATE cell_figure SET figures = '{"people": 5, "attendances": 5, "sessions": 1, "offers": 1, "due": 1}'"""
    )
    await rows("ALTER TABLE cell_figure ENABLE TRIGGER USER")
    await rows("UPDATE report_words SET text = 'Et annet ord'")
    await rows("UPDATE organization SET name = 'Et annet navn'")
    await rows("UPDATE municipality SET name = 'En annen kommune'")
    february.wait(timedelta(days=100))
    await february.sign_in(both[1])
    assert await frozen(february) == before
    for section in ("people", "offers"):
        assert (await february.open(f"{PATH}/words/{section}")).status == 409
    page = await february.open("/reports/sandnes-2026")
    assert page.soup.select_one("form[action$=approve]") is None


async def test_postgresql_itself_refuses_to_change_or_delete_what_is_approved(
    february: Visitor, both: list[Person]
) -> None:
    await made(february)
    await february.sign_in(both[1])
    await approved(february)
    for change in (
        "UPDATE report_version SET content = '{}'", "UPDATE report_version SET approved_as = 'en annen'",
        "UPDATE report_version SET approved_at = NULL, content = NULL, approved_as = ''", "DELETE FROM report_version",
        f"UPDATE report_version SET approved_by_id = '{both[0].id}'",
    ):  # fmt: skip
        with pytest.raises(asyncpg.RaiseError, match="an approved report stays as it is"):
            await rows(change)
    await rows("UPDATE report_version SET approved_by_id = NULL")  # a person who is forgotten


async def test_a_page_that_stood_open_cannot_write_into_what_is_approved(
    february: Visitor, both: list[Person]
) -> None:
    await made(february)
    open_page, open_report = await february.open(f"{PATH}/words/people"), await february.open(PATH)
    await february.sign_in(both[1])
    open_page = await february.open(f"{PATH}/words/people")
    open_report = await february.open(PATH)
    await approved(february)
    assert (await february.submit(open_page, "/words/people", text="For sent")).status == 409
    assert (await february.submit(open_report, "/approve", approved_as="leder")).status == 409
    assert await value("SELECT count(*) FROM report_words") == 0


async def test_a_correction_is_a_new_version_with_its_reason_and_the_old_one_stays(
    february: Visitor, both: list[Person]
) -> None:
    await made(february)
    await written(february, "people", "Feil ord.")
    await february.sign_in(both[1])
    await approved(february)
    before = await frozen(february)
    page = await february.submit(
        await february.open(f"{PATH}/correct"), "/correct", reason="Et ord om folk var feil."
    )
    draft = await february.follow(page)
    assert "Utkast til versjon 2. Ikke godkjent." in draft.text
    assert "Rettet: Et ord om folk var feil." in draft.text
    assert "Feil ord." in draft.text, "it begins with the words of the one before"
    await written(february, "people", "Riktige ord.")
    assert "skrevet denne rapporten alene" in (await approved(february)).text, "Mona alone has corrected it"
    await february.sign_in(both[0])
    assert (await approved(february, "rådmann")).status == 303
    assert await frozen(february) == before, "who reads the old one reads what was approved"
    newest = await february.open(PATH)
    assert "Riktige ord." in newest.text
    assert "Feil ord." not in newest.text
    old = await february.open(f"{PATH}/versions/1")
    assert "Dette er en eldre versjon." in old.text
    assert (await february.open(f"{PATH}/versions/3")).status == 404
    assert (await february.open(f"{PATH}/versions/01")).status == 404


async def test_there_is_one_draft_at_a_time_and_a_correction_needs_its_reason(
    february: Visitor, both: list[Person]
) -> None:
    await made(february)
    assert (await february.open(f"{PATH}/correct")).status == 422, "there is a draft"
    await february.sign_in(both[1])
    await approved(february)
    page = await february.open(f"{PATH}/correct")
    empty = await february.submit(page, "/correct", reason="   ")
    assert "Skriv hva som rettes, og hvorfor." in empty.text
    assert (await february.submit(page, "/correct", reason="Første")).status == 303
    assert (await february.submit(page, "/correct", reason="Andre")).status == 422
    assert await value("SELECT max(number) FROM report_version") == 2


async def test_others_know_nothing_of_it(february: Visitor, sandnes: Municipality) -> None:
    await made(february)
    elsewhere = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    (ingeborg,) = await coordinators(await root(elsewhere), "Ingeborg")
    await february.sign_in(ingeborg)
    for path in ("", "/versions/1", "/versions/1/report.pdf", "/versions/1/report.xlsx", "/versions/1/report.csv",
                 "/words/people", "/correct"):  # fmt: skip
        assert (await february.open(PATH + path)).status == 404, path
    assert "sandnes-2026" not in (await february.open("/reports")).text
    refused = await february.submit(
        await february.open("/reports"), "/reports", year="2026", municipality=str(sandnes.id)
    )
    assert refused.status == 422


async def test_it_is_written_in_the_language_that_was_chosen(february: Visitor) -> None:
    page = await made(february, lang="en")
    assert page.soup.select_one(".tp-sheets")["lang"] == "en"  # type: ignore[index]
    reader = pypdf.PdfReader(
        io.BytesIO((await february.open(f"{PATH}/versions/1/report.pdf")).response.content)
    )
    assert reader.trailer["/Root"]["/Lang"] == "en"


async def test_an_empty_municipality_and_one_without_goals_have_a_report(db: None) -> None:
    elsewhere = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    (ingeborg,) = await coordinators(await root(elsewhere), "Ingeborg")
    async with Visitor.at(FEBRUARY) as visitor:
        await visitor.sign_in(ingeborg)
        page = await made(visitor)
        assert "Det er ingen tall for 2026 ennå." in page.text
        for ending in ("pdf", "xlsx", "csv"):
            assert (await visitor.open(f"/reports/sondre-land-2026/versions/1/report.{ending}")).status == 200
        done = await visitor.submit(
            await visitor.open("/reports/sondre-land-2026"), "/approve", approved_as="ordfører"
        )
        assert done.status == 303, "a year before the first figures is a year, too"


async def test_names_that_are_formulas_or_markup_harm_nothing(
    february: Visitor, sandnes: Municipality
) -> None:
    await rows("UPDATE organization SET name = '=HYPERLINK(\"x\")#[$]' WHERE name = 'Kulturklubben'")
    page = await made(february)
    assert '=HYPERLINK("x")#[$]' in page.text
    text = (await february.open(f"{PATH}/versions/1/report.csv")).response.content.decode("utf-8-sig")
    assert not [
        one
        for line in csv.reader(io.StringIO(text), delimiter=";")
        for one in line
        if one[:1] in "=+@" and one
    ]
    book = openpyxl.load_workbook(
        io.BytesIO((await february.open(f"{PATH}/versions/1/report.xlsx")).response.content)
    )
    assert not [one for sheet in book for row in sheet.iter_rows() for one in row if one.data_type == "f"]
    assert (await february.open(f"{PATH}/versions/1/report.pdf")).status == 200


async def test_what_was_done_is_in_the_log_without_a_word_of_it(
    february: Visitor, both: list[Person]
) -> None:
    await made(february)
    await written(february, "people", "Hemmelig ord")
    await february.sign_in(both[1])
    await approved(february)
    await february.submit(await february.open(f"{PATH}/correct"), "/correct", reason="Hemmelig grunn")
    found = await rows(
        "SELECT action, actor_id, object_id, details FROM audit_entry WHERE action LIKE 'report.%' ORDER BY at"
    )
    report = await YearlyReport.get()
    assert [(one["action"], one["actor_id"]) for one in found] == [
        ("report.made", both[0].id), ("report.written", both[0].id), ("report.approved", both[1].id),
        ("report.corrected", both[1].id),
    ]  # fmt: skip
    assert {one["object_id"] for one in found} == {report.id}
    assert "emmelig" not in str(found)


async def test_two_who_approve_at_once_approve_once(february: Visitor, both: list[Person]) -> None:
    await made(february)
    await february.sign_in(both[1])
    page = await february.open(PATH)
    answers = [await february.submit(page, "/approve", approved_as=office) for office in ("en", "to")]
    assert [one.status for one in answers] == [303, 409]
    assert (await ReportVersion.get()).approved_as == "en"


async def test_the_draft_of_a_correction_can_be_discarded_and_what_is_approved_goes_on(
    february: Visitor, both: list[Person]
) -> None:
    await made(february)
    assert (await february.open(f"{PATH}/discard")).status == 404, "a first draft is all there is"
    token = (await february.open(f"{PATH}/words/people")).fields()["form_token"]
    made_up = {"form_token": token, "version": str((await ReportVersion.get()).id)}
    assert "Det blir liggende til det er godkjent." in (await february.post(f"{PATH}/discard", made_up)).text
    await february.sign_in(both[1])
    await approved(february)
    assert (await february.open(f"{PATH}/discard")).status == 404, "what is approved stays"
    before = await frozen(february)
    await february.submit(await february.open(f"{PATH}/correct"), "/correct", reason="Et ord")
    await written(february, "people", "Nye ord.")
    page = await february.open(f"{PATH}/discard")
    assert "Forkaste utkastet til versjon 2?" in page.text
    done = await february.follow(await february.submit(page, "/discard"))
    assert "Utkastet er forkastet." in done.text
    assert await frozen(february) == before
    assert await value("SELECT max(number) FROM report_version") == 1
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'report.discarded'") == 1
    # The same form again, when somebody has begun anew: it asked about another draft.
    await february.submit(await february.open(f"{PATH}/correct"), "/correct", reason="Et annet ord")
    assert (await february.submit(page, "/discard")).status == 303
    assert await value("SELECT reason FROM report_version WHERE number = 2") == "Et annet ord"
    # And one that was approved meanwhile stays.
    await written(february, "people", "Riktige ord.")
    await february.sign_in(both[0])
    page = await february.open(f"{PATH}/discard")
    assert (await approved(february)).status == 303
    assert "kan ikke endres" in (await february.submit(page, "/discard")).text
    assert await value("SELECT count(*) FROM report_version WHERE approved_at IS NOT NULL") == 2


async def test_what_was_approved_keeps_the_logo_that_it_had(
    february: Visitor, both: list[Person], sandnes: Municipality
) -> None:
    async def wear(color: str) -> Picture:
        out = io.BytesIO()
        Image.new("RGB", (40, 20), color).save(out, "PNG")
        picture = await Picture.create(
            sha256=sha256(out.getvalue()).digest(),
            content=out.getvalue(),
            media_type="image/png",
            width=40,
            height=20,
            created_at=FEBRUARY,
        )
        await Organization.filter(municipality=sandnes, parent=None).update(logo_id=picture.id)
        return picture

    async def colors() -> set[tuple[int, ...]]:
        answer = await february.client.get(f"{PATH}/versions/1/report.pdf")
        reader = pypdf.PdfReader(io.BytesIO(answer.content))
        assert "Sandnes" in reader.pages[0].extract_text()
        return {image.image.convert("RGB").getpixel((5, 5)) for image in reader.pages[0].images}

    await wear("red")
    await made(february)
    await february.sign_in(both[1])
    await approved(february)
    assert await colors() == {(255, 0, 0)}
    await wear("blue")
    assert await colors() == {(255, 0, 0)}, "what is approved does not change with the municipality's own"
