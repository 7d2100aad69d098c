"""That a copy is what was copied: each file against the manifest that the server wrote, and its log read through.

It does what pg_verifybackup does; that program crashes at once in the wheel of PostgreSQL 18.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from marketplace.operations.backup import tools
from marketplace.operations.backup.files import Json
from marketplace.operations.backup.tools import Refused

MANIFEST = "backup_manifest"
LAST_LINE = b'"Manifest-Checksum"'
UNLISTED = {MANIFEST, "postgresql.auto.conf", "recovery.signal", "standby.signal"}
"""Files that no manifest speaks for, as PostgreSQL's own program has it; and pg_wal is read instead."""


class Damaged(Refused):
    """A copy is not what was copied; the message names the first file that is not."""


class Range(NamedTuple):
    """The log that belongs to a copy, between two places as PostgreSQL writes them."""

    timeline: int
    starts: str
    ends: str


def manifest(copy: Path) -> Json:
    """What the server wrote down of the copy. Raises Damaged."""
    try:
        text = (copy / MANIFEST).read_bytes()
        found: Json = json.loads(text)
        sealed: str = found["Manifest-Checksum"]
    except (OSError, ValueError, KeyError) as problem:
        raise Damaged(f"{copy / MANIFEST} cannot be read: {problem}") from problem
    if hashlib.sha256(text[: text.rindex(LAST_LINE)]).hexdigest() != sealed:
        raise Damaged(f"{copy / MANIFEST} is not what the server wrote")
    return found


def ranges(copy: Path) -> list[Range]:
    return [
        Range(each["Timeline"], each["Start-LSN"], each["End-LSN"]) for each in manifest(copy)["WAL-Ranges"]
    ]


async def prove(copy: Path, *, with_log: bool = True) -> None:
    """Raises Damaged unless every file is there and the one that was copied; `with_log`: and the log beside it."""
    if found := await asyncio.to_thread(lambda: next(_damages(copy), None)):
        raise Damaged(f"{copy} is damaged: {found}")
    for timeline, starts, ends in ranges(copy) if with_log else ():
        try:
            await tools.run(
                "pg_waldump", "--quiet", f"--path={copy / 'pg_wal'}", f"--timeline={timeline}", f"--start={starts}",
                f"--end={ends}",
            )  # fmt: skip
        except tools.ToolFailed as problem:
            raise Damaged(f"{copy} is damaged: its log cannot be read: {problem}") from problem


def _damages(copy: Path) -> Iterator[str]:
    listed = {_path(each): each for each in manifest(copy)["Files"]}
    for name, each in listed.items():
        path = copy / name
        try:
            if path.stat().st_size != each["Size"]:
                yield f"{name} has another size"
            elif "Checksum" in each and _checksum(path, each["Checksum-Algorithm"]) != each["Checksum"]:
                yield f"{name} has another content"
        except OSError as problem:
            yield f"{name}: {problem.strerror}"
    for path in copy.rglob("*"):
        name = path.relative_to(copy).as_posix()
        if path.is_file() and name not in listed and name not in UNLISTED and not name.startswith("pg_wal/"):
            yield f"{name} does not belong to it"


def _path(listed: Json) -> str:
    return (
        listed["Path"]
        if "Path" in listed
        else bytes.fromhex(listed["Encoded-Path"]).decode(errors="surrogateescape")
    )


def _checksum(path: Path, algorithm: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm.lower()).hexdigest()
