"""The report as a spreadsheet and as CSV: the same tables as on the page, with numbers as numbers."""

import asyncio
import csv as writing
import io
import re

import xlsxwriter

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.reports.content import Content, Value

FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 31


def safe(value: Value) -> str:
    """A cell of CSV that no spreadsheet takes for a formula. Numbers stay numbers."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and FORMULA.match(text) else text


def csv(content: Content) -> bytes:
    """Every number on a line: section, table, row, column, value. With a mark that tells Excel that it is UTF-8."""
    out = io.StringIO()
    lines = writing.writer(out, delimiter=";", lineterminator="\r\n")
    with speaking(content.lang):
        lines.writerow([_("Del"), _("Tabell"), _("Rad"), _("Kolonne"), _("Verdi")])
        for figure in content.figures:
            lines.writerow(
                [_("Kort sagt"), _("Året i tall"), safe(figure.label), content.year, safe(figure.value)]
            )
    for section in content.sections:
        for table in section.tables:
            for row in (*table.rows, *([table.foot] if table.foot else [])):
                for column, value in zip(table.head[1:], row[1:], strict=True):
                    lines.writerow(
                        [safe(section.title), safe(table.title), safe(row[0]), safe(column), safe(value)]
                    )
    return "\ufeff".encode() + out.getvalue().encode()


async def xlsx(content: Content) -> bytes:
    """A sheet of words, and one for each table. Made beside the event loop."""
    return await asyncio.to_thread(_written, content)


def _written(content: Content) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    with speaking(content.lang):
        front = book.add_worksheet(_("Kort sagt"))
    front.set_column(0, 0, 100, wrapped)
    words = [content.municipality, content.title, content.subtitle, *content.summary]
    words += [
        f"{figure.label}: {'–' if figure.value is None else figure.value}" for figure in content.figures
    ]
    words += [
        line for section in content.sections for line in (section.title, *section.text, section.words) if line
    ]
    for place, text in enumerate([*words, content.basis]):
        front.write_string(place, 0, text, wrapped)
    for number, table in enumerate(content.tables, 1):
        sheet = book.add_worksheet(f"{number} {NOT_IN_A_NAME.sub('', table.title)}"[:LONGEST_NAME].strip())
        sheet.set_column(0, 0, 45)
        sheet.set_column(1, len(table.head), 16)
        sheet.freeze_panes(1, 1)
        lines = (table.head, *table.rows, *([table.foot] if table.foot else []))
        for place, row in enumerate(lines):
            style = bold if place == 0 or (table.foot and place == len(lines) - 1) else None
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(place, column, value, style)
                elif value is not None:
                    sheet.write_string(place, column, value, style)
    book.close()
    return out.getvalue()
