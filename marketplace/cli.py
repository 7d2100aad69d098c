"""The commands of `python -m marketplace`: those that serve, and those of marketplace/operations/commands."""

import asyncio
import os
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from marketplace import __version__
from marketplace.operations.commands import jobs
from marketplace.operations.commands.backups import backup, restore
from marketplace.operations.commands.coordinators import coordinators, invite_coordinator
from marketplace.operations.commands.data import check_data, demo, load, migrate
from marketplace.operations.commands.documents import documents
from marketplace.operations.commands.municipalities import municipalities
from marketplace.operations.commands.options import DATA, HOST, UNIX_SOCKET, Octal
from marketplace.operations.commands.organizations import answer_organization, organizations
from marketplace.operations.commands.outbox import outbox
from marketplace.operations.commands.people import people, reset_second_factor
from marketplace.operations.commands.renewal import rebuild, rotate
from marketplace.operations.commands.restored import restored
from marketplace.operations.commands.surroundings import doctor, list_settings
from marketplace.operations.insight.watching import Task, watched
from marketplace.operations.opened import database, embedded
from marketplace.settings import Settings, settings
from marketplace.settings.rules import problems
from marketplace.starting import alone_in, begin, begin_anew, import_shared, introduce, listening

if TYPE_CHECKING:
    from marketplace.operations.jobs.running import Job


class Commands(click.Group):
    """Says in words what is wrong with the surroundings: settings, port, database."""

    def invoke(self, context: click.Context) -> Any:
        from marketplace.operations.said import sentence

        try:
            return super().invoke(context)
        except ValidationError as wrong:
            if wrong.title != Settings.__name__:
                raise
            for line in problems(wrong):
                click.echo(line, err=True)
            sys.exit(2)
        except Exception as problem:
            if said := sentence(problem):
                raise click.ClickException(said) from problem
            raise


@click.group(cls=Commands)
@click.version_option(__version__, message="Treffpunkt %(version)s")
def commands() -> None:
    """Treffpunkt: a booking marketplace for municipalities. Settings come from the environment (docs/settings.md)."""


PORT = click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port to listen on."
)


@commands.command()
@PORT
@HOST
@DATA
@click.option("--fresh", is_flag=True, help="Delete the data folder's contents first (demo mode only).")
def run(port: int, host: str, data: Path | None, fresh: bool) -> None:
    """Start everything in the foreground: database, web processes, worker. In demo mode, load the demo first."""
    from marketplace.processes import follow_log, serve_web, serve_work, supervise, take_no_harm

    take_no_harm()
    if settings().demo:
        os.environ.setdefault("TREFFPUNKT_PUBLIC_URL", f"http://127.0.0.1:{port}")
        os.environ.setdefault("TREFFPUNKT_LOOPBACK_LIMIT_FACTOR", "1000")
    folder = data or settings().data_dir
    with ExitStack() as held:
        held.enter_context(alone_in(folder))
        place = held.enter_context(listening(port, host))
        if fresh:
            begin_anew(folder)
        revive = held.enter_context(database(folder))
        import_shared()
        from marketplace.base.data.migrate import migrate as bring_up

        asyncio.run(bring_up())
        if settings().demo:
            asyncio.run(load())
        begin(host)
        introduce(place, workers=1)
        follower = [follow_log] if settings().backup_dir and embedded() else []
        tasks = [*web(partial(serve_web, place.opened)), serve_work, *follower]
        supervise(tasks, place.opened, revive)


@commands.command()
@PORT
@HOST
@UNIX_SOCKET
@click.option(
    "--socket-mode",
    type=Octal(),
    default="660",
    show_default=True,
    help="Who may use the unix socket: its mode.",
)
def serve(port: int, host: str, unix_socket: Path | None, socket_mode: int) -> None:
    """Start the web processes only."""
    from marketplace.processes import serve_web, supervise, take_no_harm

    take_no_harm()
    with listening(port, host, unix_socket, socket_mode) as place, database(away=True) as revive:
        import_shared()
        begin(place.host)
        introduce(place)
        supervise(web(partial(serve_web, place.opened)), place.opened, revive)


def web(serving: Task) -> list[Task]:
    """As many web processes as are set, and who shows what they count."""
    from marketplace.routes import ROUTES

    return watched([serving] * settings().web_processes, ROUTES, timetable())


@commands.command()
def worker() -> None:
    """Start one worker: it sends messages and runs the jobs of marketplace/schedule.py."""
    from marketplace.base.web import supervisor
    from marketplace.processes import serve_work, take_no_harm

    take_no_harm()
    with database(away=True):
        begin()
        introduce(None, workers=1)
        supervisor.notify("READY=1")
        serve_work()


def timetable() -> "tuple[Job, ...]":
    """What the worker does: imported when somebody asks, for it imports nearly everything."""
    from marketplace.schedule import TIMETABLE

    return TIMETABLE


for each in (
    outbox,
    rotate,
    rebuild,
    jobs.group(timetable),
    people,
    coordinators,
    organizations,
    migrate,
    demo,
    check_data,
    backup,
    documents,
    restore,
    doctor,
    list_settings,
    invite_coordinator,
    answer_organization,
    reset_second_factor,
    municipalities,
    restored,
):
    commands.add_command(each)
