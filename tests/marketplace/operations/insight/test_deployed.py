"""deploy/alerts.yml and the Grafana board ask for metrics that there are, and each alert says what to do."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own

from marketplace.base.insight.board import Board
from marketplace.operations.insight.facts import STATES, Facts
from marketplace.operations.insight.families import exposed
from marketplace.operations.jobs.reports import Report
from marketplace.schedule import TIMETABLE
from tests.conftest import NOW

ROOT = Path(__file__).parents[4]
ALERTS, BOARD, GUIDE = (
    ROOT / name for name in ("deploy/alerts.yml", "deploy/grafana/treffpunkt.json", "docs/operations.md")
)
NAME = re.compile(r"treffpunkt_[a-z_]+")


@pytest.fixture(scope="module")
def there() -> set[str]:
    """The name of every sample that an instance tells, when it has something to tell of everything."""
    board = Board([("/offers", "GET")], 1)
    board.rows[0][board.columns["/offers", "GET"] + 2] = 1
    report = Report("remind", NOW, None, None, 500, 3, 0, 1500, None)
    facts = Facts(
        up=True, newest=True, worker_alive=True, seats_broken=0, log_kept=0, slots_lost=0, keys_wrong=0,
        messages={("email", state): 0 for state in STATES}, oldest_due={"email": 0.0}, jobs={"remind": report},
    )  # fmt: skip
    told = exposed(board, facts, {"remind": timedelta(minutes=5)}, 0.0).decode()
    return {line.split("{")[0].split(" ")[0] for line in told.splitlines() if not line.startswith("#")}


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def asked(expression: str) -> set[str]:
    return set(NAME.findall(expression))


def test_every_metric_that_an_alert_asks_for_is_told(there: set[str]) -> None:
    assert {
        rule["alert"]: asked(rule["expr"]) - there for rule in rules() if asked(rule["expr"]) - there
    } == {}


def test_every_metric_on_the_board_is_told_and_every_metric_is_on_it(there: set[str]) -> None:
    panels = json.loads(BOARD.read_text())["panels"]
    shown = {name for panel in panels for target in panel["targets"] for name in asked(target["expr"])}
    assert shown - there == set()
    assert {name for name in there if name not in shown and not name.endswith("_created")} == set()


def test_names_of_routes_and_tasks_in_expressions_exist() -> None:
    from marketplace.routes import ROUTES

    text = ALERTS.read_text() + BOARD.read_text().replace('\\"', '"')
    paths, tasks = {route.path for route in ROUTES}, {job.name for job in TIMETABLE}
    assert set(re.findall(r'route!?="([^"]+)"', text)) - paths == set()
    assert set(re.findall(r'task!?="([^"]+)"', text)) - tasks == set()


def test_every_alert_says_what_it_means_and_leads_to_what_to_do() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.strip("# ").lower()).replace(" ", "-")
        for line in GUIDE.read_text().splitlines()
        if line.startswith("#")
    }
    for rule in rules():
        page, _, place = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/operations.md", rule["alert"]
        assert place in headings, rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]


def test_prometheus_takes_the_rules() -> None:
    """Where promtool is installed it says so itself; where not, the rules were at least read above."""
    if promtool := shutil.which("promtool"):
        ran = subprocess.run(
            [promtool, "check", "rules", ALERTS], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    for rule in rules():
        assert rule["expr"].count("(") == rule["expr"].count(")"), rule["alert"]
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
