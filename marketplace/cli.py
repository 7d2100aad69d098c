"""The commands of `python -m marketplace`: run, serve, worker, migrate, doctor, demo, invite-coordinator, answer,
check-data, settings."""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from marketplace.base.text import clean
from marketplace.settings import Settings, problems, settings, table
from marketplace.starting import begin, begin_anew, database, import_shared, opened_port


class Commands(click.Group):
    """Says in words what is wrong with the surroundings: settings, port, database."""

    def invoke(self, context: click.Context) -> Any:
        import asyncpg

        from marketplace.base.data.database import UNAVAILABLE
        from marketplace.base.data.instance import WrongInstance
        from marketplace.base.postgres.programs import EmbeddedPostgresError

        refused = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)

        try:
            return super().invoke(context)
        except ValidationError as wrong:
            if wrong.title != Settings.__name__:
                raise
            for line in problems(wrong):
                click.echo(line, err=True)
            sys.exit(2)
        except (EmbeddedPostgresError, WrongInstance) as problem:
            raise click.ClickException(str(problem)) from problem
        except (*UNAVAILABLE, *refused) as away:
            if isinstance(away, OSError) and away.filename:
                raise click.ClickException(f"{away.filename}: {away.strerror}") from away
            raise click.ClickException(f"The database cannot be reached: {away}") from away


@click.group(cls=Commands)
def commands() -> None:
    """Treffpunkt: a booking marketplace for municipalities. Settings come from the environment (docs/settings.md)."""


def cleaned(_context: Any, _option: Any, text: str | None) -> str | None:
    """Words come in one form by this door too (base/text.py)."""
    return clean(text).strip() if text else text


DATA = click.option("--data", type=click.Path(path_type=Path), help="Folder for everything that is kept.")


@commands.command()
@click.option("--port", default=8000, show_default=True, help="Port on 127.0.0.1.")
@DATA
@click.option("--fresh", is_flag=True, help="Delete the data folder's contents first (demo mode only).")
def run(port: int, data: Path | None, fresh: bool) -> None:
    """Start everything in the foreground: database, web processes, worker. In demo mode, load the demo first."""
    from marketplace.processes import serve_web, serve_work, supervise

    if settings().demo:
        os.environ.setdefault("TREFFPUNKT_PUBLIC_URL", f"http://127.0.0.1:{port}")
        os.environ.setdefault("TREFFPUNKT_LOOPBACK_LIMIT_FACTOR", "1000")
    folder = data or settings().data_dir
    if fresh:
        begin_anew(folder)
    opened = opened_port(port)
    with database(folder) as revive:
        import_shared()
        from marketplace.base.data.migrate import migrate as bring_up

        asyncio.run(bring_up())
        if settings().demo:
            asyncio.run(load())
        begin("127.0.0.1")
        click.echo(f"Treffpunkt: {settings().public_url}")
        supervise([*[partial(serve_web, opened)] * settings().web_processes, serve_work], revive)


HOST = click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on, when the proxy is elsewhere.",
)


@commands.command()
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@HOST
def serve(port: int, host: str) -> None:
    """Start the web processes only."""
    import_shared()
    from marketplace.processes import serve_web, supervise

    opened = opened_port(port, host)
    with database(away=True) as revive:
        begin(host)
        supervise([partial(serve_web, opened)] * settings().web_processes, revive)


@commands.command()
def worker() -> None:
    """Start one worker: it sends messages and runs the jobs of marketplace/schedule.py."""
    from marketplace.processes import serve_work

    with database(away=True):
        begin()
        serve_work()


@commands.command()
@click.option("--to", "target", help="Name of an earlier migration; undoes the later ones.")
def migrate(target: str | None) -> None:
    """Bring the database to the newest migration."""
    from marketplace.base.data.migrate import migrate as bring
    from marketplace.statistics.role import grant

    with database():
        asyncio.run(bring(target=target))
        if target is None:
            asyncio.run(grant())


@commands.command()
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


@commands.command("invite-coordinator")
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


@commands.command()
@HOST
@click.option("--send-to", "to", metavar="ADDRESS", help="Also send a real mail there.")
def doctor(host: str, to: str | None) -> None:
    """Look whether a production instance may start, and is well: exit 2 when something is wrong, 1 when something is
    away. Nothing is changed, and nothing sent without --send-to."""
    from marketplace import doctor
    from marketplace.base.post.delivery import Postponed
    from marketplace.base.post.letter import Rejected
    from marketplace.doctor import Finding, Kind

    if settings().demo:
        raise click.ClickException("This is demo mode, which is always well: set TREFFPUNKT_DEMO to no.")
    with database(away=True):
        found = asyncio.run(doctor.examine(host))
        if to:
            try:
                asyncio.run(doctor.send_to(to))
                found.append(Finding(Kind.WELL, "mail", f"one was taken for {to}: look whether it arrives"))
            except (Postponed, Rejected) as problem:
                found.append(Finding(Kind.AWAY, "mail", f"none was taken for {to}: {problem.code}"))
    for each in found:
        click.echo(str(each))
    sys.exit(2 if any(doctor.of(Kind.WRONG, found)) else 1 if any(doctor.of(Kind.AWAY, found)) else 0)


@commands.command("answer")
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


@commands.command("check-data")
@DATA
def check_data(data: Path | None) -> None:
    """Verify every invariant of the data; exit 1 and say what is wrong."""
    from marketplace.check import violations

    with database(data):
        found = asyncio.run(violations())
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} violations")
    sys.exit(1 if found else 0)


@commands.command("reset-second-factor")
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


@commands.command("settings")
def list_settings() -> None:
    """Print every setting as a table (docs/settings.md)."""
    click.echo(table())
