"""A document that can be filled in: Office Open XML (.docx), which every office program opens and changes.

No more of it than headings, paragraphs, tables and blanks, written by the standard library alone.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

from marketplace.operations.backup import files

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TEXT_WIDTH = 9600
"""Of an upright A4 page, in twentieths of a point."""


@dataclass(frozen=True)
class Title:
    text: str


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Words:
    text: str


@dataclass(frozen=True)
class Blank:
    """What somebody has to fill in: what it is, and a place for it that is seen."""

    text: str


@dataclass(frozen=True)
class Grid:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Title | Heading | Words | Blank | Grid
STYLES = f"""<w:styles xmlns:w="{NAMESPACE}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri"
 w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/><w:lang w:val="{{lang}}"/></w:rPr></w:rPrDefault>
<w:pPrDefault><w:pPr>
<w:spacing w:after="120" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:rPr><w:b/>
<w:sz w:val="40"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next
 w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="320"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/>
<w:sz w:val="28"/></w:rPr></w:style></w:styles>"""


def _run(text: str, look: str = "") -> str:
    """Text that may hold anything: what XML cannot hold is left out."""
    clean = escape(NO_XML.sub("", text))
    looks = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{looks}<w:t xml:space="preserve">{clean}</w:t></w:r>'


def _paragraph(runs: str, style: str = "") -> str:
    named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{named}{runs}</w:p>"


def _grid(grid: Grid) -> Iterator[str]:
    width = TEXT_WIDTH // len(grid.head)
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    yield f'<w:tbl><w:tblPr><w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders></w:tblPr>'
    columns = f'<w:gridCol w:w="{width}"/>' * len(grid.head)
    yield f"<w:tblGrid>{columns}</w:tblGrid>"
    for number, row in enumerate([grid.head, *grid.rows]):
        look = "<w:b/>" if number == 0 else ""
        yield "<w:tr><w:trPr><w:tblHeader/></w:trPr>" if number == 0 else "<w:tr>"
        for cell in row:
            yield f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(_run(cell, look))}</w:tc>'
        yield "</w:tr>"
    yield "</w:tbl>"
    yield _paragraph("")


def _block(block: Block) -> str:
    match block:
        case Title(text):
            return _paragraph(_run(text), "Title")
        case Heading(text):
            return _paragraph(_run(text), "Heading1")
        case Words(text):
            return _paragraph(_run(text))
        case Blank(text):
            return _paragraph(
                _run(f"{text}: ") + _run("[                    ]", '<w:highlight w:val="yellow"/>')
            )
        case Grid():
            return "".join(_grid(block))


def write(path: Path, blocks: Sequence[Block], made_at: datetime, lang: str) -> None:
    """Write a document, whole or not at all: half of one would be taken for one that is filled in. The same blocks and
    moment make the same bytes."""
    body = "".join(_block(block) for block in blocks)
    margins = "".join(f'w:{side}="1134" ' for side in ("top", "right", "bottom", "left"))
    around = f'<w:pgMar {margins}w:header="709" w:footer="709" w:gutter="0"/>'
    page = f'<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>{around}</w:sectPr>'
    kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kinds}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{kinds}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": STYLES.format(lang=lang),
        "word/document.xml": f'<w:document xmlns:w="{NAMESPACE}"><w:body>{body}{page}</w:body></w:document>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(zipfile.ZipInfo(name, made_at.timetuple()[:6]), HEAD + text, zipfile.ZIP_DEFLATED)
    files.write(path, made.getvalue(), 0o644)
