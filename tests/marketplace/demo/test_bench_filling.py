"""What `make bench` fills in by chance does not meet: ten fillings of as many as it makes."""

from tests.bench.promotion import WAITING, references


def test_the_references_of_ten_fillings_meet_neither_each_other_nor_those_that_are_there() -> None:
    there: set[str] = set(references(100_000, set()))
    for _ in range(10):
        made = references(WAITING, there)
        assert len(set(made)) == WAITING
        assert there.isdisjoint(made)
        there |= set(made)
