"""rotate, rebuild."""

from datetime import datetime
from pathlib import Path

import click

from marketplace.operations.commands.doing import done
from marketplace.operations.commands.options import DATA
from marketplace.settings import settings

KINDS = ("feeds", "words", "next-sessions")


@click.command()
@DATA
def rotate(data: Path | None) -> None:
    """After a change of the secret key: seal and hash anew what lies in the database under one of before."""
    from marketplace.operations.renewal.secret import Renewed
    from marketplace.operations.renewal.secret import rotate as renew

    if not settings().secret_keys_before:
        raise click.ClickException(
            "No key of before is named: set TREFFPUNKT_SECRET_KEYS_BEFORE to it first."
        )

    async def renewed(_now: datetime) -> Renewed:
        return await renew()

    found = done(data, renewed)
    click.echo(
        f"Made anew: {found.apps} apps for codes, {found.goals} goals of people's own, {found.stops} addresses that "
        "want no messages. `doctor` says what the keys before are still needed for."
    )
    if found.unread:
        raise click.ClickException(
            f"{found.unread} could not be read: they are of a key that is not named. Name it, and run this again."
        )


@click.command()
@click.argument("kinds", nargs=-1, type=click.Choice(KINDS))
@click.option("--all", "everything", is_flag=True, help="All of them.")
@DATA
def rebuild(kinds: tuple[str, ...], everything: bool, data: Path | None) -> None:
    """Make anew what is derived and kept: calendar feeds (after a change of the public address), the words that offers
    are found by, each offer's next session. People may go on booking meanwhile."""
    from marketplace.operations.renewal.derived import DERIVED

    chosen = KINDS if everything else tuple(dict.fromkeys(kinds))
    if not chosen:
        raise click.UsageError(f"Say which: {', '.join(KINDS)}, or --all.")

    async def made(now: datetime) -> None:
        for kind in chosen:
            click.echo(f"{kind}: {await DERIVED[kind](now)} looked at")

    done(data, made)
