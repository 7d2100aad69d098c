"""Copies of the yearly counting keys: in a folder of their own, never beside a backup of what they count.

`keys.json` is what others may rely on (retention looks there): {"format": 1, "copies": [{"year": 2026,
"fingerprint": "<hex of year_keys.fingerprint>", "file": "2026-<its first 16 signs>.key", "copied_at": "<ISO, UTC>",
"destroyed_at": null}]}. A copy is destroyed once its year is closed, and its line stays, so that it is never made
again; `destroy` is safe to call again.
"""

import errno
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from marketplace.operations.backup.files import private, write, write_json
from offers.attendance import keys
from offers.attendance.closing.rules import settled_at
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
    """What was ever copied there, the destroyed ones too. Raises OSError, with a sentence where the list is spoilt."""
    path = folder / "keys.json"
    try:
        return [Copy(**each) for each in json.loads(path.read_bytes())["copies"]]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError) as problem:
        words = "it is not whole: move it away, and the next backup writes it anew"
        raise OSError(errno.EINVAL, words, str(path)) from problem


def whole(folder: Path, copy: Copy) -> bytes | None:
    """The key of a copy that can be read and is what was copied."""
    try:
        key = (folder / copy.file).read_bytes()
    except OSError:
        return None
    return key if fingerprint(key).hex() == copy.fingerprint else None


def keep(folder: Path, now: datetime) -> list[int]:
    """Copy each key of which no whole copy is there, and destroy the copies of years that are closed. Returns years
    copied. A year that is not over is never taken for closed: the mark that says so came from elsewhere."""
    private(folder)
    for each in copies(folder):
        if keys.closed(each.year) and now >= settled_at(each.year):
            destroy(folder, each.year, now)
    known = {each.fingerprint for each in copies(folder) if each.destroyed_at or whole(folder, each)}
    made: list[int] = []
    for year in keys.years():
        key = keys.read(year)
        if key is None or keys.closed(year) or (mark := fingerprint(key).hex()) in known:
            continue
        name = f"{year}-{mark[:16]}.key"
        write(folder / name, key)
        others = [each for each in copies(folder) if each.fingerprint != mark]
        _note(folder, [*others, Copy(year, mark, name, now.isoformat())])
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


def bring_back(folder: Path, counted: Mapping[int, bytes]) -> list[int]:
    """Put copies where their year's key is missing, not whole or not to be read, and the year is not closed. Returns
    the years. `counted`: fingerprints of the keys that the database was counted under; of those years no other key
    comes back, and a whole one that is here is never written over."""
    back: list[int] = []
    for each in copies(folder):
        if each.destroyed_at or keys.closed(each.year) or each.year in back:
            continue
        mark = counted.get(each.year)
        fits = not keys.here(each.year) if mark is None else mark.hex() == each.fingerprint
        if fits and keys.read(each.year) is None and (key := whole(folder, each)):
            path = keys.path_of(each.year)
            private(path.parent)
            write(path, key)
            back.append(each.year)
    return back


def missing(counted: Mapping[int, bytes]) -> list[int]:
    """Those of these years whose key is not here."""
    found = {year: keys.read(year) for year in counted}
    return sorted(year for year, key in found.items() if key is None or fingerprint(key) != counted[year])


def _note(folder: Path, found: list[Copy]) -> None:
    write_json(folder / "keys.json", {"format": FORMAT, "copies": [asdict(each) for each in found]})
