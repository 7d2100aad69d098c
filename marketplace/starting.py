"""What the commands do before their own work: the database that is ours, what must be well, the port."""

import asyncio
import gc
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from marketplace.settings import settings


def import_shared() -> None:
    """Import the whole program before the fork, so that the children share it. What is imported stays, so the
    collector need not look through it again and again meanwhile: that took a seventh of the start."""
    gc.disable()
    from marketplace import app, schedule  # noqa: F401 - imported to be there

    gc.enable()


def opened_port(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket, before anything else is started."""
    from marketplace.processes import listen

    try:
        return listen(port, host)
    except OSError as problem:
        raise click.ClickException(f"Port {port} cannot be opened: {problem.strerror}") from problem


def look(url: str, away: bool) -> None:
    """Is this database one for us? `away`: a production that serves may begin before its database does, and answers
    503 meanwhile; the demo never opens its doors to what it has not seen."""
    from marketplace.base.data.database import UNAVAILABLE
    from marketplace.base.data.instance import ours

    try:
        asyncio.run(ours(url))
    except UNAVAILABLE as problem:
        if not away or settings().demo:
            raise
        click.echo(f"The database does not answer yet: {problem}", err=True)


@contextmanager
def database(data: Path | None = None, away: bool = False) -> Iterator[Callable[[], object]]:
    """Sets TREFFPUNKT_DATABASE_URL, starting the embedded PostgreSQL in the data folder where none is set. Raises
    WrongInstance when the database is the demo's and we are not, or the other way round: before anything is done.

    Gives what starts it again should it have died; a server of somebody else's is theirs to start. `away` allows that
    it does not answer yet.
    """
    if data:
        os.environ["TREFFPUNKT_DATA_DIR"] = str(data.resolve())
        settings.cache_clear()
    if url := settings().database_url:
        look(url, away)
        yield lambda: None
        return
    from marketplace.base.postgres.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(settings().data_dir)
    with postgres as url:
        os.environ["TREFFPUNKT_DATABASE_URL"] = url
        settings.cache_clear()
        try:
            look(url, away)
            yield postgres.start
        finally:
            del os.environ["TREFFPUNKT_DATABASE_URL"]
            settings.cache_clear()


def begin(host: str = "") -> None:
    """Refuse what is wrong, and say what is away (doctor.py). `host`: where we listen, if we do."""
    from marketplace import doctor

    found = asyncio.run(doctor.begin(host))
    for each in doctor.of(doctor.Kind.AWAY, found):
        click.echo(str(each), err=True)
    if wrong := [*doctor.of(doctor.Kind.WRONG, found)]:
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
