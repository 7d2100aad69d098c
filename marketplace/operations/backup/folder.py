"""The folder of an instance's backups: what lies where, and that it is one instance's.

treffpunkt-backup.json      which cluster these are of
copies/NAME/, NAME.json     copies of the cluster; one without its .json was cut short
log/STRETCH/                the streamed log, a folder for each stretch without a gap
lines/NUMBER.json           where a restore parted from the log (and PostgreSQL's own .history of it)
dumps/NAME.dump, NAME.json  of a PostgreSQL elsewhere
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from marketplace.base.data.backed_up import KEPT
from marketplace.operations.backup.files import Json, private, settle, write, write_json
from marketplace.operations.backup.rules import SEGMENT, Copy, Line, Stretch, outdated, segment_of
from marketplace.operations.backup.tools import Busy, Refused

FORMAT = 1
MARK = "treffpunkt-backup.json"
PARTIAL = ".partial"
SEEN = "seen.json"
STAMP = "%Y%m%dT%H%M%SZ"


class Folder:
    """Backups in one folder. `opened` to write into it, `found` to read from it."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.copies_in = self.path / "copies"
        self.log_in = self.path / "log"
        self.lines_in = self.path / "lines"

    @classmethod
    def opened(cls, path: Path, system: str, major: int, before: str | None = None) -> "Folder":
        """The folder, begun where it is new or empty. Raises Refused where it is anything else's.

        One that is marked by what the system was called before is marked anew.
        """
        self = cls(path)
        if self.path.exists() and not self.path.is_dir():
            raise Refused(f"{path} is no folder.")
        if not (self.path / MARK).exists() and self.path.is_dir() and self._holds_something_else():
            raise Refused(
                f"{path} holds something else: name an empty folder, or one of this instance's backups."
            )
        try:
            private(self.path)
            if not (self.path / MARK).exists():  # before all else: by it we know the folder as ours
                write_json(self.path / MARK, {"format": FORMAT, "system": system, "major": major})
            for each in (self.copies_in, self.log_in, self.lines_in):
                private(each)
        except OSError as problem:
            raise Refused(f"{path} cannot be written: {problem.strerror}.") from problem
        of = self.mark()
        if of["system"] == before != system:
            of["system"] = system
            write_json(self.path / MARK, of)
        if of["system"] != system:
            raise Refused(
                f"{path} holds the backups of another instance: name a folder of its own for this one."
            )
        if of["major"] != major:
            raise Refused(
                f"{path} holds backups of PostgreSQL {of['major']}, and this is {major}: name a new folder."
            )
        return self

    def _holds_something_else(self) -> bool:
        """Is there more than the draft of a mark, which one who was killed there leaves?"""
        return any(not each.name.startswith(f".{MARK}.") for each in self.path.iterdir())

    @classmethod
    def found(cls, path: Path) -> "Folder":
        """A folder that holds backups. Raises Refused where it does not."""
        self = cls(path)
        if self.path.is_file():
            raise Refused(
                f"{path} is a file: decrypt and unpack it first, and name the folder that comes of it."
            )
        if not self.path.is_dir():
            raise Refused(f"There is no folder {path}.")
        if not (self.path / MARK).exists():
            raise Refused(f"{path} holds no backups of Treffpunkt: {MARK} is missing there.")
        self.mark()
        return self

    def mark(self) -> Json:
        """Which cluster this is of: format, system, major."""
        try:
            found: Json = json.loads((self.path / MARK).read_text())
            known = found["format"], found["system"], found["major"]
        except (OSError, ValueError, KeyError, TypeError) as problem:
            said = getattr(problem, "strerror", None) or problem
            raise Refused(f"{self.path / MARK} cannot be read: {said}.") from problem
        if known[0] != FORMAT:
            raise Refused(f"{self.path} was written by a newer Treffpunkt: upgrade the program first.")
        return found

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else copies into this folder or deletes from it meanwhile. Raises Refused when somebody does."""
        with open(os.open(self.path / "lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(f"Another backup into {self.path} is at work: wait until it is done.") from None
            yield

    def copies(self) -> list[Copy]:
        """Whole copies, the oldest first."""
        there = [path for path in self.copies_in.glob("*.json") if path.with_suffix("").is_dir()]
        found = [Copy(**each) for path in there if (each := _read(path, "began_at", "ended_at"))]
        return sorted(found, key=lambda each: each.ended_at)

    def spoilt(self) -> list[Path]:
        """Descriptions of copies, lines and the log that are not whole. What they tell of is passed over."""
        told = {
            self.copies_in: ("*.json", ("began_at", "ended_at")),
            self.lines_in: ("*.json", ("began_at",)),
            self.log_in: (f"*/{SEEN}", ("at",)),
        }
        return sorted(
            path for place, (pattern, times) in told.items()
            for path in place.glob(pattern) if path.exists() and not _read(path, *times)
        )  # fmt: skip

    def keep_copy(self, draft: Path, copy: Copy) -> None:
        """Give a proven copy its name. Whoever finds no .json beside it finds half a copy."""
        draft.rename(self.copies_in / copy.name)
        settle(self.copies_in)
        write_json(self.copies_in / f"{copy.name}.json", _told(asdict(copy)))

    def tidy(self, now: datetime) -> None:
        """Delete what was cut short, what is too old, and the log that no copy needs any more."""
        copies = self.copies()
        for old in outdated(copies, now):
            (self.copies_in / f"{old.name}.json").unlink()
            copies.remove(old)
        known = {each.name for each in copies}
        for path in self.copies_in.iterdir():
            if path.is_dir() and path.name not in known and not self._may_be_whole(path, now):
                shutil.rmtree(path, ignore_errors=True)  # somebody killed may still write: then the next time
                (self.copies_in / f"{path.name}.json").unlink(missing_ok=True)
        if not copies:
            return
        first = min(each.starts for each in copies) // SEGMENT
        stretches = self.stretches()
        for stretch in stretches:
            for path in segments_in(self.log_in / stretch.name):
                if segment_of(path.name) < first:
                    path.unlink()
            gone = bool(stretch.segments) and max(stretch.segments) < first
            if gone and stretch != stretches[-1]:
                shutil.rmtree(self.log_in / stretch.name)

    def _may_be_whole(self, copy: Path, now: datetime) -> bool:
        """Its description is there and cannot be read: nobody knows what it is, so it stays for as long as any."""
        try:
            began = datetime.strptime(f"{copy.name.partition('-')[0]}+0000", f"{STAMP}%z")
        except ValueError:
            return False
        return (self.copies_in / f"{copy.name}.json").exists() and now - began < KEPT

    def stretches(self) -> list[Stretch]:
        """Parts of the log, the oldest first."""
        found = []
        for path in sorted(self.log_in.iterdir() if self.log_in.exists() else []):
            with contextlib.suppress(OSError, ValueError):
                stamp, number = path.name.split("-")
                began = datetime.strptime(f"{stamp}+0000", f"{STAMP}%z")
                seen = self._seen(path)
                numbers = frozenset(segment_of(each.name) for each in segments_in(path))
                found.append(Stretch(path.name, int(number), began, *seen, numbers))
        return found

    @staticmethod
    def _seen(path: Path) -> tuple[datetime | None, int]:
        found = _read(path / SEEN, "at")
        return (found["at"], found["place"]) if found else (None, 0)

    def begin_stretch(self, timeline: int, now: datetime) -> Path:
        return private(self.log_in / f"{now:{STAMP}}-{timeline}")

    def note_seen(self, stretch: Path, at: datetime, place: int) -> None:
        """Everything up to here is on disk."""
        write_json(stretch / SEEN, {"at": at.isoformat(), "place": place})

    def lines(self) -> list[Line]:
        there = sorted(self.lines_in.glob("*.json"))
        return [Line(**each) for path in there if (each := _read(path, "began_at"))]

    def keep_line(self, line: Line, history: str) -> None:
        """`history`: PostgreSQL's own words for it, which it reads on the way to a moment on that line."""
        private(self.lines_in)
        write(self.lines_in / f"{line.number:08X}.history", history.encode())
        write_json(self.lines_in / f"{line.number}.json", _told(asdict(line)))


def segments_in(folder: Path) -> Iterator[Path]:
    """The files of the log, the last and unfinished one too."""
    for path in folder.iterdir():
        name = path.name.removesuffix(PARTIAL)
        if len(name) == 24 and set(name) <= set("0123456789ABCDEF"):
            yield path


def finished(path: Path) -> Path:
    """A file of the log by the name that it has by now: the last one loses its ending when it is full."""
    return path if path.exists() else path.with_name(path.name.removesuffix(PARTIAL))


def _read(path: Path, *times: str) -> Json | None:
    """What is written down there. None where it is not whole, or not there (any more): a disk loses a file, and who
    copies a folder is cut short. Raises PermissionError."""
    try:
        found = json.loads(path.read_text())
        return {name: datetime.fromisoformat(each) if name in times else each for name, each in found.items()}
    except PermissionError:
        raise
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _told(found: Json) -> Json:
    return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in found.items()}
