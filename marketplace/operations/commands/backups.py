"""backup."""

import asyncio
from pathlib import Path

import click

from marketplace.operations.commands.options import DATA
from marketplace.operations.opened import database
from marketplace.settings import settings

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path), required=False)
KEYS = click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="Folder for copies of the yearly counting keys. Default: TREFFPUNKT_KEYS_BACKUP_DIR.",
)


@click.command()
@FOLDER
@KEYS
@DATA
@click.option("--full", is_flag=True, help="Copy everything, also where the changes would do.")
def backup(folder: Path | None, keys: Path | None, data: Path | None, full: bool) -> None:
    """Copy the database into DIR (default: TREFFPUNKT_BACKUP_DIR), and prove that the copy is whole."""
    from marketplace.base import clock
    from marketplace.base.data import backed_up
    from marketplace.operations.backup import keys as key_copies
    from marketplace.operations.backup.taking import take
    from marketplace.operations.backup.tools import Refused

    with database(data):
        into = named(folder, settings().backup_dir, "DIR", "TREFFPUNKT_BACKUP_DIR")
        try:
            copy = asyncio.run(take(into, settings().database_url or "", full=full, say=click.echo))
        except (Refused, OSError) as problem:
            backed_up.note_copy(None, str(problem))
            raise click.ClickException(str(problem)) from problem
        backed_up.note_copy(copy.ended_at)
        click.echo(f"{copy.name}: {copy.bytes / 1e6:.0f} MB in {into}, verified.")
        if where := keys or settings().keys_backup_dir:
            years = key_copies.keep(where, clock.unmoved())
            click.echo(
                f"Keys of counted years copied to {where}: {', '.join(map(str, years)) or 'nothing new'}."
            )


def named(given: Path | None, default: Path | None, what: str, variable: str) -> Path:
    """The folder that was named, or the one of the settings. A path that begins in our own data is refused."""
    folder = given or default
    if folder is None:
        raise click.UsageError(f"Name {what}, or set {variable}.")
    data = settings().data_dir.resolve()
    if folder.resolve().is_relative_to(data) or data.is_relative_to(folder.resolve()):
        raise click.UsageError(
            f"{folder} and the data folder {data} must lie apart: what saves it must outlive it."
        )
    return folder
