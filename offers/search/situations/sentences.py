"""The situations that every instance begins with (sentences.toml)."""

import tomllib
from pathlib import Path
from typing import NamedTuple


class Sentence(NamedTuple):
    """One of them, and what it leads to."""

    text: str
    nynorsk: str
    english: str
    also: list[str]
    words: str = ""
    kinds: list[str] = []
    audiences: list[str] = []
    evening: bool = False
    drop_in: bool = False


def sentences() -> list[Sentence]:
    """All of them, in the file's order."""
    found = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))
    return [Sentence(**one) for one in found["sentence"]]
