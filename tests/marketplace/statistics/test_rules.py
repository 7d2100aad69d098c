"""What is shown of counts of people tells nothing about few of them. No database."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import accumulate, product

from hypothesis import given
from hypothesis import strategies as st

from marketplace.statistics.rules import FEW, WORTH_GROUPS, Figure, Scope, groups, shown

ALL, SENIORS, EVENINGS = Scope(), Scope(audience="seniors"), Scope(evenings_only=True)
SENIOR_EVENINGS = Scope(audience="seniors", evenings_only=True)


def month(number: int) -> date:
    return date(2026, number, 1)


def series(*counts: int) -> list[int | None]:
    """What is shown of a goal's figures, from January on."""
    return list(shown(Figure("goal", ALL, month(number), count) for number, count in enumerate(counts, 1)))


def beside(*figures: tuple[Scope, int, int]) -> list[int | None]:
    """What is shown of goals of their own: scope, month, count."""
    made = enumerate(figures)
    return list(shown(Figure(goal, scope, month(number), count) for goal, (scope, number, count) in made))


def test_five_more_move_the_number_by_five_and_four_by_none_until_more_come() -> None:
    assert series(20, 25) == [20, 25]
    assert series(20, 24) == [20, 20]
    assert series(20, 24, 25, 26) == [20, 20, 25, 25]


def test_six_people_are_shown_as_six_and_four_not_at_all() -> None:
    assert series(0, 6) == [None, 6]
    assert series(4, 4, 9) == [None, None, 9]


def test_the_same_number_is_shown_again() -> None:
    assert series(12, 12, 12) == [12, 12, 12]


def test_a_correction_by_few_is_not_seen_and_one_by_five_is() -> None:
    assert series(20, 19, 18) == [20, 20, 20]
    assert series(20, 15) == [20, 15]


def test_two_goals_do_not_tell_how_few_are_in_one_and_not_in_the_other() -> None:
    assert beside((ALL, 9, 23), (SENIORS, 9, 20)) == [23, None]
    assert beside((ALL, 9, 25), (SENIORS, 9, 20)) == [25, 20]
    assert beside((ALL, 9, 23), (SENIORS, 9, 23)) == [23, 23]
    assert beside((SENIORS, 8, 20), (ALL, 9, 23)) == [20, None]


def test_a_goal_made_later_does_not_tell_who_was_saved_late() -> None:
    assert beside((ALL, 9, 20), (ALL, 9, 22)) == [20, None]


def test_numbers_of_people_who_need_not_be_the_same_may_be_close() -> None:
    assert beside((SENIORS, 9, 20), (EVENINGS, 9, 21)) == [20, 21]
    assert beside((SENIORS, 9, 20), (SENIOR_EVENINGS, 9, 18)) == [20, None]
    assert beside((ALL, 7, 17), (SENIORS, 10, 15)) == [17, 15], "those of October are not among those of July"


def test_a_whole_and_its_parts_do_not_tell_how_few_are_left() -> None:
    course, group = Scope(kind="course"), Scope(kind="group")
    assert beside((ALL, 9, 30), (course, 9, 12), (group, 9, 15), (Scope(kind="talk"), 9, 3)) == [
        30,
        12,
        None,
        None,
    ]
    assert beside((course, 9, 12), (group, 9, 15), (ALL, 9, 30)) == [12, 15, None]
    assert beside((SENIORS, 9, 20), (course, 9, 12), (group, 9, 15), (ALL, 9, 30)) == [20, 12, 15, None]
    assert beside((ALL, 9, 32), (course, 9, 12), (group, 9, 15)) == [32, 12, 15]
    assert beside((ALL, 9, 27), (course, 9, 12), (group, 9, 15)) == [27, 12, 15]
    assert beside((ALL, 9, 20), (course, 9, 12), (group, 9, 15)) == [20, 12, 15], "many are in both"


def test_what_a_scope_is_within() -> None:
    assert SENIOR_EVENINGS.within(SENIORS)
    assert SENIOR_EVENINGS.within(EVENINGS)
    assert SENIORS.within(ALL)
    assert not ALL.within(SENIORS)
    assert not SENIORS.within(EVENINGS)
    assert not Scope(kind="course").within(Scope(kind="talk"))


def test_a_number_that_is_shown_again_is_as_new_as_its_month() -> None:
    made = [("all", ALL, 5, 10), ("all", ALL, 9, 10), ("seniors", SENIORS, 9, 9)]
    assert list(shown(Figure(goal, scope, month(number), count) for goal, scope, number, count in made)) == [
        10, 10, None,
    ]  # fmt: skip


GOALS = {"all": ALL, "all again": ALL, "seniors": SENIORS, "evenings": EVENINGS, "both": SENIOR_EVENINGS}
"""A goal keeps its scope."""
figures = st.lists(
    st.builds(
        lambda goal, number, count: Figure(goal, GOALS[goal], month(number), count),
        st.sampled_from(sorted(GOALS)), st.integers(1, 12), st.integers(0, 40),
    ),
    max_size=40,
)  # fmt: skip


@given(figures)
def test_no_two_shown_numbers_tell_that_one_to_four_are_in_one_and_not_in_the_other(
    made: list[Figure],
) -> None:
    before: dict[object, int | None] = {}
    told = []
    for figure, number in zip(made, shown(made), strict=True):
        if number != before.get(figure.whose):  # else it may stand since an earlier month: nobody can tell
            assert number == figure.count >= FEW
            told.append(figure)
        before[figure.whose] = number
    for one, other in product(told, told):
        assert not one.part_of(other) or abs(other.count - one.count) not in range(1, FEW), (one, other)


@given(figures)
def test_only_numbers_that_were_shown_before_are_shown_again(made: list[Figure]) -> None:
    known: dict[object, set[int | None]] = defaultdict(lambda: {None})
    for figure, number in zip(made, shown(made), strict=True):
        assert number == figure.count or number in known[figure.whose]
        known[figure.whose].add(number)


@given(st.lists(st.integers(0, 9), max_size=12))
def test_a_number_that_grows_alone_is_never_more_than_four_behind(steps: list[int]) -> None:
    counted = list(accumulate(steps))
    for count, number in zip(counted, series(*counted), strict=True):
        assert 0 <= count - (number or 0) < FEW


@given(figures, figures)
def test_what_was_shown_does_not_change_by_what_comes_later(first: list[Figure], later: list[Figure]) -> None:
    assert list(shown(first + later))[: len(first)] == list(shown(first))


def test_a_group_of_few_is_hidden_and_the_next_smallest_with_it() -> None:
    assert groups({"everyone": 60, "seniors": 31, "youth": 3}, 80) == {
        "everyone": 60, "seniors": None, "youth": None,
    }  # fmt: skip


def test_two_small_groups_hide_each_other() -> None:
    assert groups({"everyone": 62, "youth": 3, "parents": 0}, 64) == {
        "everyone": 60, "parents": None, "youth": None,
    }  # fmt: skip


def test_three_groups_of_four_hide_the_next_too_since_their_sum_would_tell() -> None:
    assert groups({"everyone": 22, "adults": 4, "youth": 4, "parents": 4}, 34) == dict.fromkeys(
        ("adults", "everyone", "parents", "youth")
    )
    assert groups({"everyone": 22, "adults": 4, "youth": 4, "parents": 3}, 33)["everyone"] == 20


def test_no_group_is_hidden_where_all_are_large() -> None:
    assert groups({"everyone": 58, "seniors": 17}, 70) == {"everyone": 60, "seniors": 15}


def test_a_small_total_and_a_single_group_are_not_broken_down() -> None:
    assert groups({"everyone": 19, "seniors": 8}, 19) == {}
    assert groups({"everyone": 60}, 60) == {}


def tables(total: int, size: int, most: int) -> Iterator[tuple[int, ...]]:
    """All ways in which so many people can be in groups that may overlap."""
    for cells in product(range(most + 1), repeat=size):
        if max(cells) <= total <= sum(cells):
            yield cells


def test_who_knows_the_rule_and_the_total_cannot_tell_any_group_of_one_to_four() -> None:
    for size, total in product((2, 3), range(WORTH_GROUPS, WORTH_GROUPS + 9)):
        possible: dict[frozenset[tuple[str, int | None]], list[tuple[int, ...]]] = defaultdict(list)
        for cells in tables(total, size, total):
            names = {str(place): count for place, count in enumerate(cells)}
            possible[frozenset(groups(names, total).items())].append(cells)
        for told, found in possible.items():
            for place in range(size):
                inside = {cells[place] for cells in found}
                outside = {total - cells[place] for cells in found}
                overlap = {sum(cells) - total for cells in found} if size == 2 else {0}
                for known in (inside, outside, overlap):
                    assert len(known) > 1 or not known & set(range(1, FEW)), (total, told, known)
