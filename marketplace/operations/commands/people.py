"""people end-sign-ins, erase, export, reset-second-factor: for whoever writes or rings in place of doing it themselves.

Each is what Min side does, and written down as done by the operator. Make sure that it is they who ask: an address that
somebody says in a telephone proves nothing.
"""

import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import click

from marketplace.operations.commands.doing import doing, done
from marketplace.operations.commands.options import DATA, YES, Somewhere

Asking = Callable[[UUID, datetime], Awaitable[Any]]


@click.group()
def people() -> None:
    """What somebody cannot do for themselves. Make sure that it is they who ask: ring them."""


@contextmanager
def meant(data: Path | None, address: str) -> Iterator[Callable[[Asking], Any]]:
    """Gives what does an act for whoever has proven this address; refused at once where nobody has."""
    from marketplace.operations.whom import whose

    async def looked(_now: datetime) -> UUID:
        return await whose(address)

    with doing(data) as do:
        person: UUID = do(looked)
        yield lambda act: do(lambda now: act(person, now))


@people.command("end-sign-ins")
@click.argument("address")
@YES
@DATA
def end_sign_ins(address: str, yes: bool, data: Path | None) -> None:
    """Sign somebody out everywhere: a telephone was lost, or somebody else has read their mail."""
    from marketplace.people.sign_in.actions import end_all

    async def ended(person: UUID, now: datetime) -> int:
        return await end_all(person, by_operator=True, now=now)

    with meant(data, address) as do:
        if not yes:
            click.confirm(f"Sign {address} out everywhere?", abort=True)
        count = do(ended)
    click.echo(
        f"{address} was signed in {count} times, and is nowhere now."
        if count
        else f"{address} was not signed in."
    )


@people.command()
@click.argument("address")
@YES
@DATA
def erase(address: str, yes: bool, data: Path | None) -> None:
    """Delete all that tells who somebody is, as they can do on Min side. It cannot be undone."""
    from marketplace.base.errors import Refused
    from marketplace.privacy.erasure import actions, queries

    async def looked(person: UUID, now: datetime) -> tuple[int, list[str]]:
        if alone := await queries.managed_alone(person, queries.LET_IN):
            raise Refused(
                f"{address} is the only one who manages {', '.join(alone)}. Make somebody else a manager first."
            )
        applied = await queries.managed_alone(person, queries.NOT_LET_IN)
        return len(await queries.coming(person, now)), applied

    async def erased(person: UUID, now: datetime) -> None:
        await actions.erase(person, now=now, by_operator=True)

    with meant(data, address) as do:
        bookings, applied = do(looked)
        if not yes:
            said = [f"Erase all of {address}?"]
            said += [f"{bookings} bookings to come are cancelled."] if bookings else []
            said += [f"The application of {', '.join(applied)} goes with it."] if applied else []
            click.confirm(" ".join([*said, "It cannot be undone."]), abort=True)
        do(erased)
    click.echo(f"All of {address} is erased. Backups still hold it, until they are deleted.")


@people.command()
@click.argument("address")
@click.argument("file", type=Somewhere(path_type=Path))
@YES
@DATA
def export(address: str, file: Path, yes: bool, data: Path | None) -> None:
    """Write all that is kept about somebody into a new file that only you can read, as JSON. Min side shows them that
    it was taken."""
    from marketplace.operations.whom import lang_of
    from marketplace.privacy.download.actions import document, take

    async def taken(person: UUID, now: datetime) -> object:
        return document(await take(person, await lang_of(person), now=now, by_operator=True), now)

    with meant(data, address) as do:
        if not yes:
            click.confirm(f"Write all that is kept about {address} into {file}?", abort=True)
        with new_file(file) as written:
            json.dump(do(taken), written, ensure_ascii=False, indent=1, default=str)
            written.write("\n")
    click.echo(
        f"Written to {file}, for you alone. Give it to {address} by a way that is safe, and delete it then."
    )


@contextmanager
def new_file(file: Path) -> Iterator[TextIO]:
    """A file that was not there, for its owner alone. It is gone again when what should stand in it did not."""
    try:
        opened = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    except FileExistsError as there:
        raise click.ClickException(f"{file} is there already: choose a new name.") from there
    except OSError as problem:
        raise click.ClickException(f"{file} cannot be written: {problem.strerror}.") from problem
    try:
        with os.fdopen(opened, "w", encoding="utf-8") as written:
            yield written
    except BaseException:
        file.unlink(missing_ok=True)
        raise


@click.command("reset-second-factor")
@click.argument("address")
@DATA
def reset_second_factor(address: str, data: Path | None) -> None:
    """Take the second factor from somebody who has lost it. Make sure that it is they who ask: ring them."""
    from marketplace.people.second_factor.actions import reset

    async def taken(now: datetime) -> bool:
        return await reset(address, now=now)

    if not done(data, taken):
        raise click.ClickException("Nobody has proven that address.")


people.add_command(reset_second_factor)
