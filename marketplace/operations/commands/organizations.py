"""answer."""

import asyncio
from pathlib import Path

import click

from marketplace.operations.commands.options import DATA, cleaned
from marketplace.operations.opened import database


@click.command("answer")
@click.argument("slug")
@click.argument("answer", type=click.Choice(["approved", "asked", "declined", "suspended", "reopened"]))
@click.option(
    "--reason", default="", callback=cleaned, help="What the organisation reads; needed for all but approved."
)
@click.option("--vouched", is_flag=True, help="The municipality knows this group, which has no number.")
@DATA
def answer_organization(slug: str, answer: str, reason: str, vouched: bool, data: Path | None) -> None:
    """Answer an organisation for the municipality, where no coordinator may: all of them are or were in it."""
    from marketplace.base import clock
    from marketplace.base.data.database import connected
    from marketplace.base.errors import Problem
    from organizations.approval.actions import decide_as_operator

    async def done() -> None:
        async with connected():
            await decide_as_operator(slug, answer, reason, vouched, now=clock.now())

    with database(data):
        try:
            asyncio.run(done())
        except Problem as problem:
            raise click.ClickException(problem.message or f"No organisation is called {slug}.") from problem
    click.echo(f"{slug}: {answer}. Those who lead it are told.")
