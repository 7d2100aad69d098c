"""invite-coordinator."""

import asyncio
from pathlib import Path
from typing import Any

import click

from marketplace.operations.commands.options import DATA, cleaned
from marketplace.operations.opened import database
from marketplace.settings import settings


@click.command("invite-coordinator")
@click.argument("address")
@click.option("--municipality", "number", required=True, help="Its number, e.g. 1108.")
@click.option(
    "--unit", help="Slug of a municipal unit. Default: the municipality's own, made when it is missing."
)
@click.option("--name", callback=cleaned, help="Name of the municipality, when it is new here.")
@DATA
def invite_coordinator(
    address: str, number: str, unit: str | None, name: str | None, data: Path | None
) -> None:
    """Invite somebody, by e-mail address or phone number, to coordinate a municipality: the first one comes so."""
    from marketplace.base.models import Channel
    from marketplace.people.rules import can_take_sms, contact

    to = contact(address)
    if to is None or (to[0] is Channel.SMS and not can_take_sms(to[1])):
        raise click.ClickException(f"{address} is no e-mail address and no number that takes an SMS.")
    with database(data):
        path = asyncio.run(invited(*to, number, unit, name))
    click.echo("The invitation lies in the outbox; a worker sends it. It is good for 14 days.")
    if settings().demo:  # a link is a secret: elsewhere it only goes to the address
        click.echo(f"{settings().public_url}{path}")


async def invited(channel: Any, address: str, number: str, unit: str | None, name: str | None) -> str:
    """Send the invitation. Returns the path of its link."""
    from marketplace.base import clock
    from marketplace.base.data.database import connected
    from marketplace.base.errors import Problem
    from organizations.members.invitations.actions import invite_coordinator
    from organizations.members.rules import invitation_path

    async with connected():
        try:
            made = await invite_coordinator(channel, address, number, unit, name, now=clock.now())
        except Problem as problem:
            raise click.ClickException(problem.message) from problem
    return invitation_path(made.id, made.expires_at)
