"""Folders that can never be right: what must lie apart from what. rules.py asks these."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from marketplace.settings.variables import variable

if TYPE_CHECKING:
    from marketplace.settings import Settings

PLACE = Path(__file__).resolve().parents[2]
"""Where the program itself lies, static files included."""
APART = {
    "backup_dir": ("data_dir", "keys_dir", "keys_backup_dir"),
    "keys_backup_dir": ("data_dir", "keys_dir", "backup_dir"),
    "keys_dir": ("backup_dir", "keys_backup_dir"),
    "data_dir": ("backup_dir", "keys_backup_dir"),
}
"""Which folder must not lie in which."""


def keys_apart(settings: "Settings") -> Iterator[str]:
    """Who has a backup of the database and the keys can count out who was where."""
    if settings.keys_dir is None:
        yield "set TREFFPUNKT_KEYS_DIR to a folder outside TREFFPUNKT_DATA_DIR and its backups"
        return
    inside = settings.keys_dir.resolve()
    for name, folder in ((variable("data_dir"), settings.data_dir), ("the program's folder", PLACE)):
        if inside.is_relative_to(folder.resolve()):
            yield f"set TREFFPUNKT_KEYS_DIR to a folder that does not lie in {name}"


def backups_apart(settings: "Settings") -> Iterator[str]:
    """What lies in the folder that it saves is lost with it; and who has a backup and the keys counts out who was
    where."""
    for name, others in APART.items():
        ours: Path | None = getattr(settings, name)
        for other in others:
            theirs: Path | None = getattr(settings, other)
            if ours and theirs and ours.resolve().is_relative_to(theirs.resolve()):
                yield f"set {variable(name)} to a folder that does not lie in {variable(other)}"
