"""migrate, demo, check-data."""

import asyncio
import sys
from pathlib import Path

import click

from marketplace.operations.commands.options import DATA
from marketplace.operations.opened import database
from marketplace.settings import settings


@click.command()
@click.option("--to", "target", help="Name of an earlier migration; undoes the later ones, with their data.")
@click.option("--yes", is_flag=True, help="Do not ask before migrations are undone.")
def migrate(target: str | None, yes: bool) -> None:
    """Bring the database to the newest migration, and say how long each took (docs/upgrading.md)."""
    from marketplace.base.data.marks import names
    from marketplace.base.data.migrate import NOTHING, NotApproved
    from marketplace.base.data.migrate import migrate as bring
    from marketplace.statistics.role import grant

    if target and target not in (*names(), NOTHING):
        raise click.BadParameter(f"no migration is called {target}; marketplace/migrations has their names")
    with database():
        try:
            asyncio.run(bring(target=target, tell=click.echo, approve=lambda undone: yes or wanted(undone)))
        except NotApproved as problem:
            raise click.ClickException("Nothing was undone.") from problem
        if target is None:
            asyncio.run(grant())


def wanted(undone: list[str]) -> bool:
    """Ask whether these are to be undone. Where nobody can answer: no."""
    click.echo(f"{len(undone)} migrations are undone, and what was kept in their tables and columns is lost:")
    for name in undone:
        click.echo(f"  {name}")
    try:
        return click.confirm("Undo them?")
    except click.Abort:
        return False


@click.command()
@DATA
@click.option(
    "--offers", type=click.IntRange(0, 1_000_000), help="Also make this many offers, for benchmarks."
)
@click.option(
    "--people", type=click.IntRange(0, 10_000_000), help="Also make this many people with bookings."
)
def demo(data: Path | None, offers: int | None, people: int | None) -> None:
    """Load the demo data into an empty database; with --offers and --people a large one."""
    if not settings().demo:
        sys.exit("The demo is only loaded in demo mode: set TREFFPUNKT_DEMO=1.")
    from marketplace.base.data.migrate import migrate as bring_up

    with database(data):
        asyncio.run(bring_up())
        if not asyncio.run(load(offers or 0, people or 0)):
            click.echo("The database is not empty: nothing was changed.")


async def load(offers: int = 0, people: int = 0) -> bool:
    """Load the demo into an empty database."""
    from marketplace.base.data.database import connected
    from marketplace.demo.load import load_if_empty

    async with connected():
        return await load_if_empty(offers, people)


@click.command("check-data")
@DATA
def check_data(data: Path | None) -> None:
    """Verify every invariant of the data; exit 1 and say what is wrong."""
    from marketplace.operations.check.whole import violations

    with database(data, there=True):
        found = asyncio.run(violations())
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} violations")
    sys.exit(1 if found else 0)
