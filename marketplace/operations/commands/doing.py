"""What a command of an operator does around its acts: the database of the instance, and words for what is refused."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from marketplace.operations.opened import database

Answer = TypeVar("Answer")
Act = Callable[[datetime], Awaitable[Answer]]


@contextmanager
def doing(data: Path | None) -> Iterator[Callable[[Act[Any]], Any]]:
    """Gives what does an act now, within the database of the instance: several of them, with questions between. What an
    act refuses is said in a sentence, and nothing is done then."""
    from marketplace import every_mail  # noqa: F401 - what an act tells people of is written by one of them
    from marketplace.base import clock
    from marketplace.base.data.database import connected
    from marketplace.base.errors import Problem

    async def within(act: Act[Any]) -> Any:
        async with connected():
            return await act(clock.now())

    def do(act: Act[Any]) -> Any:
        try:
            return asyncio.run(within(act))
        except Problem as problem:
            raise click.ClickException(problem.message or type(problem).__name__) from problem

    with database(data, there=True):
        yield do


def done(data: Path | None, act: Act[Answer]) -> Answer:
    """What comes of one act."""
    with doing(data) as do:
        answer: Answer = do(act)
        return answer
