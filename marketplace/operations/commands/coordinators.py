"""coordinators list, revoke, invite."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from marketplace.operations.commands.doing import doing, done
from marketplace.operations.commands.options import DATA, YES, cleaned
from marketplace.settings import settings


@click.group()
def coordinators() -> None:
    """Who decides for a municipality."""


@coordinators.command("list")
@DATA
def list_coordinators(data: Path | None) -> None:
    """Say of each in a line: municipality, unit, address, name, and since when."""
    from marketplace.operations import whom

    async def looked(_now: datetime) -> list[whom.Coordinator]:
        return await whom.coordinators()

    found = done(data, looked)
    for one in found:
        factor = "" if one.second_factor else "; has no second factor yet"
        click.echo(
            f"{one.municipality:20} {one.unit:30} {one.address or 'no address':35} {one.name or 'no name'}, since "
            f"{one.since:%Y-%m-%d}{factor}"
        )
    if not found:
        click.echo("Nobody coordinates anything: see `coordinators invite`.")


@coordinators.command()
@click.argument("address")
@click.option("--unit", help="Slug of the municipal unit, when they coordinate more than one.")
@YES
@DATA
def revoke(address: str, unit: str | None, yes: bool, data: Path | None) -> None:
    """End somebody's role as coordinator, and all their sign-ins. They are told, as when a colleague ends it."""
    from marketplace.operations import whom
    from organizations.members.actions import end

    async def looked(_now: datetime) -> Any:
        membership = await whom.coordinating(await whom.whose(address), unit)
        await membership.fetch_related("organization")
        return membership

    with doing(data) as do:
        membership = do(looked)
        slug = membership.organization.slug
        if not yes:
            click.confirm(f"Shall {address} coordinate {slug} no more?", abort=True)

        async def ended(now: datetime) -> bool:
            await end(membership, by=None, now=now)
            return await whom.left_in(membership.organization_id)

        left = do(ended)
    click.echo(f"{address} coordinates {slug} no more, and is signed in nowhere.")
    if not left:
        click.echo(f"NOBODY coordinates {slug} now: see `coordinators invite`.", err=True)


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
    path = done(data, partial(invited, *to, number, unit, name))
    click.echo("The invitation lies in the outbox; a worker sends it. It is good for 14 days.")
    if settings().demo:  # a link is a secret: elsewhere it only goes to the address
        click.echo(f"{settings().public_url}{path}")


async def invited(
    channel: Any, address: str, number: str, unit: str | None, name: str | None, now: datetime
) -> str:
    """Send the invitation. Returns the path of its link."""
    from organizations.members.invitations.actions import invite_coordinator
    from organizations.members.rules import invitation_path

    made = await invite_coordinator(channel, address, number, unit, name, now=now)
    return invitation_path(made.id, made.expires_at)


coordinators.add_command(invite_coordinator, "invite")
