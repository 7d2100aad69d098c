"""backup, restore."""

import asyncio
import time
from datetime import datetime
from pathlib import Path

import click

from marketplace.operations.commands.options import DATA
from marketplace.operations.opened import database, use
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


@click.command()
@FOLDER
@click.option(
    "--until",
    metavar="TIME",
    help="Back to how it stood then, as 2026-11-29T09:59:30 (in Oslo, or with +01:00 or Z). Default: the newest.",
)
@KEYS
@DATA
def restore(folder: Path | None, until: str | None, keys: Path | None, data: Path | None) -> None:
    """Put the database back from the backups in DIR (default: TREFFPUNKT_BACKUP_DIR), with the instance stopped.

    Nothing is overwritten: the database that was there is kept aside, and its name is said. What must not come back
    (who was erased, links that were revoked) is gone again before anybody can sign in.
    """
    from marketplace.base import clock
    from marketplace.base.data.instance import ours
    from marketplace.operations.backup import keys as key_copies
    from marketplace.operations.backup import planning, restoring
    from marketplace.operations.backup.tools import Refused
    from marketplace.operations.restore.actions import put_right

    if data:
        use(data)
    if settings().database_url:
        raise click.ClickException(
            "TREFFPUNKT_DATABASE_URL names a PostgreSQL of your own, which is not restored from here: "
            "docs/operations.md says how."
        )
    where = settings().data_dir

    async def right(url: str, at: datetime, before: str | None) -> None:
        await ours(url)
        done = await put_right(url, at, before, where, clock.now())
        for line in done.lines():
            click.echo(line)

    began = time.monotonic()
    try:
        plan = planning.plan(
            named(folder, settings().backup_dir, "DIR", "TREFFPUNKT_BACKUP_DIR"),
            planning.moment(until) if until else None,
            clock.unmoved(),
        )
        done = restoring.restore(plan, where, right, click.echo)
    except (Refused, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
    if wanted := keys or settings().keys_backup_dir:
        years = key_copies.bring_back(wanted)
        click.echo(f"Keys of counted years brought back: {', '.join(map(str, years)) or 'none was missing'}.")
    click.echo(
        f"Restored as it stood at {planning.told(done.until)}, in {time.monotonic() - began:.0f} seconds."
    )
    if done.last:
        click.echo(f"The last thing in it happened at {planning.told(done.last)}.")
    if done.before:
        click.echo(f"The database before lies in {done.before}: delete it when all is well, within 35 days.")
    click.echo("Look at it with `check-data` and `outbox`, then start the instance.")
