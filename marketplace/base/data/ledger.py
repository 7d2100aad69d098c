"""The ledger: what must not come back when the database is put back to an earlier moment.

Append-only files in a folder of their own, outside the database and outside its backups. A line says that a person was
erased, a link revoked, a right ended: a moment, a kind and the id of a row, never a name or an address. After a restore
marketplace/operations/restore does again what they say.

A line is on the disk before the transaction of its act is committed, so nothing is acknowledged that a restore could
undo. If the commit fails after that, a line says too much. It changes nothing here and now; after a restore it would
end what its act was about to end, and somebody who had asked for it was told that it had not worked and could ask
again: that is the safe side.
"""

import errno
import json
import os
import socket
from collections.abc import Iterator
from contextvars import ContextVar, Token
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from marketplace.base import clock
from marketplace.base.data import backed_up
from marketplace.settings import settings

KEPT = backed_up.KEPT + timedelta(days=1)
"""A day longer than any backup is kept: older lines are of no use, for there is nothing to restore them into."""
SUFFIX = ".ledger"
BEGAN = "began"
"""File that says since when there is one."""


class Lost(StrEnum):
    """What somebody must not have back. The word stands in the files for as long as they are kept."""

    PERSON = "person"
    CONTACT = "contact"
    BOOKING_LINK = "booking_link"
    BOOKING_ADDRESS = "booking_address"
    ACTS_FOR = "acts_for"
    MEMBERSHIP = "membership"
    INVITATION = "invitation"
    HOST = "host"
    ORGANIZER = "organizer"
    ORGANIZER_EDITS = "organizer_edits"
    ORGANIZATION = "organization"
    SECOND_FACTOR = "second_factor"
    RECOVERY_CODE = "recovery_code"
    CALENDAR_ADDRESS = "calendar_address"
    SUBSTITUTE = "substitute"
    NEWS = "news"
    OWN_NAME = "own_name"
    COMPANION = "companion"
    OWN_GOAL = "own_goal"
    NEED = "need"
    OFFER_TO_ALL = "offer_to_all"
    DIALOGUE = "dialogue"
    CHECK_IN = "check_in"
    LOGO = "logo"
    PICTURE = "picture"
    QUESTION = "question"
    AUDIENCE = "audience"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line. `number` says more where an id does not say all: a link's version, or 0 where what was lost was given
    back since."""

    at: datetime
    kind: Lost
    id: str
    number: int | None = None

    def line(self) -> str:
        said = {"at": self.at.isoformat(), "kind": self.kind.value, "id": self.id}
        return json.dumps(said if self.number is None else {**said, "number": self.number})


_noted: ContextVar[list[Entry] | None] = ContextVar("noted", default=None)
"""What the transaction around us will write. None: there is no transaction."""


def note(kind: Lost, *ids: UUID | bytes | str, number: int | None = None) -> None:
    """Say that this is lost. In a transaction it is written when that is about to be committed, and not when it is
    rolled back; without one, at once. Raises OSError when the disk does not take it: then nothing was done."""
    at = clock.unmoved()
    entries = [Entry(at, kind, each.hex() if isinstance(each, bytes) else str(each), number) for each in ids]
    if not entries:
        return
    noted = _noted.get()
    if noted is None:
        append(entries)
    else:
        noted += entries


def begin() -> Token[list[Entry] | None]:
    """A transaction begins: what it notes waits for its end."""
    return _noted.set([])


def end(begun: Token[list[Entry] | None]) -> None:
    _noted.reset(begun)


def waiting() -> list[Entry]:
    """What the transaction around us has noted so far."""
    return _noted.get() or []


def take_back(before: int) -> None:
    """Forget what was noted after the first so many: a part of the transaction was rolled back."""
    if noted := _noted.get():
        del noted[before:]


def append(entries: list[Entry]) -> None:
    """Write lines and wait until the disk has them. One write, so that lines of several processes do not mix; each
    machine has a file of its own a day, so that several may share a folder."""
    folder = settings().ledger
    begin_folder(folder)
    path = folder / f"{clock.unmoved():%Y-%m-%d}.{socket.gethostname() or 'here'}{SUFFIX}"
    new = not path.exists()
    # A line that a dying machine tore off has no end: the next begins on a line of its own all the same.
    data = "".join(f"\n{each.line()}\n" for each in entries).encode()
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.write(file, data) != len(data):
            raise OSError(f"{path}: the disk took only a part of a line")
        os.fsync(file)
    finally:
        os.close(file)
    if new:
        _sync_folder(folder)


def begin_folder(folder: Path) -> None:
    """Make it, and note when: what was lost before that is not in it. Raises OSError where it cannot be written."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    if began(folder) is None:  # or only the name of it, where the disk was full just then
        _begins(folder, clock.unmoved())


def began(folder: Path) -> datetime | None:
    """Since when it is kept. None: there is none."""
    try:
        return datetime.fromisoformat((folder / BEGAN).read_text().strip())
    except (OSError, ValueError):
        return None


def _sync_folder(folder: Path) -> None:
    """A new file is there after a crash only when its folder is written too."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def files(folder: Path) -> Iterator[tuple[date, Path]]:
    """The files and their days, the oldest first."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            yield date.fromisoformat(path.name[:10]), path
        except ValueError:
            continue


def read(folder: Path, since: datetime) -> tuple[list[Entry], int]:
    """The lines since a moment in their order, and how many could not be read."""
    found: list[Entry] = []
    torn = 0
    for day, path in files(folder):
        if day < since.date():
            continue
        for line in path.read_text(errors="replace").splitlines():
            if not line.strip():
                continue
            try:
                entry = _entry(line)
            except (ValueError, KeyError, TypeError):
                torn += 1
                continue
            if entry.at >= since:
                found.append(entry)
    return sorted(found, key=lambda each: each.at), torn


def _entry(line: str) -> Entry:
    said = json.loads(line)
    number = said.get("number")
    return Entry(
        datetime.fromisoformat(said["at"]), Lost(said["kind"]), str(said["id"]),
        None if number is None else int(number),
    )  # fmt: skip


def needed_since(now: datetime) -> date:
    """The first day that a backup may be restored to. Where none was made for long, the last one is kept, and so are
    the lines since the full copy that it is built upon."""
    last = backed_up.last().verified_at
    oldest = now - KEPT
    return (min(oldest, last - backed_up.FULL_EVERY - timedelta(days=1)) if last else oldest).date()


def clear(now: datetime) -> int:
    """Delete the files that no backup is older than, and note that the ledger begins after them. Returns how many."""
    folder, first = settings().ledger, needed_since(now)
    old = [path for day, path in files(folder) if day < first]
    if old:
        _begins(folder, datetime.combine(first, time.min, UTC))
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _begins(folder: Path, at: datetime) -> None:
    """What was lost before that is not in it (any more): a restore to an earlier moment says so. The file stands whole
    or not at all, whatever the disk does meanwhile."""
    if (before := began(folder)) and before >= at:
        return
    draft = folder / f"{BEGAN}.{os.getpid()}"
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w") as text:
            text.write(f"{at.isoformat()}\n")
            text.flush()
            os.fsync(text.fileno())
        draft.replace(folder / BEGAN)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(folder)
