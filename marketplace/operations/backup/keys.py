"""Copies of the yearly counting keys: in a folder of their own, never beside a backup of what they count.

`keys.json` is what others may rely on (retention looks there): {"format": 1, "copies": [{"year": 2026,
"fingerprint": "<hex of year_keys.fingerprint>", "file": "2026-<its first 16 signs>.key", "copied_at": "<ISO, UTC>",
"destroyed_at": null}]}. A copy is destroyed once its year is closed, and its line stays, so that it is never made
again; `destroy` is safe to call again.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from marketplace.operations.backup.files import private, write, write_json
from offers.attendance import keys
from offers.attendance.year_keys import fingerprint

FORMAT = 1


@dataclass(frozen=True)
class Copy:
    year: int
    fingerprint: str
    file: str
    copied_at: str
    destroyed_at: str | None = None


def copies(folder: Path) -> list[Copy]:
    """What was ever copied there, the destroyed ones too."""
    try:
        found = json.loads((folder / "keys.json").read_text())
    except FileNotFoundError:
        return []
    return [Copy(**each) for each in found["copies"]]


def keep(folder: Path, now: datetime) -> list[int]:
    """Copy each key that is not copied yet, and destroy the copies of years that are closed. Returns years copied."""
    private(folder)
    for each in copies(folder):
        if keys.closed(each.year):
            destroy(folder, each.year, now)
    known = {each.fingerprint for each in copies(folder)}
    made: list[int] = []
    for year in keys.years():
        key = keys.read(year)
        if key is None or keys.closed(year) or (mark := fingerprint(key).hex()) in known:
            continue
        name = f"{year}-{mark[:16]}.key"
        write(folder / name, key)
        _note(folder, [*copies(folder), Copy(year, mark, name, now.isoformat())])
        made.append(year)
    return made


def destroy(folder: Path, year: int, now: datetime) -> None:
    """Destroy every copy of a year's key in this folder."""
    found = copies(folder)
    for file in {*(folder / each.file for each in found if each.year == year), *folder.glob(f"{year}-*.key")}:
        file.unlink(missing_ok=True)
    gone = now.isoformat()
    after = [
        replace(each, destroyed_at=gone) if each.year == year and not each.destroyed_at else each
        for each in found
    ]
    if after != found:
        _note(folder, after)


def bring_back(folder: Path) -> list[int]:
    """Put copies where their year's key is missing and the year is not closed. Returns the years."""
    back: list[int] = []
    for each in copies(folder):
        path = keys.path_of(each.year)
        if each.destroyed_at or keys.closed(each.year) or path.exists():
            continue
        key = (folder / each.file).read_bytes()
        if fingerprint(key).hex() == each.fingerprint:
            private(path.parent)
            write(path, key)
            back.append(each.year)
    return back


def _note(folder: Path, found: list[Copy]) -> None:
    write_json(folder / "keys.json", {"format": FORMAT, "copies": [asdict(each) for each in found]})
