"""Every query that asks "is this participant booked" asks as far as somebody may know: offers/seats/known.py."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.code import nodes, parsed

HOUSE = Path(__file__).parents[2]
ROOMS = ("marketplace", "offers", "organizations")
ASKS = re.compile(
    r"participant_id\s*(=|<>|!=|IN\b|IS\b|BETWEEN\b)"  # b.participant_id = $1
    r"|(=|<>|\bIN)\s*\(?\s*(\w+\.)?participant_id"  # $1 = b.participant_id
    r"|USING\s*\([^)]*participant_id",
    re.IGNORECASE,
)
NAMES = re.compile(r"JOIN\s+person\s+\w+\s+ON\s+\w+\.id\s*=\s*\w+\.participant_id", re.IGNORECASE)
"""What the participant of a booking that was found is called: asks nothing."""
LAW = re.compile(r"\{(known|in_the_way)\(")
ORM = re.compile(r"^participant(_id)?(__\w+)?$")
ORM_READS = {"filter", "get", "get_or_none", "exclude", "exists", "first", "all"}

EXCEPTIONS = {
    "offers/seats/known.py:known": "the law",
    "offers/bookings/calendar.py:GOT": "what a former helper made themselves, and has in their own calendar",
    "offers/bookings/mine.py:MINE": "the person's own, who is signed in",
    "offers/bookings/certificates/queries.py:with_certificate": "of bookings that were found: is the reader who came?",
    "offers/bookings/mine.py:CALLED": "among MINE: by their own name, or by the one that the reader gave?",
    "offers/bookings/queries.py:NAMED": "of a booking that was found: does its address belong to who comes?",
    "offers/bookings/queries.py:BOOKING": "whose the address of a booking is, whose link is held",
    "offers/bookings/warnings.py:overlapping": "among MINE: does the person come themselves?",
    "offers/participants/queries.py:PARTY": "of those on a host's list: have they booked themselves?",
    "marketplace/people/acting/queries.py:HELPS": "of a booking that was found: was it made by a guide for them?",
    "marketplace/my_page/queries.py:PAST": "among MINE: the person's own stays when names are forgotten",
    "marketplace/my_page/acting/actions.py:accept": "who is asked answers; a stand-in not yet booked for has none",
    "marketplace/my_page/acting/actions.py:hand_over": "those that the actor made become the person's",
    "marketplace/operations/restore/again.py:KNOWN": "who was erased at their wish; counted, and shown to nobody",
    "marketplace/operations/restore/before.py:read": "two databases are compared, for a list of the operator's",
    "marketplace/privacy/erasure/queries.py:coming": "what is cancelled at the wish of whose it is",
    "marketplace/privacy/erasure/queries.py:ABOUT_THEM": "what is forgotten at a wish; nobody reads it",
    "marketplace/privacy/erasure/queries.py:BOOKED_FOR": "whose calendar is emptied; nobody reads it",
    "marketplace/privacy/erasure/queries.py:came_after": "of whom is forgotten once more; nobody reads it",
    "marketplace/privacy/erasure/actions.py:_delete": "what is forgotten at a wish; nobody reads it",
    "marketplace/privacy/download/queries.py:SECTIONS": "among MINE: is it for the person, or made by them?",
    "marketplace/privacy/kept/rules.py:person_done": "when a name is forgotten: not while somebody acts for them",
    "marketplace/privacy/kept/people.py:PEOPLE": "when what a guide was told is forgotten; nobody reads it",
}
"""Where a participant is asked for without the law, and why nobody learns of a booking by it."""


def asking(text: str) -> set[str]:
    """Names of the functions and constants of a file that ask for a participant, and not as far as one may know."""
    found = set[str]()
    if "participant" not in text.lower():
        return found
    tree, lines = parsed(text), text.splitlines()
    docstrings = {
        id(node.body[0].value)
        for node in nodes(tree, ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        if node.body and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
    }
    for name, top in named(tree):
        for each in ast.walk(top):
            if id(each) in docstrings:
                continue
            if isinstance(each, ast.JoinedStr | ast.Constant) and any(
                "participant_id" in line.lower() for line in lines[each.lineno - 1 : each.end_lineno]
            ):
                source = ast.get_source_segment(text, each) or ""
                if ASKS.search(NAMES.sub("", source)) and not LAW.search(source):
                    found.add(name)
            asked = (
                each.keywords if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) else []
            )
            if any(one.arg and ORM.match(one.arg) for one in asked) and each.func.attr in ORM_READS:  # type: ignore[attr-defined]
                found.add(name)
    return found


def named(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """The functions and constants of a file."""
    for node in nodes(tree, ast.FunctionDef, ast.AsyncFunctionDef):
        yield node.name, node
    for each in tree.body:
        if isinstance(each, ast.Assign | ast.AnnAssign):
            yield ast.unparse(each.targets[0] if isinstance(each, ast.Assign) else each.target), each


def test_whoever_asks_whether_somebody_is_booked_asks_as_far_as_they_may_know() -> None:
    files = [
        path for room in ROOMS for path in (HOUSE / room).rglob("*.py") if "migrations" not in path.parts
    ]
    found = {f"{path.relative_to(HOUSE)}:{name}" for path in files for name in asking(path.read_text())}
    assert len(files) > 100
    assert found - EXCEPTIONS.keys() == set(), "these ask for a participant: take offers/seats/known.py"
    assert EXCEPTIONS.keys() - found == set(), "these ask no more"


@pytest.mark.parametrize(("code", "asks"), [
    ('rows("SELECT 1 FROM booking b WHERE b.participant_id = $1")', True),
    ('rows("SELECT 1 FROM booking WHERE $2 = participant_id")', True),
    ('rows(f"SELECT 1 FROM booking b JOIN person n ON n.id = b.participant_id WHERE participant_id IN ({x})")', True),
    ("Booking.filter(participant_id=person)", True),
    ("Booking.exists(participant__name=person)", True),
    ('rows(f"SELECT 1 FROM booking b WHERE b.participant_id = $1 AND {known(\'$2\')}")', False),
    ('rows("SELECT n.name FROM booking b JOIN person n ON n.id = b.participant_id")', False),
    ('"""Is participant_id = $1?"""', False),
])  # fmt: skip
def test_a_query_without_the_law_is_found(code: str, asks: bool) -> None:
    assert asking(f"async def ask():\n    {code}\n    return 1") == ({"ask"} if asks else set())
