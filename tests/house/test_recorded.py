"""A register counts when it is closed, and that stands once: offers/catalogue/recorded.py. Whoever reads who came reads
it there; what reads the tables themselves is named here, with why."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.house.code import nodes, parsed
from tests.house.test_whose import named

HOUSE = Path(__file__).parents[2]
ROOMS = ("marketplace", "offers", "organizations")
READS = re.compile(r"\b(FROM|JOIN|UPDATE|INTO|USING|TABLE)\s+(attendance|register|head_count)\b")
MODELS = {"Attendance", "Register", "HeadCount"}

KEEPS = ("offers/attendance/", "marketplace/demo/")
"""The room that keeps registers, open ones too; and what makes up a town to look at."""
EXCEPTIONS = {
    "offers/catalogue/recorded.py:REGISTERS": "the law",
    "offers/catalogue/recorded.py:MARKS": "the law",
    "offers/catalogue/recorded.py:HEADS": "the law",
    "offers/catalogue/recorded.py:begun": "the law: what is open",
    "offers/seats/moves.py:UNMARK": "who leaves before it begins is unmarked; nobody is counted",
    "offers/bookings/companions/actions.py:leave": "no more came than are booked; nobody is counted",
    "marketplace/operations/check/invariants.py:ATTENDANCE": "the laws of open registers and closed ones",
    "marketplace/operations/restore/differing.py:BOOKINGS": "two databases are compared; nobody is counted",
    "marketplace/operations/restore/differing.py:BEFORE": "the same, before the restore",
    "marketplace/privacy/download/queries.py:SECTIONS": "all that is kept of a person, counted or not",
}
"""Where the tables are read, or written, and why nothing is counted by it."""


def reading(text: str) -> set[str]:
    """The functions and constants of a file that read registers themselves."""
    found = set[str]()
    if not (READS.search(text) or "offers.attendance.models" in text):
        return found
    tree = parsed(text)
    models = {
        each.name
        for node in nodes(tree, ast.ImportFrom)
        if node.module == "offers.attendance.models"
        for each in node.names
    } & MODELS
    docstrings = {
        id(node.body[0].value)
        for node in nodes(tree, ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    }
    lines = text.splitlines()
    for name, top in named(tree):
        for each in ast.walk(top):
            if isinstance(each, ast.Constant | ast.JoinedStr) and id(each) not in docstrings:
                around = "\n".join(lines[each.lineno - 1 : each.end_lineno])
                if READS.search(around) and READS.search(ast.get_source_segment(text, each) or ""):
                    found.add(name)
            elif isinstance(each, ast.Name) and each.id in models:
                found.add(name)
    return found


@cache
def found_in_house() -> set[str]:
    return {
        f"{path.relative_to(HOUSE)}:{name}"
        for room in ROOMS
        for path in (HOUSE / room).rglob("*.py")
        if "migrations" not in path.parts and not str(path.relative_to(HOUSE)).startswith(KEEPS)
        for name in reading(path.read_text())
    }


def test_whoever_asks_who_came_asks_as_far_as_it_counts() -> None:
    assert found_in_house() - {*EXCEPTIONS} == set()


def test_every_exception_is_needed() -> None:
    assert {*EXCEPTIONS} - found_in_house() == set()


@pytest.mark.parametrize("text", [
    'HELD = "EXISTS (SELECT FROM register r WHERE r.session_id = s.id)"',
    'X = f"""SELECT 1 FROM session s\nJOIN  attendance a ON a.session_id = s.id AND {more}"""',
    'async def count() -> None:\n    await rows("SELECT sum(count) FROM head_count")',
    "from offers.attendance.models import Attendance\nasync def x() -> int:\n    return await Attendance.all().count()",
])  # fmt: skip
def test_a_reader_of_open_registers_is_seen(text: str) -> None:
    assert reading(text)


@pytest.mark.parametrize("text", [
    'X = f"SELECT 1 FROM {MARKS} a"', 'X = "SELECT 1 FROM ended_register"', 'X = "SELECT FROM register_reminder"',
    'def x() -> None:\n    """Reads it from register r."""',
])  # fmt: skip
def test_who_asks_the_law_is_not(text: str) -> None:
    assert not reading(text)
