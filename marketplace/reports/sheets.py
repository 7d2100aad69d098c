"""The report as tables for a spreadsheet, and as one long table for CSV: what the page has, with numbers as numbers."""

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.reports.content import Content, Value
from marketplace.statistics.tables import Table


def workbook(content: Content) -> list[Table]:
    """A sheet of words, and one for each table."""
    with speaking(content.lang):
        words: list[tuple[str, Value]] = [(_("Kort sagt"), sentence) for sentence in content.summary]
        words += [(figure.label, figure.value) for figure in content.figures]
        for section in content.sections:
            words += [(section.title, text) for text in (*section.text, *section.words.splitlines()) if text]
        front = Table(
            content.title, (_("Del"), _("Tekst")), words, notes=(content.municipality, content.basis)
        )
    notes = (content.basis,)
    return [
        front,
        *(Table(one.title, one.head, one.rows, foot=one.foot or None, notes=notes) for one in content.tables),
    ]


def lines(content: Content) -> list[Table]:
    """Every cell on a line of its own: part, table, row, column, value."""
    with speaking(content.lang):
        head = (_("Del"), _("Tabell"), _("Rad"), _("Kolonne"), _("Verdi"))
        front = [
            (_("Kort sagt"), _("Året i tall"), figure.label, str(content.year), figure.value)
            for figure in content.figures
        ]
    rest = [
        (section.title, table.title, row[0], column, value)
        for section in content.sections
        for table in section.tables
        for row in (*table.rows, *([table.foot] if table.foot else []))
        for column, value in zip(table.head[1:], row[1:], strict=True)
    ]
    return [Table(content.title, head, [*front, *rest], notes=(content.basis,))]
