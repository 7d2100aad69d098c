"""What a restore would begin from and where it would lead, before anything is touched."""

import shutil
import subprocess
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from marketplace.base.postgres.programs import binary
from marketplace.operations.backup.folder import PARTIAL, Folder, finished, segments_in
from marketplace.operations.backup.rules import (
    SEGMENT,
    Copy,
    Line,
    Stretch,
    ancestry,
    candidates,
    chain,
    line_at,
    reached,
    segment_of,
)
from marketplace.operations.backup.tools import Refused
from marketplace.operations.moments import told


class Way(NamedTuple):
    """One way to the moment: the copies to put together, the files of the log to read after them by the name that the
    server asks for, and up to when they lead."""

    copies: list[Copy]
    log: dict[str, Path]
    reaches: datetime


class Plan(NamedTuple):
    """Where to, on which line of the log, and the ways there, the shortest first."""

    folder: Folder
    until: datetime | None
    line: int
    ways: list[Way]


def plan(path: Path, until: datetime | None, now: datetime) -> Plan:
    """How to get there from these backups. Raises Refused, with what could be had instead."""
    folder = Folder.found(path)
    if (major := folder.mark()["major"]) != (ours := our_major()):
        raise Refused(f"{path} holds backups of PostgreSQL {major}, and this program brings {ours}.")
    if until and until > now:
        raise Refused(f"{told(until)} is yet to come: it is {told(now)}.")
    copies, stretches, lines = folder.copies(), folder.stretches(), folder.lines()
    if not copies:
        raise Refused(f"{path} holds no whole copy" + (
            ": what lies there was cut short." if any(folder.copies_in.glob("*")) else "."))  # fmt: skip
    number = line_at(lines, newest_line(copies, stretches, lines), until)
    found = candidates(copies, lines, number, until)
    if not found:
        earliest = candidates(copies, lines, number, None)
        raise Refused(
            f"Nothing reaches {told(until)}: the first moment that can be had is {told(earliest[-1].ended_at)}."
            if until and earliest
            else f"{path} holds no copy from which the log leads on."
        )
    ways = [
        Way(chain(copies, each) or [], log_after(folder, each, stretches, lines, number),
            reached(each, stretches, lines, number)) for each in found
    ]  # fmt: skip
    far = max(each.reaches for each in ways)
    if until and until > far:
        raise Refused(
            f"The log does not reach {told(until)}: it ends at {told(far)}. Without --until all of it is restored."
        )
    return Plan(folder, until, number, [each for each in ways if not until or each.reaches >= until])


def our_major() -> int:
    said = subprocess.run([str(binary("postgres")), "--version"], capture_output=True, text=True, check=True)  # noqa: S603 - the wheel's
    return int(said.stdout.split()[-1].split(".")[0])


def newest_line(copies: Iterable[Copy], stretches: Iterable[Stretch], lines: Iterable[Line]) -> int:
    """The one that was written last."""
    written = [
        *((each.ended_at, each.timeline) for each in copies),
        *((each.seen_at or each.began_at, each.timeline) for each in stretches),
        *((each.began_at, each.number) for each in lines),
    ]
    return max(written)[1]


def log_after(
    folder: Folder, copy: Copy, stretches: Iterable[Stretch], lines: list[Line], number: int
) -> dict[str, Path]:
    """The files of the log from a copy on along a line; of one that is there twice, the finished one."""
    leads = ancestry(lines, number)
    found: dict[str, Path] = {}
    for stretch in stretches:
        if stretch.timeline not in leads:
            continue
        fork = leads[stretch.timeline]
        for path in segments_in(folder.log_in / stretch.name):
            name, segment = path.name.removesuffix(PARTIAL), segment_of(path.name)
            if segment < copy.starts // SEGMENT or (fork is not None and segment > fork // SEGMENT):
                continue
            if name not in found or found[name].name.endswith(PARTIAL):
                found[name] = path
    return found


def look_for_room(way: Way, where: Path) -> None:
    """Raises Refused where the new cluster would not fit: the one before stays beside it."""
    needed = sum(each.bytes for each in way.copies) + sum(
        finished(each).stat().st_size for each in way.log.values()
    )
    free = shutil.disk_usage(where).free
    if free < needed * 1.1:
        raise Refused(
            f"{where} has {free // 1024**2} MB free, and a restore takes {int(needed * 1.1) // 1024**2} MB: make room, "
            "or name another data folder with --data."
        )
