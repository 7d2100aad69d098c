"""Variables of the environment that hold settings: their names, and lists that stand in one."""

import json
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

PREFIX = "TREFFPUNKT_"


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def split(text: Any) -> Any:
    """a, b as a list."""
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


def split_keys(text: Any) -> Any:
    """Keys with commas between; as a JSON list where one has a comma in it."""
    if isinstance(text, str) and text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            raise ValueError('write a list as ["…", "…"]') from None
    return split(text)


Names = Annotated[list[str], NoDecode, BeforeValidator(split)]
"""A list that stands in one variable with commas between."""
