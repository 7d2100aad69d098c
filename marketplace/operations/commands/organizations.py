"""organizations list, answer."""

from datetime import datetime
from pathlib import Path

import click

from marketplace.operations.commands.doing import done
from marketplace.operations.commands.options import DATA, cleaned


@click.group()
def organizations() -> None:
    """Who offers something here, or has asked to."""


@organizations.command("list")
@click.option(
    "--state", type=click.Choice(["applied", "approved", "declined", "suspended"]), help="Only those."
)
@click.option("--municipality", "number", help="Only those of the municipality with this number, e.g. 1108.")
@DATA
def list_organizations(state: str | None, number: str | None, data: Path | None) -> None:
    """Say of each in a line: its slug, which `answer` takes, its state, number, municipality and name."""
    from marketplace.base.errors import Refused
    from marketplace.operations import whom

    async def looked(_now: datetime) -> list[whom.Listed]:
        if number and not await whom.municipality_known(number):
            raise Refused(f"No municipality has the number {number}.")
        return await whom.organizations(state, number)

    for one in done(data, looked):
        lone = "" if one.managed or one.state in ("applied", "declined") else "; NOBODY MANAGES IT"
        click.echo(
            f"{one.slug:40} {one.state:10} {one.number or '-':10} {one.municipality}: {one.name} ({one.kind}){lone}"
        )


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
    from marketplace.base.errors import NotFound, Refused
    from organizations.approval.actions import decide_as_operator

    async def decided(now: datetime) -> None:
        try:
            await decide_as_operator(slug, answer, reason, vouched, now=now)
        except NotFound as nowhere:
            raise Refused(f"No organisation is called {slug}.") from nowhere

    done(data, decided)
    click.echo(f"{slug}: {answer}. Those who lead it are told.")


organizations.add_command(answer_organization)
