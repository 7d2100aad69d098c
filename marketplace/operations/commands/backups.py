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
@click.option("--follow", is_flag=True, help="Stay: stream the log as it is written, and copy every day.")
def backup(folder: Path | None, keys: Path | None, data: Path | None, full: bool, follow: bool) -> None:
    """Copy the database into DIR (default: TREFFPUNKT_BACKUP_DIR), and prove that the copy is whole.

    `run` streams the log there by itself when TREFFPUNKT_BACKUP_DIR is set; with `serve` and `worker` one
    `backup --follow` does. With it a minute at most is lost; without it, what came after the last copy.
    """
    from marketplace.operations.backup import following
    from marketplace.operations.backup.copying import copy_noted
    from marketplace.operations.backup.tools import Refused

    with database(data):
        into = named(folder, settings().backup_dir, "DIR", "TREFFPUNKT_BACKUP_DIR")
        url = settings().database_url or ""
        if follow:
            click.echo(f"Streaming the log into {into}.")
            asyncio.run(following.until_told(following.follow(into, url)))
            return
        try:
            done = asyncio.run(copy_noted(into, url, keys=keys, full=full))
        except (Refused, OSError) as problem:
            raise click.ClickException(str(problem)) from problem
        click.echo(f"{done.copy.name}: {done.copy.bytes / 1e6:.0f} MB in {into}, verified.")
        if keys or settings().keys_backup_dir:
            years = ", ".join(map(str, done.years)) or "nothing new"
            click.echo(f"Keys of counted years copied apart: {years}.")


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
