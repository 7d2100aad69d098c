"""reset-second-factor."""

import asyncio
import sys
from pathlib import Path

import click

from marketplace.operations.commands.options import DATA
from marketplace.operations.opened import database


@click.command("reset-second-factor")
@click.argument("address")
@DATA
def reset_second_factor(address: str, data: Path | None) -> None:
    """Take the second factor from somebody who has lost it. Make sure that it is they who ask: ring them."""
    from marketplace.base import clock
    from marketplace.base.data.database import connected
    from marketplace.people.second_factor.actions import reset

    async def done() -> bool:
        async with connected():
            return await reset(address, now=clock.now())

    with database(data):
        if not asyncio.run(done()):
            sys.exit("Nobody has proven that address.")
