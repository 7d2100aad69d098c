"""The program's own code as trees, for tests that look into it: each file is parsed once a process, when the first of
them asks, and walked once. They read the trees and change nothing in them. The files of tests that ask here stay with
one worker (tests/conftest.py)."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parents[2]
ROOMS = ("marketplace", "offers", "organizations")
Node = TypeVar("Node", bound=ast.AST)


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


def nodes(tree: ast.AST, *kinds: type[Node]) -> Iterator[Node]:
    """All of these kinds in a tree. To walk all trees of the house takes a second each time."""
    for kind in kinds:
        yield from _by_kind(tree).get(kind, ())  # type: ignore[misc]


@cache
def _by_kind(tree: ast.AST) -> dict[type[ast.AST], list[ast.AST]]:
    found: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
    for node in ast.walk(tree):
        found[type(node)].append(node)
    return dict(found)
