"""Options that several commands take."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from marketplace.base.text import clean
from marketplace.operations.moments import moment


class Somewhere(click.Path):
    """A path. An empty one, as a variable that is not set leaves it, would be the folder that we stand in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Raises what click prints as a usage error."""
        if value == "":
            self.fail("names nothing: leave the option out, or write . for this folder", param, ctx)
        return super().convert(value, param, ctx)


DATA = click.option("--data", type=Somewhere(path_type=Path), help="Folder for everything that is kept.")
YES = click.option("--yes", is_flag=True, help="Do not ask first.")
HOST = click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on, when the proxy is elsewhere.",
)
UNIX_SOCKET = click.option(
    "--unix-socket",
    type=Somewhere(path_type=Path, dir_okay=False),
    help="Listen on this unix socket, not on a port: for a proxy on this machine.",
)


class Moment(click.ParamType[datetime]):
    """A time of the clock: in Oslo, unless it says otherwise."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Raises what click prints as a usage error."""
        if isinstance(value, datetime):
            return value
        try:
            return moment(value)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


class Octal(click.ParamType[int]):
    """A file's mode, as chmod takes it: 660."""

    name = "mode"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Raises what click prints as a usage error."""
        if isinstance(value, int):
            return value
        if not re.fullmatch("0?[0-7]{3}", value):
            self.fail(f"{value!r} is no mode: write three digits, as 660", param, ctx)
        return int(value, 8)


def cleaned(_context: Any, _option: Any, text: str | None) -> str | None:
    """Words come in one form by this door too (base/text.py)."""
    return clean(text).strip() if text else text
