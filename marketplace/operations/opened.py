"""Opening an instance's database for a command or a server: ours, started where it is embedded."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from marketplace.settings import settings


def look(url: str, away: bool, pooled: bool = True) -> None:
    """Is this database one for us? `away`: a production that serves may begin before its database does, and answers
    503 meanwhile; the demo never opens its doors to what it has not seen. `pooled`: there may be a pooler between."""
    from marketplace.base.data import pooler
    from marketplace.base.data.database import UNAVAILABLE
    from marketplace.base.data.instance import ours

    try:
        if pooled:
            asyncio.run(pooler.look(url))
        asyncio.run(ours(url))
    except UNAVAILABLE as problem:
        if not away or settings().demo:
            raise
        click.echo(f"The database does not answer yet: {problem}", err=True)


def use(data: Path) -> None:
    """Make this the data folder of the process."""
    os.environ["TREFFPUNKT_DATA_DIR"] = str(data.resolve())
    settings.cache_clear()


def embedded() -> bool:
    """Is the database that is open the one in our data folder?"""
    from marketplace.base.postgres.embedded import EmbeddedPostgres

    return settings().database_url == EmbeddedPostgres(settings().data_dir).dsn


@contextmanager
def database(
    data: Path | None = None, away: bool = False, there: bool = False
) -> Iterator[Callable[[], object]]:
    """Sets TREFFPUNKT_DATABASE_URL, starting the embedded PostgreSQL in the data folder where none is set. Raises
    WrongInstance when the database is the demo's and we are not, or the other way round: before anything is done.

    Gives what starts it again should it have died; a server of somebody else's is theirs to start. `away` allows that
    it does not answer yet; `there` makes none where none lies, for whoever looks into one: a folder that is misspelt
    has none.
    """
    if data:
        use(data)
    if url := settings().database_url:
        look(url, away)
        yield lambda: None
        return
    from marketplace.base.postgres.embedded import EmbeddedPostgres

    postgres = EmbeddedPostgres(settings().data_dir)
    if there and not postgres.made:
        raise click.ClickException(
            f"{settings().data_dir} holds no instance: name its folder with --data or TREFFPUNKT_DATA_DIR."
        )
    with postgres as url:
        if postgres.elsewhere:
            click.echo(
                f"{postgres.cluster} is a link: the database itself lies in {postgres.elsewhere}. Save and delete it "
                "by our commands (backup, run --fresh), not with the folder.", err=True,
            )  # fmt: skip
        os.environ["TREFFPUNKT_DATABASE_URL"] = url
        settings.cache_clear()
        try:
            look(url, away, pooled=False)
            yield postgres.start
        finally:
            del os.environ["TREFFPUNKT_DATABASE_URL"]
            settings.cache_clear()
