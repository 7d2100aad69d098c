"""The program's own code as trees, for tests that look into it: each file is parsed once a process, when the first of
them asks. They read the trees and change nothing in them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("marketplace", "offers", "organizations")


def files() -> list[Path]:
    """Every file of the program."""
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@cache
def parsed(text: str) -> ast.Module:
    """What is written so."""
    return ast.parse(text)


@cache
def trees() -> dict[Path, ast.Module]:
    """Of every file of the program, by where it stands."""
    return {path: parsed(path.read_text()) for path in files()}
