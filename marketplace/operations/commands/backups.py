"""backup, restore."""

import asyncio
import signal
import time
from datetime import datetime
from pathlib import Path

import click

from marketplace.operations.commands.options import DATA, Moment, Somewhere
from marketplace.operations.moments import told
from marketplace.operations.opened import database, embedded, use
from marketplace.settings import settings

FOLDER = click.argument("folder", metavar="DIR", type=Somewhere(path_type=Path), required=False)
KEYS = click.option(
    "--keys",
    type=Somewhere(path_type=Path),
    help="Folder for copies of the yearly counting keys. Default: TREFFPUNKT_KEYS_BACKUP_DIR.",
)


@click.command()
@FOLDER
@KEYS
@DATA
@click.option("--full", is_flag=True, help="Copy everything, also where the changes would do.")
@click.option("--follow", is_flag=True, help="Stay: stream the log as it is written, and copy every day.")
@click.option(
    "--try", "trial", is_flag=True, help="Of a PostgreSQL elsewhere: restore the dump into a scratch server."
)
def backup(
    folder: Path | None, keys: Path | None, data: Path | None, full: bool, follow: bool, trial: bool
) -> None:
    """Copy the database into DIR (default: TREFFPUNKT_BACKUP_DIR), and prove that the copy is whole.

    The embedded database: `run` streams its log there by itself when TREFFPUNKT_BACKUP_DIR is set; with `serve` and
    `worker` one `backup --follow` does. With it seconds are lost; without it, what came after the last copy. Of a
    PostgreSQL elsewhere a dump is made, and what came after it is lost unless its host keeps the log.
    """
    from marketplace.operations.backup import following
    from marketplace.operations.backup.copying import copy_noted, dump_noted
    from marketplace.operations.backup.tools import Refused, why

    if data:
        use(data)
    into = named(folder, settings().backup_dir, "DIR", "TREFFPUNKT_BACKUP_DIR")
    if keys:
        named(keys, None, "a folder", "TREFFPUNKT_KEYS_BACKUP_DIR", apart_from=into)
    with database(there=True):
        url = settings().database_url or ""
        if not embedded() and (follow or full):
            raise click.UsageError(
                "--follow and --full are for the embedded database: its host keeps another's log."
            )
        if embedded() and trial:
            raise click.UsageError(
                "--try is for a PostgreSQL elsewhere: `restore` into another --data tries a copy."
            )
        if follow:
            click.echo(f"Streaming the log into {into}.")
            asyncio.run(following.until_told(following.follow(into, url)))
            return
        try:
            if embedded():
                copied = asyncio.run(copy_noted(into, url, keys=keys, full=full))
                years = copied.years
                click.echo(f"{copied.copy.name}: {copied.copy.bytes / 1e6:.0f} MB in {into}, verified.")
            else:
                dumped = asyncio.run(dump_noted(into, url, keys=keys, trial=trial))
                years = dumped.years
                said = f"{dumped.dump.name}: {dumped.dump.bytes / 1e6:.1f} MB, {dumped.dump.tables} tables"
                click.echo(f"{said} in {into / 'dumps'}, read through.")
                for name, count in dumped.rows.items():
                    click.echo(f"  restored into a scratch server: {count} rows of {name}")
        except (Refused, OSError) as problem:
            raise click.ClickException(why(problem)) from problem
        if keys or settings().keys_backup_dir:
            click.echo(f"Keys of counted years copied apart: {', '.join(map(str, years)) or 'nothing new'}.")


def named(
    given: Path | None, default: Path | None, what: str, variable: str, apart_from: Path | None = None
) -> Path:
    """The folder that was named, or the one of the settings. It must not lie in what it saves, or that in it."""
    folder = given or default
    if folder is None:
        raise click.UsageError(f"Name {what}, or set {variable}.")
    here = folder.resolve()
    for other in (settings().data_dir, settings().keys, apart_from):
        if other and (here.is_relative_to(other.resolve()) or other.resolve().is_relative_to(here)):
            raise click.UsageError(f"{folder} and {other} must lie apart: neither within the other.")
    return folder


@click.command()
@FOLDER
@click.option(
    "--until",
    type=Moment(),
    metavar="TIME",
    help="Back to how it stood then, as 2026-11-29T09:59:30 (in Oslo, or with +01:00 or Z). Default: the newest.",
)
@KEYS
@DATA
def restore(folder: Path | None, until: datetime | None, keys: Path | None, data: Path | None) -> None:
    """Put the database back from the backups in DIR (default: TREFFPUNKT_BACKUP_DIR), with the instance stopped.

    Nothing is overwritten: the database that was there is kept aside, and its name is said. What must not come back
    (who was erased, links that were revoked) is gone again before anybody can sign in.
    """
    from marketplace.base import clock
    from marketplace.base.data.instance import ours
    from marketplace.operations.backup import keys as key_copies
    from marketplace.operations.backup import planning, restoring
    from marketplace.operations.backup.tools import Refused, connected, why
    from marketplace.operations.restore.actions import put_right
    from offers.attendance import year_keys

    if data:
        use(data)
    if settings().database_url:
        raise click.ClickException(
            "TREFFPUNKT_DATABASE_URL names a PostgreSQL of your own, which is not restored from here: "
            "docs/operations.md says how."
        )
    where = settings().data_dir
    counted: dict[int, bytes] = {}

    async def right(url: str, at: datetime, before: str | None) -> None:
        await ours(url)
        done = await put_right(url, at, before, where, clock.now())
        for line in done.lines():
            click.echo(line)
        async with connected(url) as connection:
            counted.update(await year_keys.counted_under(connection))

    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, it tidies up behind itself
    try:
        plan = planning.plan(
            named(folder, settings().backup_dir, "DIR", "TREFFPUNKT_BACKUP_DIR"),
            until,
            clock.unmoved(),
        )
        for each in plan.folder.spoilt():
            click.echo(f"{each} is not whole: what it tells of is passed over.")
        done = restoring.restore(plan, where, right, click.echo)
    except (Refused, OSError) as problem:
        raise click.ClickException(why(problem)) from problem
    if wanted := keys or settings().keys_backup_dir:
        try:
            years = key_copies.bring_back(wanted, counted)
            click.echo(f"Keys of counted years brought back: {', '.join(map(str, years)) or 'none'}.")
        except OSError as problem:
            click.echo(f"No key of a counted year could be brought back: {why(problem)}.")
    for year in key_copies.missing(counted):
        click.echo(
            f"The key that {year} was counted under is not in TREFFPUNKT_KEYS_DIR: bring it back. "
            "Until then nobody is registered."
        )
    click.echo(f"Restored as it stood at {told(done.until)}, in {time.monotonic() - began:.0f} seconds.")
    if done.last:
        click.echo(f"The last thing in it happened at {told(done.last)}.")
    if done.before:
        click.echo(f"The database before lies in {done.before}: delete it when all is well, within 35 days.")
    click.echo("Look at it with `check-data` and `outbox`, then start the instance.")
