"""municipalities list, municipalities host."""

import re
from datetime import datetime
from pathlib import Path

import click

from marketplace.operations.commands.doing import done
from marketplace.operations.commands.options import DATA
from marketplace.settings import settings


@click.group()
def municipalities() -> None:
    """The municipalities that are served, and the host names that lead to their pages."""


@municipalities.command("list")
@DATA
def list_municipalities(data: Path | None) -> None:
    """Each with its number, name and host name, and whether that is answered."""
    from organizations.municipality.queries import Hosted, hosted

    async def found(_now: datetime) -> list[Hosted]:
        return await hosted()

    for one in done(data, found):
        answered = "" if one.host is None or one.host in settings().hosts else ", which is not answered"
        click.echo(f"{one.number}  {one.name}  {one.host or '-'}{answered}")


def host_name(_context: click.Context, _option: click.Parameter, text: str) -> str | None:
    """A host name as it stands in an address; a dash is none."""
    name = text.strip().lower().rstrip(".")
    if name == "-":
        return None
    if len(name) > 253 or not re.fullmatch(
        r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+", name
    ):
        raise click.BadParameter(
            "write a host name alone, as treffpunkt.sandnes.example (æ, ø and å as xn--…)"
        )
    return name


@municipalities.command()
@click.argument("number")
@click.argument("host", callback=host_name)
@DATA
def host(number: str, host: str | None, data: Path | None) -> None:
    """Let HOST lead to the pages of the municipality with this NUMBER (a dash: none does any more). What its pages say
    of themselves, its coordinators write."""
    from organizations.municipality.actions import set_host

    async def led(now: datetime) -> str:
        return await set_host(number, host, now=now)

    name = done(data, led)
    click.echo(f"{host} leads to {name}." if host else f"No host name leads to {name} alone.")
    if host and host not in settings().hosts:
        click.echo(
            f"It is not answered yet: add {host} to TREFFPUNKT_ALLOWED_HOSTS and to the proxy.", err=True
        )
