"""Plans to begin with: data that a coordinator chooses and then edits. One file each, titles as {language: text}."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Texts = dict[str, str]
FACTS = ("indicator", "counted_as", "direction", "target", "audiences", "kinds", "evening")
"""What a starter says of a goal; the rest is as in a new one."""


@dataclass(frozen=True)
class StarterGoal:
    """`key` is unique in its file."""

    key: str
    title: Texts
    facts: dict[str, Any]


@dataclass(frozen=True)
class StarterArea:
    title: Texts
    summary: Texts
    measures: tuple[Texts, ...]
    goals: tuple[StarterGoal, ...]


@dataclass(frozen=True)
class Starter:
    name: str
    title: Texts
    summary: Texts
    areas: tuple[StarterArea, ...]


@cache
def starters() -> dict[str, Starter]:
    """By name (the file's), in the order of names."""
    return {path.stem: _read(path) for path in sorted(Path(__file__).parent.glob("*.toml"))}


def _read(path: Path) -> Starter:
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    areas = tuple(
        StarterArea(
            area["title"],
            area["summary"],
            tuple(area["measures"]),
            tuple(
                StarterGoal(goal["key"], goal["title"], {name: goal[name] for name in FACTS if name in goal})
                for goal in area.get("goals", ())
            ),
        )
        for area in said["areas"]
    )
    return Starter(path.stem, said["title"], said["summary"], areas)
