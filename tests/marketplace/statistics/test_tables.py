"""Tables as files: what spreadsheets open, and what they never take for a formula."""

import csv
import io

import openpyxl
import pytest

from marketplace.statistics.tables import Table, as_csv, as_xlsx, download
from tests.conftest import NOW

TABLE = Table("Oppmøter", ["Måned", "2026", "2025"], [["januar", 610, None], ["februar", -5, 12.5]],
              notes=["Rundet"], foot=["Til sammen", 605, 12])  # fmt: skip
DANGEROUS = ["=1+1", "+47 51", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "|cmd", "%0A", "＝1", "＠SUM", "'=1",
             '"=1', "-", "\u00a0=1"]  # fmt: skip


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_csv_opens_rightly_in_a_norwegian_spreadsheet() -> None:
    content = as_csv(TABLE)
    assert content.startswith(b"\xef\xbb\xbf")
    assert lines(content) == [
        ["Måned", "2026", "2025"], ["januar", "610", ""], ["februar", "-5", "12,50"], ["Til sammen", "605", "12"],
        [], ["Rundet"],
    ]  # fmt: skip
    assert b"\r\n" in content


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula(text: str) -> None:
    table = Table("T", [text], [[text]], notes=[text], foot=[text])
    for (written,) in (line for line in lines(as_csv(table)) if line):
        assert written.startswith("'")
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([table], NOW)))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}
    assert not any(
        str(cell.value).startswith("=") and cell.data_type == "f" for row in book.active for cell in row
    )


@pytest.mark.parametrize("text", ["Språkkafé; og te", 'Han sa "hei"', "linje\nto", "Åse", "<b>", "2026"])
def test_other_text_stays_as_it_is(text: str) -> None:
    table = Table("T", ["A", "B"], [[text, 1]])
    assert lines(as_csv(table))[1] == [text, "1"]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([table], NOW)))
    assert book.active["A3"].value == text


def test_a_workbook_has_a_sheet_a_table_and_numbers_are_numbers() -> None:
    names = ["Oppmøter", "oppmøter", "a/b:c*d?[e]", "History", "'", "x" * 40, "x" * 41]
    book = openpyxl.load_workbook(
        io.BytesIO(as_xlsx([Table(name, TABLE.head, TABLE.rows) for name in names], NOW))
    )
    assert book.sheetnames == [
        "Oppmøter", "oppmøter 2", "a b c d  e", "History 2", "Tabell", "x" * 31, "x" * 29 + " 2",
    ]  # fmt: skip
    sheet = book["Oppmøter"]
    assert sheet["A1"].value == "Oppmøter"
    assert [[cell.value for cell in row] for row in sheet["A3:C4"]] == [
        ["januar", 610, None],
        ["februar", -5, 12.5],
    ]
    assert sheet.freeze_panes == "B3"


def test_a_file_is_kept_by_nobody_and_named_harmlessly() -> None:
    answer = download([TABLE], "csv", 'Tall for "Sandnes"; år\r\n2026', NOW)
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="tall-for-sandnes-ar-2026.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
