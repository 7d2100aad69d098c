"""PDF/A-2a and PDF/UA-1 from plain data and a template of Typst, printed by a program of its own (program.py)."""

import asyncio
import hashlib
import json
import re
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from marketplace.base.errors import Problem
from marketplace.base.i18n import gettext as _
from marketplace.base.log import kind_of
from marketplace.base.quick.remembered import Remembered

log = structlog.get_logger("press")

PROGRAM = Path(__file__).with_name("program.py")
PATIENCE = 4.0
"""Seconds that it may take; whoever waits is answered within five (marketplace/access.py)."""
ALONE = {"RAYON_NUM_THREADS": "2"}
"""All of the program's environment."""
AT_ONCE = asyncio.Semaphore(2)
LONG_WORD = re.compile(r"(\S{30})(?=\S)")
KEPT = 8
"""PDFs of the kind that is kept in memory: it is always the same for the same facts and moment."""

_kept = Remembered[bytes](KEPT, __name__)

Laid = dict[str, Any]
"""What a template of Typst reads: JSON."""


class TooSlow(Problem):
    """The PDF took too long, or the program stopped."""

    status = 503


def broken(text: str) -> str:
    """The text with places to break very long words at."""
    return LONG_WORD.sub("\\1\u200b", text)


async def printed(
    template: Path, facts: Laid, made_at: datetime, logo: bytes | None = None, *, keep: bool = True
) -> bytes:
    """The PDF that the template makes of the facts: the same bytes for the same facts and moment, which is all that it
    says of when it was made. `keep`: may it stay in memory? Not what is about one person. Raises TooSlow."""
    given = {
        "template": await asyncio.to_thread(template.read_text),
        "facts": facts,
        "timestamp": int(made_at.timestamp()),
        "logo": (logo or b"").hex(),
    }
    sent = json.dumps(given, ensure_ascii=False, sort_keys=True).encode()
    if not keep:
        async with AT_ONCE:
            return await _pressed(sent)
    key = hashlib.sha256(sent).digest()
    if kept := _kept.get(key):
        return kept
    async with AT_ONCE:
        return _kept.put(key, await _pressed(sent))


async def _pressed(sent: bytes) -> bytes:
    """Run the program, apart from our environment and folders, and end it when it takes too long."""
    pipe = asyncio.subprocess.PIPE
    press = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(PROGRAM), stdin=pipe, stdout=pipe, stderr=pipe, env=ALONE, cwd="/"
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
        log.error("the press stopped", problem=kind_of(problem))
        raise TooSlow(_("Vi fikk ikke laget PDF-en. Prøv igjen om litt."))
    return made
