"""What no other test runs: benchmarks and the drill are at least there to be run, when what they ask for has moved."""

from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
RUN = {"tests.drill.short"}
"""A script that a test runs, with its arguments."""
MODULES = sorted(
    {
        f"tests.{room}.{path.stem}"
        for room in ("bench", "drill")
        for path in (TESTS / room).glob("*.py")
        if not path.stem.startswith("__")
    }
    - RUN
)


@pytest.mark.parametrize("name", MODULES)
def test_a_benchmark_finds_what_it_asks_for(name: str) -> None:
    assert import_module(name)
