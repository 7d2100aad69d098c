"""A table of figures as a file: CSV that spreadsheets open rightly, or a workbook with a sheet a table."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import xlsxwriter
from starlette.responses import Response

from marketplace.base.clock import oslo
from marketplace.base.data.slugs import slug_of
from marketplace.base.i18n import gettext as _

Value = str | int | float | None
"""What a table's cell holds. None is a number that there is none of: it is written as nothing, never as zero."""

CSV, XLSX = "csv", "xlsx"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
STARTS_FORMULA = re.compile(r"^[\s'\"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
"""Text that some spreadsheet takes for a formula when it opens a file: also after blanks, and in full width."""
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
LONGEST_NAME = 31


@dataclass(frozen=True)
class Table:
    """A title, what the columns are, and the rows. `notes` say what one must know to read it (how it is counted, how
    exact it is): they come along in every file. `name` is the table's name in addresses and files."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Value]]
    name: str = ""
    notes: Sequence[str] = field(default=())
    foot: Sequence[Value] | None = None

    @property
    def all_rows(self) -> list[Sequence[Value]]:
        return [*self.rows, *([self.foot] if self.foot is not None else [])]


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: what looks like one gets an apostrophe before it."""
    return f"'{text}" if STARTS_FORMULA.match(text) else text


def as_csv(table: Table) -> bytes:
    """UTF-8 with its mark, semicolons, a comma in decimals: what Norwegian Excel opens with a double click. The head
    is the first line; the notes stand below the numbers, after an empty line."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in [table.head, *table.all_rows]:
        writer.writerow([_csv_cell(value) for value in row])
    if table.notes:
        writer.writerow([])
        writer.writerows([[_csv_cell(note)] for note in table.notes])
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case float():
            return f"{value:.2f}".replace(".", ",")
        case int():
            return str(value)
        case _:
            return harmless(value)


def as_xlsx(tables: Sequence[Table], now: datetime) -> bytes:
    """A workbook: a sheet a table, the head bold and staying in sight, numbers as numbers, the notes below. Text is
    always text."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {"title": tables[0].title if tables else "", "created": oslo(now).replace(tzinfo=None)}
    )
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    title = book.add_format({"bold": True, "font_size": 14})
    formats = {
        "int": book.add_format({"num_format": "#,##0"}),
        "float": book.add_format({"num_format": "#,##0.00"}),
    }
    total = {name: book.add_format({"bold": True, "top": 1, "num_format": number})
             for name, number in (("int", "#,##0"), ("float", "#,##0.00"), ("str", "@"))}  # fmt: skip
    note = book.add_format({"italic": True})
    used: set[str] = set()
    for table in tables:
        sheet = book.add_worksheet(_sheet_name(table.title, used))
        sheet.write_string(0, 0, table.title, title)
        for column, text in enumerate(table.head):
            sheet.write_string(1, column, text, bold)
        for number, row in enumerate(table.all_rows, start=2):
            last = table.foot is not None and number == 1 + len(table.all_rows)
            for column, value in enumerate(row):
                kind = type(value).__name__
                if isinstance(value, str):
                    sheet.write_string(number, column, value, total["str"] if last else None)
                elif value is not None:
                    sheet.write_number(number, column, value, (total if last else formats)[kind])
        for number, text in enumerate(table.notes, start=3 + len(table.all_rows)):
            sheet.write_string(number, 0, text, note)
        sheet.freeze_panes(2, 1)
        sheet.set_column(0, 0, min(60, max([12, *(len(str(row[0])) + 2 for row in table.all_rows if row)])))
        sheet.set_column(1, max(1, len(table.head) - 1), 16)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_paper(9)
    book.close()
    return file.getvalue()


def _sheet_name(title: str, used: set[str]) -> str:
    """A name that Excel takes: short, without its signs, each once whatever its case."""
    plain = NOT_IN_NAMES.sub(" ", title).strip(" '") or _("Tabell")
    name, number = plain[:LONGEST_NAME].strip(" '"), 1
    while name.casefold() in used or name.casefold() == "history":
        number += 1
        end = f" {number}"
        name = plain[: LONGEST_NAME - len(end)].strip(" '") + end
    used.add(name.casefold())
    return name


def download(tables: Sequence[Table], form: str, filename: str, now: datetime) -> Response:
    """The tables as a file to save: CSV of the first, or a workbook of all. Kept by no cache: who may see it is asked
    each time."""
    content = as_csv(tables[0]) if form == CSV else as_xlsx(tables, now)
    return Response(
        content,
        headers={
            "Content-Type": TYPES[form],
            "Content-Disposition": f'attachment; filename="{slug_of(filename, "tall")}.{form}"',
            "Cache-Control": "private, no-store",
        },
    )
