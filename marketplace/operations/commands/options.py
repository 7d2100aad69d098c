"""Options that several commands take."""

from pathlib import Path
from typing import Any

import click

from marketplace.base.text import clean

DATA = click.option("--data", type=click.Path(path_type=Path), help="Folder for everything that is kept.")
HOST = click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on, when the proxy is elsewhere.",
)


def cleaned(_context: Any, _option: Any, text: str | None) -> str | None:
    """Words come in one form by this door too (base/text.py)."""
    return clean(text).strip() if text else text
