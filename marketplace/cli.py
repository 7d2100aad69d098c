"""The commands of `python -m marketplace`: those that serve, and those of marketplace/operations/commands."""

import asyncio
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from marketplace.operations.commands import jobs
from marketplace.operations.commands.backups import backup
from marketplace.operations.commands.coordinators import invite_coordinator
from marketplace.operations.commands.data import check_data, demo, load, migrate
from marketplace.operations.commands.options import DATA, HOST
from marketplace.operations.commands.organizations import answer_organization
from marketplace.operations.commands.outbox import outbox
from marketplace.operations.commands.people import reset_second_factor
from marketplace.operations.commands.restored import restored
from marketplace.operations.commands.surroundings import doctor, list_settings
from marketplace.operations.opened import database, embedded
from marketplace.settings import Settings, problems, settings
from marketplace.starting import begin, begin_anew, import_shared, opened_port


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


@commands.command()
@click.option("--port", default=8000, show_default=True, help="Port on 127.0.0.1.")
@DATA
@click.option("--fresh", is_flag=True, help="Delete the data folder's contents first (demo mode only).")
def run(port: int, data: Path | None, fresh: bool) -> None:
    """Start everything in the foreground: database, web processes, worker. In demo mode, load the demo first."""
    from marketplace.processes import follow_log, serve_web, serve_work, supervise

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
        tasks: list[Callable[[], None]] = [
            *[partial(serve_web, opened)] * settings().web_processes,
            serve_work,
        ]
        if settings().backup_dir and embedded():
            tasks.append(follow_log)
        supervise(tasks, opened, revive)


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
        supervise([partial(serve_web, opened)] * settings().web_processes, opened, revive)


@commands.command()
def worker() -> None:
    """Start one worker: it sends messages and runs the jobs of marketplace/schedule.py."""
    from marketplace.processes import serve_work

    with database(away=True):
        begin()
        serve_work()


def timetable() -> tuple[jobs.Job, ...]:
    """What the worker does: imported when somebody asks, for it imports nearly everything."""
    from marketplace.schedule import TIMETABLE

    return TIMETABLE


for each in (
    outbox,
    jobs.group(timetable),
    migrate,
    demo,
    check_data,
    backup,
    doctor,
    list_settings,
    invite_coordinator,
    answer_organization,
    reset_second_factor,
    restored,
    outbox,
):
    commands.add_command(each)
