"""The machine finds nothing in what we have, and finds what is planted."""

import asyncio
import os
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky, FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test

from offers.bookings import actions as bookings_actions
from offers.seats import actions, moves, rules
from tests.offers.seats.machine import Broken, Promises, Queue, Seats

EXAMPLES = int(os.environ.get("EXAMPLES", "30"))
"""`make soak` asks for 2,000."""
SAME = "SEEDS" not in os.environ
"""What is planted is sought by the same steps each time; with SEEDS set by others each time."""


async def run(machine: type[Promises], examples: int, *phases: Phase, same: bool = False) -> None:
    """The machine in a thread; its acts on this loop, where the connections are. `same`: the same steps each time."""
    machine.loop = asyncio.get_running_loop()
    chosen = settings(
        max_examples=examples, stateful_step_count=50, deadline=None, database=None, print_blob=False,
        derandomize=same, report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
        phases=phases or tuple(Phase),
    )  # fmt: skip
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=chosen)


async def test_whatever_happens_the_promises_hold(pool: None) -> None:
    await run(Seats, EXAMPLES)


@pytest.fixture
def planted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bug, and the promise that it breaks."""
    name, promise = request.param
    getattr(Planted, name)(monkeypatch)
    return promise


class Planted:
    @staticmethod
    def the_last_in_the_queue_first(monkeypatch: pytest.MonkeyPatch) -> None:
        right = rules.promoted
        monkeypatch.setattr(rules, "promoted", lambda free, queue: right(free, list(queue)[::-1]))

    @staticmethod
    def nobody_moves_up(monkeypatch: pytest.MonkeyPatch) -> None:
        async def nothing(pool: Any, now: Any) -> None:
            pass

        monkeypatch.setattr(bookings_actions, "promote", nothing)
        monkeypatch.setattr(actions, "promote", nothing)

    @staticmethod
    def promoted_after_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
        async def late(pool: Any, now: Any) -> Any:
            return max(pool.starts_at, now + timedelta(hours=1))

        monkeypatch.setattr(rules, "closed", lambda pool, now: iter(()))
        monkeypatch.setattr(moves, "start_of", late)


@pytest.mark.parametrize(
    "planted",
    [
        ("the_last_in_the_queue_first", "no one is skipped who fits"),
        ("nobody_moves_up", "nobody waits for seats that are free"),
        ("promoted_after_the_start", "nobody is promoted after the start"),
    ],
    ids=lambda value: value[0],
    indirect=True,
)
async def test_the_machine_finds_what_is_planted(pool: None, planted: str) -> None:
    Broken.seen.clear()
    with pytest.raises((Broken, FlakyStrategyDefinition, Flaky)):
        await run(Queue, 400, Phase.generate, same=SAME)
    assert set(Broken.seen) == {planted}
