"""What the servers do before their own work: the port, what must be well, and a demo that begins anew."""

import asyncio
import gc
import shutil
import socket
import sys
from pathlib import Path

import click

from marketplace.operations.opened import database
from marketplace.settings import settings


def import_shared() -> None:
    """Import the whole program before the fork, so that the children share it. What is imported stays, so the
    collector need not look through it again and again meanwhile: that took a seventh of the start."""
    gc.disable()
    from marketplace import app, schedule  # noqa: F401 - imported to be there

    gc.enable()


def opened_port(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket, before anything else is started: the one that systemd opened for us, or our own."""
    from marketplace.base.web.supervisor import handed_over
    from marketplace.processes import listen

    try:
        return handed_over() or listen(port, host)
    except ValueError as problem:
        raise click.ClickException(str(problem)) from problem
    except OSError as problem:
        raise click.ClickException(f"Port {port} cannot be opened: {problem.strerror}") from problem


def begin(host: str = "") -> None:
    """Refuse what is wrong, and say what is away (operations/doctor). `host`: where we listen, if we do."""
    from marketplace.operations.doctor import examining
    from marketplace.operations.doctor.findings import Kind, of

    found = asyncio.run(examining.begin(host))
    for each in of(Kind.AWAY, found):
        click.echo(str(each), err=True)
    if wrong := [*of(Kind.WRONG, found)]:
        for each in wrong:
            click.echo(str(each), err=True)
        sys.exit(2)


def begin_anew(folder: Path) -> None:
    """Delete a demo that lies in this folder, and nothing else: what is no demo's is refused."""
    from marketplace.base.postgres.embedded import EmbeddedPostgres

    if not settings().demo or settings().database_url:
        raise click.ClickException("--fresh deletes a demo with a database of its own, in its folder.")
    if not (folder / "pg").exists():
        return  # no instance lies there, so nothing of an instance's can be in the way
    with database(folder):
        pass  # raises where the database is not the demo's
    EmbeddedPostgres(folder).delete()  # refuses while another process runs it
    for kept in folder.iterdir():
        shutil.rmtree(kept) if kept.is_dir() and not kept.is_symlink() else kept.unlink()
