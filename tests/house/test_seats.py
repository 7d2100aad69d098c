"""A seat is sold in one place: only offers/seats writes what seats are, and it knows no form, page or question."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.code import nodes, parsed

HOUSE = Path(__file__).parents[2]
ROOMS = ("marketplace", "offers", "organizations")
LAW = "offers/seats/"
OF_A_BOOKING = ("state", "seats", "queue_no", "held_until", "waited_at", "placed_at", "seated_at",
                "given_back_in_time", "asked", "ended_by", "pool_id")  # fmt: skip
WHOLE = re.compile(
    r"\bUPDATE\s+(ONLY\s+)?seat_pool\b|\b(INSERT\s+INTO|DELETE\s+FROM)\s+(booking|seat_pool)\b", re.IGNORECASE
)
"""Pools are written here alone, and bookings are made here alone."""
CHANGE = re.compile(
    r"\bUPDATE\s+booking\b(?:\s+(?:AS\s+)?(?!SET\b)\w+)?\s+SET\s+(.*)", re.IGNORECASE | re.DOTALL
)
SETS = re.compile(rf"(?:^|,|\()\s*(?:{'|'.join(OF_A_BOOKING)})\s*(?:,[\w\s,]*\)\s*)?=", re.IGNORECASE)
ORM = re.compile(
    r"\b(SeatPool|Booking)\b[\w.()=,\s]*\.(create|bulk_create|update|delete|save|get_or_create)\("
)

OBJECTS = {"Booking", "SeatPool"}
"""Who has one of these needs no SQL to write it: nobody else has them."""
MADE_UP = {"marketplace/demo/samples.py": "made-up facts for mails, never saved"}
EXCEPTIONS = {
    "marketplace/demo/large.py": "fills a database of thousands for measuring; it checks itself against the law",
}
FOREIGN = re.compile(r"marketplace\.base\.web\.(?!limits\b)|\.(forms|views)\b|questions")
"""What the law must not know. It counts who books (limits) in the one statement that makes a booking."""


def texts(tree: ast.Module) -> Iterator[str]:
    """The strings of a file, f-strings whole, with ? for what is put in."""
    for node in nodes(tree, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in node.values)
    for node in nodes(tree, ast.Constant):
        if isinstance(node.value, str):
            yield node.value


def writes(source: str) -> bool:
    """Does this file write seats?"""
    for text in texts(parsed(source)):
        if WHOLE.search(text):
            return True
        for change in CHANGE.finditer(text):
            if SETS.search(re.split(r"\b(?:WHERE|FROM|RETURNING)\b", change[1], maxsplit=1)[0]):
                return True
    return bool(ORM.search(source))


def files() -> list[Path]:
    return [path for room in ROOMS for path in (HOUSE / room).rglob("*.py") if "migrations" not in path.parts]


def test_only_seats_writes_seats() -> None:
    found = {str(path.relative_to(HOUSE)) for path in files() if writes(path.read_text())}
    elsewhere = {path for path in found if not path.startswith(LAW)}
    assert len(found) - len(elsewhere) >= 4, "the law itself writes"
    assert elsewhere - EXCEPTIONS.keys() == set(), "these write seats: offers/seats does that"
    assert EXCEPTIONS.keys() - elsewhere == set(), "these write no more"


def holds(source: str) -> bool:
    """Does this file take the objects that seats are?"""
    return any(
        isinstance(node, ast.ImportFrom) and OBJECTS & {one.name for one in node.names}
        for node in ast.walk(parsed(source))
    )


def test_only_seats_has_the_objects_of_seats() -> None:
    found = {str(path.relative_to(HOUSE)) for path in files() if holds(path.read_text())}
    assert {path for path in found if not path.startswith(LAW)} == {*MADE_UP}
    assert holds("from offers.seats.models import ACTIVE, Booking")


def test_seats_know_no_form_page_or_question() -> None:
    known = {
        f"{path.name}: {name}"
        for path in (HOUSE / LAW).glob("*.py")
        for node in nodes(parsed(path.read_text()), ast.ImportFrom, ast.Import)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom)
            else [one.name for one in node.names]
        )
        if FOREIGN.search(name)
    }  # fmt: skip
    assert known == set()


@pytest.mark.parametrize(("code", "found"), [
    ('rows("UPDATE booking SET reply = $2, state = $3 WHERE id = $1")', True),
    ('rows("UPDATE booking b SET queue_no = n.number FROM n WHERE b.id = n.id")', True),
    ('rows("WITH a AS (UPDATE seat_pool SET taken = 1) SELECT 1")', True),
    ('rows(f"UPDATE seat_pool p SET closes_at = {moment}")', True),
    ('rows(f"INSERT INTO booking (id) VALUES ({one})")', True),
    ('rows("DELETE FROM seat_pool WHERE id = $1")', True),
    ('Booking.filter(id=one).update(state="confirmed")', True),
    ("SeatPool.create(offer=offer)", True),
    ("rows(\"UPDATE booking SET reply = $2 WHERE state = 'confirmed'\")", False),
    ('rows("UPDATE booking SET contact_id = $2 WHERE id = $1")', False),
    ('rows("INSERT INTO booking_answer (id) VALUES ($1)")', False),
    ('rows("SELECT state FROM booking WHERE id = $1")', False),
])  # fmt: skip
def test_what_writes_seats_is_found(code: str, found: bool) -> None:
    assert writes(code) is found
