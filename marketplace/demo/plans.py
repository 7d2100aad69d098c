"""The demo's plans, their measures and goals: from plans.toml and the starter plans to rows."""

import json
from datetime import datetime, timedelta

from marketplace.base.clock import today
from marketplace.demo.catalogue import Catalogue, read
from marketplace.demo.tables import Row, Said, Tables
from marketplace.goals.models import AT_MEETING
from marketplace.goals.starter import StarterGoal, starters


def build(tables: Tables, made: Catalogue, now: datetime, dialogue: Row) -> None:
    """Plans as their starters have them, with what plans.toml says of measures and goals."""
    year = today(now).year
    for spec in read("plans.toml")["plans"]:
        starter = starters()[spec["starter"]]
        municipality = made.municipalities[spec["municipality"]]["id"]
        plan = tables.add(
            "plan", municipality_id=municipality, slug=spec["slug"], title=json.dumps(starter.title),
            summary=json.dumps(starter.summary), first_year=year + spec["first_year"],
            last_year=year + spec["last_year"],
        )  # fmt: skip
        tables.add("population", **spec["population"] | {"year": year + spec["population"]["year"]},
                   municipality_id=municipality)  # fmt: skip
        for number, area in enumerate(starter.areas, 1):
            row = tables.add("focus_area", plan_id=plan["id"], number=number, title=json.dumps(area.title),
                             summary=json.dumps(area.summary))  # fmt: skip
            for at, title in enumerate(area.measures, 1):
                said = spec["measures"].get(f"{number}.{at}", {})
                _measure(tables, made, now, row, {"number": at, "title": json.dumps(title)}, said)
            for goal in area.goals:
                said = spec.get("goals", {}).get(goal.key, {})
                _goal(tables, now, row, f"{goal.key}-{spec['municipality']}", goal, dialogue, said)


def _measure(tables: Tables, made: Catalogue, now: datetime, area: Row, facts: Row, said: Said) -> None:
    unit = made.organizations[said["responsible"]]["id"] if "responsible" in said else None
    measure = tables.add(
        "measure", focus_area_id=area["id"], **facts, responsible_id=unit, state=said.get("state", "planned"),
        deadline=today(now) + timedelta(days=said["deadline"]) if "deadline" in said else None,
    )  # fmt: skip
    if "said" in said:
        tables.add("plan_comment", measure_id=measure["id"], organization_id=unit, body=said["said"],
                   at=now - timedelta(days=16))  # fmt: skip


def _goal(
    tables: Tables,
    now: datetime,
    area: Row,
    slug: str,
    goal: StarterGoal,
    dialogue: Row,
    said: Said,
) -> None:
    year, facts = (
        today(now).year,
        {"counted_as": "number", "audiences": [], "kinds": [], "evening": None} | goal.facts,
    )
    row = tables.add(
        "goal", focus_area_id=area["id"], slug=slug, title=json.dumps(goal.title), **facts, direction="at_least",
        first_year=year, last_year=year, each_year=False, districts=[], organizations=[], cells_known=True,
        dialogue_id=dialogue["id"] if goal.facts["indicator"] == AT_MEETING else None,
        baseline=said.get("baseline"), baseline_year=year + said["baseline_year"] if "baseline" in said else None,
        baseline_source=said.get("baseline_source", ""),
    )  # fmt: skip
    if "raised_from" in said:
        tables.add("goal_change", goal_id=row["id"], what="target", before=said["raised_from"], after=row["target"],
                   why=said["why"], at=now - timedelta(days=270))  # fmt: skip
