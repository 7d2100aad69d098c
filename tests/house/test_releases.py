"""Releases have a commit, a heading in the changelog and a way to upgrade; the version stands once."""

import re
import tomllib
from datetime import date
from pathlib import Path

from marketplace import __version__
from marketplace.base.data import marks
from tests.upgrades.older import RELEASES, releases

HOUSE = Path(__file__).parents[2]
HEADING = re.compile(r"^## (\S+) \((\S+)\)$", re.MULTILINE)


def number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_the_changelog_goes_by_release_and_main_is_on_the_way_to_the_next() -> None:
    dated = {each["version"]: each["date"] for each in tomllib.loads(RELEASES.read_text())["release"]}
    headings = HEADING.findall((HOUSE / "CHANGELOG.md").read_text())
    assert headings[0] == (__version__, "unreleased")
    assert {version: date.fromisoformat(day) for version, day in headings[1:]} == dated
    order = [number(version) for version, _day in headings]
    assert order == sorted(order, reverse=True)


def test_releases_are_in_order_and_named_whole() -> None:
    found = releases()
    assert [number(each.version) for each in found] == sorted(number(each.version) for each in found)
    assert [each.schema for each in found] == sorted(each.schema for each in found)
    for each in found:
        assert re.fullmatch("[0-9a-f]{40}", each.commit), each.version
        assert each.schema in marks.names(), each.version


def test_upgrading_says_from_which_release_one_upgrades_while_it_serves() -> None:
    said = (HOUSE / "docs" / "upgrading.md").read_text()
    rolling = [each.version for each in releases() if each.rolls]
    stopped = [each.version for each in releases() if not each.rolls]
    assert f"| {', '.join(rolling)} | while it serves |" in said
    assert f"| {stopped[0]} to {stopped[-1]} | stop it first: " in said


def test_upgrading_says_how_long_each_migration_of_a_release_keeps_others_from_writing() -> None:
    """Those since the newest release are measured when it is made."""
    said = re.findall(
        r"^\| (\d{4}_\w+) \| (yes|no) \|", (HOUSE / "docs" / "upgrading.md").read_text(), re.MULTILINE
    )
    first, newest = releases()[0].schema, releases()[-1].schema
    assert [name for name, _word in said] == sorted(name for name, _word in said)
    assert {name for name in marks.names() if first < name <= newest} <= {name for name, _word in said}
    for name, word in said:
        assert word == ("yes" if marks.compatible(name) else "no"), name
