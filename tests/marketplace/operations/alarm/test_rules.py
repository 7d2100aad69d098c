"""The operator is written to soon, seldom, and once more when it is over."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from marketplace.operations.alarm import rules
from marketplace.operations.alarm.rules import Due, Known, Standing

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NOTHING = Due([], [])


class Told:
    """A worker that looks every five minutes."""

    def __init__(self) -> None:
        self.known, self.at = Known({}), NOW
        self.mails: list[tuple[int, Due]] = []

    def look(self, *wrong: str, unknown: tuple[str, ...] = (), times: int = 1) -> None:
        for _each in range(times):
            self.known = rules.seen(self.known, {*wrong}, {*unknown}, self.at)
            if said := rules.due(self.known, {*wrong}, {*unknown}, self.at):
                self.known = rules.told(self.known, said, self.at)
                self.mails.append((int((self.at - NOW).total_seconds() // 60), said))
            self.at += timedelta(minutes=5)


def test_what_is_wrong_at_one_look_alone_is_told_to_nobody() -> None:
    told = Told()
    for _each in range(5):
        told.look("disk")
        told.look()
    assert told.mails == []


def test_it_is_told_once_a_day_while_it_lasts_and_once_when_it_is_over() -> None:
    told = Told()
    told.look("keys", times=12 * 24 * 2 + 2)
    told.look(times=20)
    keys = Due(["keys"], [])
    day = 24 * 60
    over = Due([], ["keys"])
    assert told.mails == [(5, keys), (day + 5, keys), (2 * day + 5, keys), (2 * day + 65, over)]


def test_no_more_than_a_mail_an_hour_whatever_comes_and_goes() -> None:
    told = Told()
    for number in range(60):
        told.look(*(["disk", "backup"] if number % 4 < 2 else ["keys"]))
    minutes = [minute for minute, _said in told.mails]
    assert minutes
    assert all(after - before >= 60 for before, after in pairwise(minutes)), minutes


def test_what_is_new_says_the_rest_too() -> None:
    told = Told()
    told.look("keys", times=30)
    told.look("keys", "disk", times=3)
    assert [said for _minute, said in told.mails] == [Due(["keys"], []), Due(["disk", "keys"], [])]


def test_what_cannot_be_looked_at_is_neither_wrong_nor_over() -> None:
    told = Told()
    told.look("keys", times=14)
    told.look(unknown=("keys",), times=40)
    assert [said for _minute, said in told.mails] == [Due(["keys"], [])]
    told.look("keys", times=3)
    assert len(told.mails) == 1


def test_a_note_of_a_clock_that_ran_ahead_silences_nobody() -> None:
    ahead = NOW + timedelta(days=400)
    known = Known({"keys": Standing(ahead, ahead)}, ahead)
    assert rules.due(known, {"keys"}, set(), NOW) == Due(["keys"], [])
