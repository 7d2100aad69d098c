"""The report as PDF/A-2a and PDF/UA-1: laid out as plain data, and printed
(marketplace/base/press)."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.base.press.printing import Laid, broken, printed
from marketplace.reports.content import Content, Table, shown

TEMPLATE = Path(__file__).with_name("report.typ")


@dataclass(frozen=True)
class Cover:
    """What stands on the front and at the foot besides the content: whether it is approved, and since when."""

    status: str
    reason: str
    foot: str
    made_at: datetime


def laid_out(content: Content, cover: Cover) -> Laid:
    """All that the template places, as text: numbers are written by the same function as on the page."""
    with speaking(content.lang):
        front = Table(
            _("Året i tall"),
            (_("Hva"), str(content.year), _("Merk")),
            tuple((one.label, one.value, one.note) for one in content.figures),
        )
        return {
            "lang": content.lang,
            "municipality": content.municipality,
            "title": broken(content.title),
            "subtitle": broken(content.subtitle),
            "summary": [broken(text) for text in content.summary],
            "figures": [one.label for one in content.figures],
            "front": _table(front),
            "status": cover.status,
            "reason": broken(cover.reason),
            "foot": broken(cover.foot),
            "words": {
                "short": _("Kort sagt"),
                "contents": _("Innhold"),
                "page": _("Side"),
                "logo": _("Logoen til %(name)s", name=content.municipality),
            },
            "sections": [
                {
                    "level": section.level,
                    "title": broken(section.title),
                    "text": [broken(text) for text in section.text],
                    "words": [broken(text) for text in section.words.splitlines() if text.strip()],
                    "tables": [_table(table) for table in section.tables],
                }
                for section in content.sections
            ],
        }


def _table(table: Table) -> Laid:
    return {
        "title": broken(table.title),
        "head": [broken(text) for text in table.head],
        "rows": [[broken(shown(cell)) for cell in row] for row in table.rows],
        "foot": [broken(shown(cell)) for cell in table.foot],
        "numbers": list(table.numbers),
        "says": broken(table.bars.says) if table.bars else "",
        "drawn": [
            {"name": broken(name), "number": number, "shown": shown(number)} for name, number in table.drawn
        ],
    }


async def pdf_of(content: Content, cover: Cover, logo: bytes | None) -> bytes:
    """The PDF: the same bytes for the same report. Raises TooSlow."""
    return await printed(TEMPLATE, laid_out(content, cover), cover.made_at, logo)
