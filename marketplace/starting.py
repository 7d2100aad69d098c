"""What the servers do before their own work: the port, what must be well, and a demo that begins anew."""

import asyncio
import fcntl
import gc
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import click

from marketplace import __version__
from marketplace.base.data.address import credentials
from marketplace.listening import CannotListen, Place, at_file, at_port, by_systemd
from marketplace.operations.opened import database
from marketplace.settings import settings


def import_shared() -> None:
    """Import the whole program before the fork, so that the children share it. What is imported stays, so the
    collector need not look through it again and again meanwhile: that took a seventh of the start."""
    gc.disable()
    from marketplace import app, schedule  # noqa: F401 - imported to be there

    gc.enable()


@contextmanager
def listening(
    port: int, host: str = "127.0.0.1", file: Path | None = None, mode: int = 0o660
) -> Iterator[Place]:
    """Listen, before anything else is started: there, or where systemd has opened a socket for us."""
    try:
        place = by_systemd() or (at_file(file, mode) if file else at_port(port, host))
    except CannotListen as problem:
        raise click.ClickException(str(problem)) from problem
    try:
        yield place
    finally:
        place.close()


LOCK = "run.lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One `run` a folder: a second would share the database of the first, and lose it when that one stops. Commands
    and `worker` may come beside it. The lock is the process's own, so it goes when that ends, however it ends. A
    database elsewhere is nobody's to lose, and any number may share it."""
    if settings().database_url:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with open(os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as held:
            other = file.read().strip() or "another one"
            raise click.ClickException(
                f"Process {other} runs {folder} already: stop it first, or choose another folder with --data."
            ) from held
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def introduction(place: Place | None, workers: int) -> str:
    """One line at the start: what this is, where it is reached, what it uses. Hosts alone: the rest may be secret."""
    set_ = settings()
    parts = [f"Treffpunkt {__version__}: {set_.public_url}"]
    if place:
        parts.append(f"listens on {place.name}")
        parts.append(f"{set_.web_processes} web process{'es' if set_.web_processes > 1 else ''}")
    parts.append("a worker" if workers else "no worker here")
    host = credentials(set_.database_url or "")["host"]
    parts.append(f"database {'on this machine' if host.startswith('/') else host}")
    parts.append(
        f"mail by {urlsplit(set_.smtp_url).hostname}" if set_.smtp_url else "mail to the demo's mailbox"
    )
    return ", ".join(parts)


def introduce(place: Place | None, workers: int = 0) -> None:
    """Say it. Nobody needs to listen."""
    with suppress(OSError):
        click.echo(introduction(place, workers))


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
        if kept.name == LOCK:  # ours: another could take one of the same name
            continue
        shutil.rmtree(kept) if kept.is_dir() and not kept.is_symlink() else kept.unlink()
