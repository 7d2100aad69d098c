"""Looks at what an operator must see to, and writes to TREFFPUNKT_OPERATOR_EMAIL."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import structlog

from marketplace.operations.alarm import rules
from marketplace.operations.alarm.rules import Known, Standing
from marketplace.operations.alarm.sending import written
from marketplace.operations.alarm.watched import WATCHED
from marketplace.operations.backup.files import write_json
from marketplace.operations.ready.facts import OK, Said
from marketplace.settings import settings

log = structlog.get_logger("alarm")
ALERTS = {each.name: each.alert for each in WATCHED}


class Alarm:
    """What one worker remembers of it: in DATA, so that a worker that starts anew does not begin anew; and in its
    memory, for a disk that is full takes no note."""

    def __init__(self) -> None:
        self.known: Known | None = None

    async def run(self, now: datetime) -> None:
        """One look, and a mail if there is something to say. A mail that cannot go now is tried at the next look."""
        if not settings().operator_email:
            return
        wrong, unknown = await look(now)
        noted = await asyncio.to_thread(read)
        if self.known is None or rules.told_since(self.known, noted, now):
            self.known = noted  # another worker led meanwhile
        known = rules.seen(self.known, {*wrong}, unknown, now)
        said = rules.due(known, {*wrong}, unknown, now)
        if said and await written(*words(said.wrong, said.over, wrong)):
            known = rules.told(known, said, now)
        self.known = known
        try:
            await asyncio.to_thread(note, known)
        except OSError as problem:
            log.warning("what the operator was told could not be noted", problem=problem.strerror)


async def look(now: datetime) -> tuple[dict[str, Said], set[str]]:
    """What is wrong, and what could not be found out."""
    wrong: dict[str, Said] = {}
    unknown: set[str] = set()
    for each in WATCHED:
        try:
            if (said := await each.look(now)) != OK:
                wrong[each.name] = said
        except Exception:
            log.exception("one thing could not be looked at", watched=each.name)
            unknown.add(each.name)
    return wrong, unknown


def words(wrong: list[str], over: list[str], said: dict[str, Said]) -> tuple[str, str]:
    """Subject and text."""
    where = settings().public_url
    subject = f"{settings().site_name}: {', '.join(wrong) or 'well again'}"
    lines = [f"{where} needs somebody who looks after it:" if wrong else f"{where} is well again.", ""]
    lines += [f"- {name}: {said[name]}\n  docs/operations.md, {ALERTS[name]}" for name in wrong]
    if over:
        lines += [f"- over: {', '.join(over)}"]
    lines += ["", "`python -m marketplace doctor` says more."]
    if wrong:
        lines += ["What lasts is told again after a day, and its end is told too."]
    return subject, "\n".join(lines) + "\n"


def path() -> Path:
    return settings().data_dir / "operator-told.json"


def note(known: Known) -> None:
    """Names and times alone."""
    write_json(path(), {
        "mailed_at": known.mailed_at.isoformat() if known.mailed_at else None,
        "standing": {
            name: [one.since.isoformat(), one.told_at.isoformat() if one.told_at else None]
            for name, one in known.standing.items()
        },
    })  # fmt: skip


def read() -> Known:
    """What was noted; what cannot be read is as if nothing had been."""
    try:
        found = json.loads(path().read_bytes())
        standing = {
            name: Standing(datetime.fromisoformat(since), datetime.fromisoformat(told) if told else None)
            for name, (since, told) in found["standing"].items()
            if name in ALERTS
        }
        mailed = found["mailed_at"]
        return Known(standing, datetime.fromisoformat(mailed) if mailed else None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Known({})


tell_operator = Alarm().run
