"""What came of a drill. The last one lies in the data folder as JSON, and /about/operation tells it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from marketplace.operations.backup.files import write_json

FILE = "drill.json"


@dataclass(frozen=True)
class Drill:
    """`loaded`: it was done under load, on an instance of its own, and the machine was taken away in the middle. Else
    this instance's own backup was restored beside it."""

    at: datetime
    loaded: bool
    bookings: int
    """In the restored database."""
    back_seconds: float
    """Until people could book again; of this instance's own backup: until it was restored and looked through."""
    lost_seconds: float
    """How far before its end the restored database stands; of an own backup: how old its newest change is."""
    lost_bookings: int
    """That were acknowledged, and are not in it."""
    violations: int
    """Of the rules of the data (`check-data`)."""

    @property
    def good(self) -> bool:
        return self.violations == 0


def write(drill: Drill, folder: Path) -> Path:
    """Keep it, in place of the one before."""
    path = folder / FILE
    write_json(path, asdict(drill) | {"at": drill.at.isoformat()}, 0o644)
    return path


def read(folder: Path) -> Drill | None:
    """The last one; None when there was none, or its file cannot be read."""
    try:
        said = json.loads((folder / FILE).read_text())
        return Drill(**said | {"at": datetime.fromisoformat(said["at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
