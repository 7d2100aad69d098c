"""The disks that we write on."""

from pathlib import Path

from marketplace.settings import settings


def nearest(folder: Path) -> Path:
    """The folder, or where it is to be made."""
    return next(each for each in (folder, *folder.resolve().parents) if each.exists())


def beside_data(folder: Path) -> bool:
    """Does it lie on the disk of the data itself, and is lost with that? No, where either is not there."""
    try:
        return folder.stat().st_dev == settings().data_dir.stat().st_dev
    except OSError:
        return False
