"""The rule of the cube tells nothing of few people, and what was tried before it does: seen by trying everything.

That what is shown never goes down was tried, too. Of the rule as it is that tells no more (it is made of what is told
already); of numbers that are rounded anew each month it does not help.
"""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import product

import numpy as np
import pytest

from tests.marketplace.statistics.attacks.inversion import Counts, Rule, World, all_of, stairs
from tests.marketplace.statistics.attacks.old_rule import Figure, Scope, shown

# Each world: what is tried, and what is asked. Weights of a question stand for the columns.
STEPS = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (-1, 1, 0), (0, -1, 1), (-1, 0, 1)]


def three_months() -> World:
    """One cell and three months, up and down."""
    return World(all_of(17, 17, 17), STEPS, sure=10)


def months_without_a_session() -> World:
    """The same, where it is known that nothing was held in the second month, or the third."""
    world = three_months()
    still = world.histories[:, 0] == world.histories[:, 1]
    return World(world.histories[still], [(1, 0, 0), (0, 0, 1), (0, -1, 1)], sure=10)


def standing_still(most: int = 17) -> World:
    """Nothing was held after the first month."""
    return World(np.array([[count] * 3 for count in range(most + 1)]), [(1, 0, 0)], sure=10)


def standing_still_at_a_few() -> World:
    return World(standing_still(9).histories, [(1, 0, 0)], sure=5)


def people_beside_attendances() -> World:
    """One cell and two months: people, attendances, people, attendances; the rest are those who came again."""
    pairs = [(people, times) for times in range(12) for people in range(times + 1)]
    histories = np.array([(*first, *second) for first, second in product(pairs, pairs)])
    asked = [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (-1, 0, 1, 0), (0, -1, 0, 1), (-1, 1, 0, 0),
             (0, 0, -1, 1), (1, -1, -1, 1)]  # fmt: skip
    return World(histories, asked, sure=5)


def two_organizations() -> World:
    """Two organisations and two months, where the rows of the first are the reader's own."""
    return World(all_of(13, 13, 13, 13), [(0, 1, 0, 0), (0, 0, 0, 1), (0, -1, 0, 1)], sure=5, known=[0, 2])


def two_and_their_total() -> World:
    """Two cells that are shown apart and together; the rest are those of the other cell."""
    return World(all_of(9, 9), [(1, 0), (0, 1), (1, 1), (-1, 1)], sure=5)


# Worlds that are just large enough to see what leaks. What is not sure in them is not looked at.
def one_month_beside_attendances() -> World:
    pairs = np.array([(people, times) for times in range(10) for people in range(times + 1)])
    return World(pairs, [(1, 0), (0, 1), (-1, 1)], sure=5)


def two_small_and_their_total() -> World:
    return World(all_of(4, 4), [(1, 0), (0, 1), (1, 1), (-1, 1)], sure=(0, 0, 10))


def first_one_then_both() -> World:
    """A cell, and then that cell merged with one that is known to be empty."""
    return World(all_of(9, 0), [(1, 0)], sure=5, known=[1])


def own_rows_beside_others() -> World:
    """The reader's own, and others', in two months."""
    return World(all_of(4, 4, 4, 4), [(0, 1, 0, 0), (0, 0, 0, 1), (0, -1, 0, 1)], sure=0, known=[0, 2])


def overlapping() -> World:
    """Those in one group only, in the other only, and in both; not more than four in each group."""
    histories = all_of(4, 4, 4)
    few = (histories[:, 0] + histories[:, 2] <= 4) & (histories[:, 1] + histories[:, 2] <= 4)
    return World(histories[few], [(1, 0, 0), (0, 1, 0), (0, 0, 1)], sure=(0, 0, 10))


# The rule, and what leaks.
def the_rule(*columns: int) -> Rule:
    """Each count is shown by its cell's staircase: `columns` says which cell each is of."""

    def rule(histories: Counts) -> Iterator[Counts]:
        for chosen in product(stairs(int(histories.max())), repeat=max(columns) + 1):
            yield np.stack([chosen[cell][histories[:, at]] for at, cell in enumerate(columns)], axis=1)

    return rule


def each_apart(histories: Counts) -> Iterator[Counts]:
    """By the rule each has its own staircase: the reader's own rows move nothing of the other's, so what is shown of
    that is all there is to learn."""
    for table in stairs(int(histories.max())):
        yield np.stack([table[histories[:, 1]], table[histories[:, 3]]], axis=1)


def total_is_a_sum(histories: Counts) -> Iterator[Counts]:
    for first, second in product(stairs(9), repeat=2):
        a, b = first[histories[:, 0]], second[histories[:, 1]]
        yield np.stack([a, b, a + b], axis=1)


def off(histories: Counts) -> Iterator[Counts]:
    yield histories


def anew_each_month(histories: Counts) -> Iterator[Counts]:
    return the_rule(0, 1, 2)(histories)


def anew_and_never_down(histories: Counts) -> Iterator[Counts]:
    for published in anew_each_month(histories):
        yield np.maximum.accumulate(published, axis=1)


def a_staircase_a_measure(histories: Counts) -> Iterator[Counts]:
    return the_rule(0, 1)(histories)


def a_total_of_its_own(histories: Counts) -> Iterator[Counts]:
    for first, second, both in product(stairs(4), stairs(4), stairs(8)):
        a, b = histories.T
        yield np.stack([first[a], second[b], both[a + b]], axis=1)


def merged_and_rounded_again(histories: Counts) -> Iterator[Counts]:
    for first, both in product(stairs(9), repeat=2):
        yield np.stack([first[histories[:, 0]], both[histories.sum(axis=1)]], axis=1)


def own_rows_in_a_shared_cell(histories: Counts) -> Iterator[Counts]:
    for table in stairs(8):
        yield np.stack(
            [table[histories[:, 0] + histories[:, 1]], table[histories[:, 2] + histories[:, 3]]], axis=1
        )


def groups_that_overlap(histories: Counts) -> Iterator[Counts]:
    one, other, both = histories.T
    for first, second, everybody in product(stairs(4), stairs(4), stairs(8)):
        yield np.stack([first[one + both], second[other + both], everybody[one + other + both]], axis=1)


def the_old_rule(histories: Counts) -> Iterator[Counts]:
    """Decision 0005: what is shown of a goal's months."""
    hidden = -1
    yield np.array([
        [hidden if number is None else number for number in shown(
            Figure("goal", Scope(), date(2026, month + 1, 1), int(count)) for month, count in enumerate(history)
        )]
        for history in histories
    ])  # fmt: skip


HOLDS: list[tuple[Callable[[], World], Rule]] = [
    (three_months, the_rule(0, 0, 0)),
    (months_without_a_session, the_rule(0, 0, 0)),
    (standing_still, the_rule(0, 0, 0)),
    (people_beside_attendances, the_rule(0, 0, 0, 0)),
    (two_organizations, each_apart),
    (two_and_their_total, total_is_a_sum),
]
LEAKS: list[tuple[Callable[[], World], Rule]] = [
    (three_months, off),
    (three_months, the_old_rule),
    (standing_still_at_a_few, anew_each_month),
    (standing_still_at_a_few, anew_and_never_down),
    (one_month_beside_attendances, a_staircase_a_measure),
    (two_small_and_their_total, a_total_of_its_own),
    (first_one_then_both, merged_and_rounded_again),
    (own_rows_beside_others, own_rows_in_a_shared_cell),
    (overlapping, groups_that_overlap),
]


@pytest.mark.parametrize(("world", "rule"), HOLDS, ids=[world.__name__ for world, _rule in HOLDS])
def test_nothing_is_told_of_few_people(world: Callable[[], World], rule: Rule) -> None:
    assert world().told(rule) == []


@pytest.mark.parametrize(("world", "rule"), LEAKS, ids=[rule.__name__ for _world, rule in LEAKS])
def test_what_was_tried_before_tells(world: Callable[[], World], rule: Rule) -> None:
    assert world().told(rule)
