"""doctor, settings."""

import asyncio
import sys
from pathlib import Path

import click

from marketplace.operations.commands.options import HOST, UNIX_SOCKET
from marketplace.operations.opened import database
from marketplace.operations.settings import table
from marketplace.settings import settings
from marketplace.settings.addresses import LOCAL


@click.command()
@HOST
@UNIX_SOCKET
@click.option("--send-to", "to", metavar="ADDRESS", help="Also send a real mail there.")
@click.option(
    "--through",
    metavar="URL",
    help="Also visit this public address: certificate, and what the proxy passes on.",
)
def doctor(host: str, unix_socket: Path | None, to: str | None, through: str | None) -> None:
    """Look whether a production instance may start, and is well: exit 2 when something is wrong, 1 when something is
    away. Nothing is changed, and nothing sent without --send-to."""
    from marketplace.base.post.delivery import Postponed
    from marketplace.base.post.letter import Rejected
    from marketplace.operations.doctor import carriers, examining
    from marketplace.operations.doctor.findings import Finding, Kind, of

    if settings().demo:
        raise click.ClickException("This is demo mode, which is always well: set TREFFPUNKT_DEMO to no.")
    with database(away=True):
        found = asyncio.run(examining.examine(LOCAL if unix_socket else host, asked=True))
        if through:
            found += asyncio.run(examining.visited(through))
        if to:
            try:
                asyncio.run(carriers.send_to(to))
                found.append(Finding(Kind.WELL, "mail", f"one was taken for {to}: look whether it arrives"))
            except (Postponed, Rejected) as problem:
                found.append(Finding(Kind.AWAY, "mail", f"none was taken for {to}: {problem.code}"))
    for each in found:
        click.echo(str(each))
    sys.exit(2 if any(of(Kind.WRONG, found)) else 1 if any(of(Kind.AWAY, found)) else 0)


@click.command("settings")
def list_settings() -> None:
    """Print every setting as a table (docs/settings.md)."""
    click.echo(table())
