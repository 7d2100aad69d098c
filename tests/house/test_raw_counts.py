"""What pages, goals and reports say of people are sums of stored cells: nobody there reads who came or who booked."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from marketplace.statistics.role import RAW
from tests.house.code import nodes, parsed
from tests.house.test_queries import asked
from tests.house.town import Town, routes
from tests.visitor import Visitor

__all__ = ["asked"]

HOUSE = Path(__file__).parents[2]
ROOMS = ("marketplace/statistics", "marketplace/goals", "marketplace/reports", "marketplace/today")
"""The rooms that show figures, or make something of them."""
READS = re.compile(rf"\b(FROM|JOIN|UPDATE|INTO|USING|TABLE)\s+({'|'.join(RAW)})\b", re.IGNORECASE)
MODELS = {"Attendance", "Register", "HeadCount", "Booking", "EndedRegister", "Usefulness", "Companion", "SentWord",
          "BookingAnswer", "PhoneCall", "SeatPool", "AuditEntry"}  # fmt: skip
COUNTING = "marketplace.statistics.counting"
RAW_ROOMS = re.compile(
    r"^offers\.((attendance|bookings|messages|participants|seats|sessions)\.(\w+\.)*\w*"
    r"(queries|models|actions|claims|moves|mine|known)|work\.(\w+\.)*\w*queries|catalogue\.recorded)$"
)

ALLOWED = {
    "marketplace/statistics/counting.py": "the one place that counts",
    "marketplace/statistics/own/queries.py": "an organisation's own registers, for its own editors",
    "marketplace/statistics/coverage/queries.py": "how many offers have room, and never how many seats",
    "marketplace/today/queries.py": "how many organisations come to a meeting; nobody is counted",
}
"""Files that may read them, and why."""
MAY_COUNT = {"marketplace/statistics/closing.py", "marketplace/statistics/own/queries.py"}
"""Who may ask counting.py: the closing, and an organisation's own page, of its own registers."""


def objections(text: str) -> Iterator[str]:
    """What of a file reads who came or who booked."""
    tree = parsed(text)
    may_read = READS.search(text)  # else no part of it does, and to cut parts out takes long
    for node in nodes(tree, ast.Constant, ast.JoinedStr) if may_read else ():
        if found := READS.search(ast.get_source_segment(text, node) or ""):
            yield found.group()
    for node in nodes(tree, ast.ImportFrom):
        names = {each.name for each in node.names}
        if names & MODELS:
            yield f"imports {sorted(names & MODELS)}"
        elif node.module and RAW_ROOMS.match(node.module):
            yield f"imports {node.module}"
    for node in nodes(tree, ast.Import):
        yield from (f"imports {each.name}" for each in node.names if RAW_ROOMS.match(each.name))


def counts(text: str) -> bool:
    """Does a file ask counting.py?"""
    room, _, name = COUNTING.rpartition(".")
    return name in text and any(
        (
            isinstance(node, ast.ImportFrom)
            and (
                node.module == COUNTING
                or (node.module == room and name in {each.name for each in node.names})
            )
        )
        or (isinstance(node, ast.Import) and any(each.name == COUNTING for each in node.names))
        for node in nodes(parsed(text), ast.ImportFrom, ast.Import)
    )


def files(*rooms: str) -> list[str]:
    return sorted(str(path.relative_to(HOUSE)) for room in rooms for path in (HOUSE / room).rglob("*.py"))


def test_figures_are_read_from_what_is_stored() -> None:
    found = {
        file: objected for file in files(*ROOMS)
        if file not in ALLOWED and (objected := [*objections((HOUSE / file).read_text())])
    }  # fmt: skip
    assert found == {}


def test_only_the_closing_and_an_organisations_own_page_count() -> None:
    all_there_are = files("marketplace", "offers", "organizations")
    assert {file for file in all_there_are if counts((HOUSE / file).read_text())} <= MAY_COUNT


PAGES = (
    "/today",
    "/plans",
    "/goals",
    "/measures",
    "/population",
    "/statistics",
    "/coverage",
    "/districts",
    "/reports",
)
AT_MEETINGS = {"attendance", "booking", "register"}
SENT = {
    "/today": {"booking", "register"},
    "/statistics/coverage": {"seat_pool"},
    "/statistics/coverage.csv": {"seat_pool"},
    "/statistics/coverage.xlsx": {"seat_pool"},
    "/reports/{slug}": AT_MEETINGS,
    "/reports/{slug}/words/{section}": AT_MEETINGS,
    "/reports/{slug}/discard": AT_MEETINGS,
    "/reports/{slug}/versions/{number}": AT_MEETINGS,
    "/reports/{slug}/versions/{number}/report.pdf": AT_MEETINGS,
    "/reports/{slug}/versions/{number}/report.xlsx": AT_MEETINGS,
    "/reports/{slug}/versions/{number}/report.csv": AT_MEETINGS,
}
"""What pages of figures may ask of who came and who booked, by whatever room they ask: today which registers are not
saved and who answers late, the map which offers have room, and a report which organisations were at the meetings of
Frivillighetsdialogen. Nobody is counted there."""


@pytest.mark.parametrize(
    "route", [route for route in routes("GET") if route.path.startswith(PAGES)], ids=lambda route: route.path
)
async def test_what_a_page_of_figures_sends_reads_nobody(
    route: Route, town: Town, caller: Visitor, asked: list[str]
) -> None:
    await caller.sign_in(town.people["coordinator"])
    asked.clear()
    page = await caller.open(town.path(route, **town.named.get(route.path, {})) + "?as=xlsx")
    assert page.status == 200
    found = {match[1].lower() for statement in asked for match in READS.findall(statement)}
    assert found == SENT.get(route.path, set())


def test_every_exception_is_needed() -> None:
    assert [file for file in ALLOWED if not list(objections((HOUSE / file).read_text()))] == []


@pytest.mark.parametrize(
    "text",
    [
        'await rows("SELECT count(*) FROM attendance a")',
        'await rows(f"""SELECT 1 FROM session s\nJOIN  register r ON r.session_id = s.id AND {more}""")',
        'await rows("WITH x AS (select * from booking) SELECT 1")',
        "from offers.attendance.models import Attendance",
        "from offers.bookings.queries import summary",
        "from offers.seats.models import SOMETHING",
        "from offers.participants.calls.queries import waiting",
        "import offers.attendance.queries",
        "from offers.catalogue.recorded import MARKS",
    ],
)
def test_a_file_that_reads_raw_rows_is_seen(text: str) -> None:
    assert list(objections(text))


@pytest.mark.parametrize(
    "text",
    ["from marketplace.statistics import counting", "from marketplace.statistics.counting import COUNT",
     "import marketplace.statistics.counting"],
)  # fmt: skip
def test_a_file_that_counts_is_seen(text: str) -> None:
    assert counts(text)
