"""restored."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

import click

from marketplace.operations.commands.options import DATA, Moment
from marketplace.operations.opened import database
from marketplace.settings import settings


@click.command()
@click.option(
    "--since",
    type=Moment(),
    metavar="TIME",
    required=True,
    help="The moment it was put back to, as 2026-11-29T13:05:00 (in Oslo, or with +01:00 or Z).",
)
@click.option("--before", "old", help="postgres://… of the database before, where it can still be read.")
@click.option(
    "--anyway", is_flag=True, help="Others are connected to the database, but they do not serve it."
)
@DATA
def restored(since: datetime, old: str | None, anyway: bool, data: Path | None) -> None:
    """Put right a database that was put back to an earlier moment: run it before anybody is served."""
    from marketplace.base import clock
    from marketplace.operations.restore.actions import others, put_right

    if since > clock.unmoved():
        sys.exit("That moment has not come yet.")
    with database(data, there=True):
        url = settings().database_url or ""
        if not anyway and (busy := asyncio.run(others(url))):
            sys.exit(
                f"{busy} others are connected to this database. Stop `serve` and `worker` on all machines first; "
                "where it is something else, say --anyway."
            )
        summary = asyncio.run(put_right(url, since, old, settings().data_dir, clock.now()))
    for line in summary.lines():
        click.echo(line)
