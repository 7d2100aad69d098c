"""A room is one subject and holds files named by their role; a prefix in a file's name is a room that wants out."""

import re
from collections import Counter
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
ROLES = ("models", "queries", "rules", "actions", "forms", "mails", "jobs", "views")
MOST_ROOMS = 14
"""Of a top-level package: more is a house that nobody overlooks. One more wants one to become a wing. The settings are
the floor below all of them, and no room."""


MOST_LINES = 300
LONG = {
    "marketplace/routes.py": "the map of addresses, on one page",
    "marketplace/base/data/database.py": "one client of the database: its connections and what is asked of it",
    "marketplace/demo/samples.py": "one made-up town that every mail is written from",
    "offers/search/index/keeping.py": "one index, and everything that may make it untrue",
}
"""Files that are longer, and why they are one subject all the same."""


NAMED = re.compile(r'"((?:marketplace|offers|organizations)/[\w/{}]+\.html)"')


def wants_out(name: str) -> bool:
    """Is this the name of a file that belongs into a room of its own?"""
    prefix, _, role = name.removesuffix(".py").rpartition("_")
    return bool(prefix) and role in ROLES


def rooms() -> list[Path]:
    """The packages of the house, wings too; migrations are steps in time and no room."""
    found = [path.parent for top in ("marketplace", "offers", "organizations")
             for path in (HOUSE / top).rglob("__init__.py") if "migrations" not in path.parts]  # fmt: skip
    assert len(found) > 50
    return found


def everywhere() -> set[Path]:
    """These, and what stands around them."""
    return {*rooms(), HOUSE / "marketplace"}


def test_no_file_is_a_room_that_wants_out() -> None:
    out = [path for room in everywhere() for path in room.glob("*.py") if wants_out(path.name)]
    assert [str(path.relative_to(HOUSE)) for path in out] == []


def test_no_three_files_have_one_prefix() -> None:
    for room in everywhere():
        begins = Counter(path.stem.split("_")[0] for path in room.glob("[!_]*_*.py"))
        assert {prefix for prefix, files in begins.items() if files > 2} == set(), room


def test_a_file_is_no_longer_than_one_overlooks() -> None:
    long = {
        str(path.relative_to(HOUSE)) for room in everywhere() for path in room.glob("*.py")
        if len(path.read_text().splitlines()) > MOST_LINES
    }  # fmt: skip
    assert long - {*LONG} == set(), "a file that passes 300 lines is two files or two features"


def test_no_room_is_empty() -> None:
    empty = [str(room.relative_to(HOUSE)) for room in rooms()
             if not any(path.stat().st_size for path in room.glob("*.py"))
             and not any(child.parent.parent == room for child in rooms())]  # fmt: skip
    assert empty == []


def test_every_room_is_told_of_by_the_page_that_tells_of_the_house() -> None:
    page = (HOUSE / "docs/architecture.md").read_text()
    untold = {
        str(room.relative_to(HOUSE)) for room in rooms()
        if room.parent != HOUSE and not re.search(rf"`(?:[\w/]+/)?{room.name}/`", page)
    }  # fmt: skip
    assert untold == set()


def test_templates_stand_as_the_packages() -> None:
    """A folder of templates is a room of the same name, or one of those that belong to all."""
    shared = {"components", "errors", "mails"}
    folders = {path.parent.relative_to(HOUSE / "templates") for path in (HOUSE / "templates").rglob("*.html")}
    nowhere = {
        str(folder) for folder in folders
        if folder.parts and folder.parts[0] not in shared and not (HOUSE / folder / "__init__.py").exists()
    }  # fmt: skip
    assert nowhere == set()


ANOTHERS = {
    "offers/bookings/closed.html": "whoever wants to hear when it opens reads there why it is not open",
    "marketplace/people/sign_in/gone.html": "a link that is over says the same wherever it led",
}
"""Pages that other rooms show as well."""


def test_a_page_stands_in_the_room_that_shows_it() -> None:
    """Who has the view has the page: a template that a room names stands in its folder, but for parts of pages."""
    found = {
        f"{path.relative_to(HOUSE)}: {name}"
        for room in rooms() for path in room.glob("*.py") for name in NAMED.findall(path.read_text())
        if (HOUSE / name).parent != path.parent and name not in ANOTHERS
    }  # fmt: skip
    assert found == set()


def test_a_package_has_no_more_rooms_than_one_overlooks() -> None:
    for top in ("marketplace", "offers", "organizations"):
        found = [path for path in rooms() if path.parent == HOUSE / top and path.name != "settings"]
        assert len(found) <= MOST_ROOMS, top


@pytest.mark.parametrize(("name", "out"), [
    ("plan_views.py", True), ("sent_rules.py", True), ("views.py", False), ("follow_up.py", False),
    ("every_mail.py", False), ("year_keys.py", False),
])  # fmt: skip
def test_a_prefix_is_known(name: str, out: bool) -> None:
    assert wants_out(name) is out
