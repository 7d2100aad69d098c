"""The report as PDF/A-2a and PDF/UA-1: laid out as plain data, printed by a program of its own (press.py)."""

import asyncio
import hashlib
import json
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from marketplace.base.errors import Problem
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.base.quick.remembered import Remembered
from marketplace.reports.content import Content, Table, shown

log = structlog.get_logger("reports")

PRESS = Path(__file__).with_name("press.py")
PATIENCE = 4.0
"""Seconds that it may take; whoever waits is answered within five (marketplace/access.py)."""
ALONE = {"RAYON_NUM_THREADS": "2"}
"""All of the press's environment."""
AT_ONCE = asyncio.Semaphore(2)
LONG_WORD = re.compile(r"(\S{30})(?=\S)")
KEPT = 8
"""Reports whose PDF is kept in memory: it is always the same for the same words and moment."""

_kept = Remembered[bytes](KEPT, __name__)


class TooSlow(Problem):
    """The PDF took too long, or the press stopped."""

    status = 503


@dataclass(frozen=True)
class Cover:
    """What stands on the front and at the foot besides the content: whether it is approved, and since when."""

    status: str
    reason: str
    foot: str
    made_at: datetime


Laid = dict[str, Any]
"""What a template of Typst reads: JSON."""


def broken(text: str) -> str:
    """The text with places to break very long words at."""
    return LONG_WORD.sub("\\1\u200b", text)


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
    given = {
        "report": laid_out(content, cover),
        "timestamp": int(cover.made_at.timestamp()),
        "logo": (logo or b"").hex(),
    }
    sent = json.dumps(given, ensure_ascii=False, sort_keys=True).encode()
    key = hashlib.sha256(sent).digest()
    if kept := _kept.get(key):
        return kept
    async with AT_ONCE:
        return _kept.put(key, await _pressed(sent))


async def _pressed(sent: bytes) -> bytes:
    """Run the press, apart from our environment and folders, and end it when it takes too long."""
    pipe = asyncio.subprocess.PIPE
    press = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(PRESS), stdin=pipe, stdout=pipe, stderr=pipe, env=ALONE, cwd="/"
    )
    try:
        made, problem = await asyncio.wait_for(press.communicate(sent), PATIENCE)
    except TimeoutError:
        raise TooSlow(_("Det tok for lang tid å lage PDF-en. Prøv igjen om litt.")) from None
    finally:
        if press.returncode is None:
            with suppress(ProcessLookupError):
                press.kill()
            await press.wait()
    if press.returncode:
        log.error("the press stopped", problem=problem.decode(errors="replace").splitlines()[-1:])
        raise TooSlow(_("Vi fikk ikke laget PDF-en. Prøv igjen om litt."))
    return made
