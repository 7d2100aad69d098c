"""outbox list, failed, retry; and release, drop of what a restore has held."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from marketplace.base.models import WRITTEN
from marketplace.base.post.again import Asked, CarrierAway, Found, masked
from marketplace.operations.commands.doing import done
from marketplace.operations.commands.options import DATA


@click.group()
def outbox() -> None:
    """What is to be sent, what was given up, and to try it anew. Addresses are masked."""


def filters(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which messages are meant."""
    for option in (
        click.option("--problem", help="Only what failed so, e.g. 550 or connection."),
        click.option("--mail", help="Only this message, e.g. receipt."),
        click.option(
            "--channel",
            type=click.Choice(sorted(each.value for each in WRITTEN)),
            help="Only what goes by this carrier.",
        ),
        DATA,
    ):
        command = option(command)
    return command


def most(command: Callable[..., None]) -> Callable[..., None]:
    return click.option(
        "--most", default=50, show_default=True, type=click.IntRange(0), help="Show at most so many, one a line."
    )(command)  # fmt: skip


@outbox.command("list")
@most
@filters
def list_waiting(most: int, data: Path | None, **asked: Any) -> None:
    """What is to be sent, the oldest first, and which carriers do not answer."""
    from marketplace.base.post import again

    async def looked(now: datetime) -> tuple[list[Found], list[CarrierAway], datetime]:
        return await again.waiting(Asked(**asked), now), await again.carriers_away(), now

    found, away, now = done(data, looked)
    for carrier in away:
        click.echo(
            f"{carrier.channel}: does not work since {moment(carrier.since)} ({carrier.problem}), "
            f"{carrier.failures} times in a row; tried again at {moment(carrier.again_at)}"
        )
    shown(found, most, now)
    click.echo(f"{number(len(found), 'message')} to be sent{tallied(str(one.state(now)) for one in found)}")


@outbox.command("failed")
@most
@filters
def list_failed(most: int, data: Path | None, **asked: Any) -> None:
    """What was given up in the last 30 days: nobody got it. `outbox retry` tries it anew."""
    from marketplace.base.post import again

    async def looked(now: datetime) -> tuple[list[Found], datetime]:
        return await again.failed(Asked(**asked), now), now

    found, now = done(data, looked)
    shown(found, most, now)
    click.echo(f"{number(len(found), 'message')} given up{tallied(one.problem or '?' for one in found)}")
    told_lost(found)


@outbox.command()
@click.argument("ids", nargs=-1, type=click.UUID, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All that was given up or waits for its next try.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@filters
def retry(ids: tuple[UUID, ...], everything: bool, yes: bool, data: Path | None, **asked: Any) -> None:
    """Try anew what was given up, and at once what waits for its next try: these IDs, what the options say, or --all.

    A message that nobody has a right to any more, or that has nothing to say, is not sent; nor is what somebody has
    rung about instead. Whoever is to be rung and has not been yet need not be: the message goes.
    """
    from marketplace.base.data.database import in_transaction
    from marketplace.base.post import again
    from offers.messages import actions as messages

    if not (ids or everything or any(asked.values())):
        raise click.UsageError("Say which: an ID, --channel, --mail, --problem, or --all.")
    meant = Asked(ids=ids or None, **asked)

    async def looked(now: datetime) -> tuple[list[Found], list[Found], set[UUID]]:
        waiting = [one for one in await again.waiting(meant, now) if one.state(now) is again.State.WAITS]
        failed = await again.failed(meant, now)
        return failed, waiting, await messages.rung_about([one.id for one in failed])

    given_up, waiting, rung = done(data, looked)
    told_lost([*given_up, *waiting])
    if rung:
        click.echo(f"{number(len(rung), 'message')} not tried anew: somebody has rung instead")
    anew = [one for one in given_up if not one.lost and one.id not in rung]
    at_once = [one for one in waiting if not one.lost]
    if not (anew or at_once):
        click.echo("There is nothing to try anew.")
        return
    said = [f"{number(len(anew), 'message')} given up"] * bool(anew)
    said += [f"{number(len(at_once), 'message')} waiting for the next try"] * bool(at_once)
    if not yes:
        click.confirm(f"Due at once: {' and '.join(said)}. Go on?", abort=True)

    async def tried(now: datetime) -> int:
        async with in_transaction():
            rung = await messages.rung_about([one.id for one in anew])
            left = [one for one in anew if one.id not in rung]
            await messages.goes_after_all([one.id for one in left])
            return await again.retry([*left, *at_once], now)

    due = done(data, tried)
    click.echo(
        f"{number(due, 'message')} due now; a worker sends them. `outbox list` shows what has not gone out."
    )


HELD = click.option("--mail", help="Only this message, e.g. reminder.")


@outbox.command()
@HELD
@DATA
def release(mail: str | None, data: Path | None) -> None:
    """Let what a restore has held go out. Each message is written of what is true now."""
    from marketplace.base.post import held

    due = done(data, lambda now: held.release(now, mail))
    click.echo(f"{number(due, 'message')} due now; a worker sends them.")


@outbox.command()
@HELD
@click.option("--yes", is_flag=True, help="Do not ask.")
@DATA
def drop(mail: str | None, yes: bool, data: Path | None) -> None:
    """Let what a restore has held never go out."""
    from marketplace.base.post import held

    if not yes:
        click.confirm("Nobody will get them. Go on?", abort=True)
    gone = done(data, lambda now: held.drop(now, mail))
    click.echo(f"{number(gone, 'message')} dropped.")


def shown(found: Sequence[Found], most: int, now: datetime) -> None:
    for one in found[:most]:
        when = one.failed_at or one.due_at
        click.echo(
            f"{one.id}  {one.channel:5}  {one.mail:22}  {masked(one.address):18}  {one.attempts:2} tries  "
            f"{one.state(now)} {moment(when)}{f': {one.problem}' if one.problem else ''}"
        )
    if len(found) > most:
        click.echo(f"… and {len(found) - most} more (--most)")


def told_lost(found: Sequence[Found]) -> None:
    """Say what can never be sent, and why."""
    for why, count in Counter(one.lost for one in found if one.lost).items():
        click.echo(f"{number(count, 'message')} cannot be tried anew: {why}")


def tallied(words: Any) -> str:
    counted = Counter(words).most_common()
    return ": " + ", ".join(f"{count} {word}" for word, count in counted) if counted else ""


def number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
