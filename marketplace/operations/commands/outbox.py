"""outbox release, outbox drop."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import click

from marketplace.operations.commands.options import DATA
from marketplace.operations.opened import database


@click.group()
def outbox() -> None:
    """The messages that wait to be sent."""


MAIL = click.option("--mail", help="Only messages of this kind, as reminder or receipt.")


@outbox.command()
@MAIL
@DATA
def release(mail: str | None, data: Path | None) -> None:
    """Let what a restore has held go out. Each message is written of what is true now."""
    from marketplace.base.post import held

    click.echo(f"{_done(held.release, mail, data)} messages go out now.")


@outbox.command()
@MAIL
@DATA
def drop(mail: str | None, data: Path | None) -> None:
    """Let what a restore has held never go out."""
    from marketplace.base.post import held

    click.echo(f"{_done(held.drop, mail, data)} messages will never go out.")


def _done(act: Callable[[datetime, str | None], Awaitable[int]], mail: str | None, data: Path | None) -> int:
    from marketplace.base import clock
    from marketplace.base.data.database import connected

    async def done() -> int:
        async with connected():
            return await act(clock.now(), mail)

    with database(data):
        return asyncio.run(done())
