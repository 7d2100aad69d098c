"""What the catalogue says in words, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.base.i18n import speaking
from marketplace.base.text import by_name
from offers.catalogue.page import map_address
from offers.catalogue.rules import (
    Left,
    Seats,
    When,
    audience_words,
    kind_words,
    offers_found,
    offers_shown,
    period,
    seats,
    web_address,
    when_words,
)  # fmt: skip
from tests.conftest import NOW

TOMORROW = NOW + timedelta(days=1)


def pool(capacity: int | None = 10, taken: int = 0, waiting: int = 0, **other: datetime | None) -> Left:
    return Left(capacity, taken, waiting, TOMORROW, TOMORROW, None, None)._replace(**other)


@pytest.mark.parametrize(
    ("free", "told"),
    [
        (31, Seats("free", "31 ledige plasser", "book")),
        (5, Seats("free", "5 ledige plasser", "book")),
        (4, Seats("few", "4 plasser igjen", "book")),
        (1, Seats("few", "1 plass igjen", "book")),
        (0, Seats("full", "Fullt. Du kan stå på venteliste", "wait")),
    ],
)
def test_seats_left_are_said_in_words(free: int, told: Seats) -> None:
    assert seats("per_session", pool(capacity=40, taken=40 - free), False, NOW) == told


def test_a_queue_is_told() -> None:
    assert seats("whole", pool(3, 3, 3), False, NOW) == Seats("full", "Fullt. 3 på venteliste", "wait")


@pytest.mark.parametrize(
    ("taken", "waiting", "told"),
    [
        (0, 0, Seats("free", "Ledige plasser", "book")),
        (9, 0, Seats("free", "Ledige plasser", "book")),
        (10, 0, Seats("full", "Fullt. Du kan stå på venteliste", "wait")),
        (10, 7, Seats("full", "Fullt. Du kan stå på venteliste", "wait")),
    ],
)
def test_of_a_sensitive_offer_no_number_is_told_and_no_colour_tells_it(
    taken: int, waiting: int, told: Seats
) -> None:
    assert seats("per_session", pool(10, taken, waiting), True, NOW) == told


def test_without_a_limit_there_is_room() -> None:
    assert seats("whole", pool(None, 500), False, NOW) == Seats("free", "Ledige plasser", "book")


def test_a_request_is_asked_first_however_full_it_is() -> None:
    told = Seats("request", "Spør om plass. Vi tar en prat først", "ask")
    assert seats("request", pool(5, 5), True, NOW) == told
    assert seats("request", pool(5, 5, starts_at=NOW - timedelta(days=30)), True, NOW) == told
    assert seats("request", pool(5, 5, ends_at=NOW), True, NOW) == Seats("open", "Har begynt")


@pytest.mark.parametrize(
    ("times", "text"),
    [
        ({"starts_at": NOW}, "Har begynt"),
        ({"closes_at": NOW}, "Påmeldingen er stengt"),
        ({"opens_at": datetime(2026, 10, 14, 6, tzinfo=UTC)}, "Påmeldingen åpner 14.\u00a0oktober"),
    ],
)
def test_when_booking_is_not_open_it_says_so_and_offers_no_button(times: dict, text: str) -> None:
    assert seats("whole", pool(**times), False, NOW) == Seats("open", text)


def test_where_nobody_books_here() -> None:
    assert seats("external", None, False, NOW) == Seats("external", "Påmelding på et annet nettsted")
    assert seats("drop_in", None, False, NOW) == Seats("open", "Ingen påmelding")
    assert seats("none", None, False, NOW) == Seats("open", "Ingen påmelding")
    assert seats("per_session", pool()._replace(taken=None), False, NOW) == Seats("", "")


@pytest.mark.parametrize(
    ("which", "first", "last"),
    [
        (When.TODAY, "2026-10-13", "2026-10-14"),
        (When.THIS_WEEK, "2026-10-12", "2026-10-19"),
        (When.NEXT_WEEK, "2026-10-19", "2026-10-26"),
        (When.THIS_MONTH, "2026-10-01", "2026-11-01"),
        (When.NEXT_MONTH, "2026-11-01", "2026-12-01"),
    ],
)
def test_periods_follow_the_norwegian_calendar(which: When, first: str, last: str) -> None:
    starts, ends = period(which, NOW)
    assert (starts.astimezone(UTC).isoformat(), ends.astimezone(UTC).isoformat()) == (at(first), at(last))


def at(day: str) -> str:
    """Midnight in Norway that day, in UTC; summer time ends on 25 October 2026."""
    hour = 23 if day > "2026-10-25" else 22
    before = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=1)
    return before.replace(hour=hour).isoformat()


def test_dates_are_said_as_people_say_them() -> None:
    hours = timedelta(hours=2)
    assert when_words(NOW, NOW + hours, NOW) == "I dag kl.\u00a012–\u206014"
    assert when_words(TOMORROW, TOMORROW + hours, NOW) == "I morgen kl.\u00a012–\u206014"
    later = NOW + timedelta(days=4)
    assert when_words(later, later + hours, NOW) == "lørdag 17.\u00a0oktober kl.\u00a012–\u206014"
    far = NOW + timedelta(days=364)
    assert when_words(far, far + hours, NOW) == "tirsdag 12.\u00a0oktober 2027 kl.\u00a012–\u206014"
    with speaking("en"):
        assert when_words(later, later + hours, NOW) == "Saturday 17\u00a0October 12:00–\u206014:00"


def test_the_kind_tells_how_often_only_when_one_booking_covers_it_all() -> None:
    assert kind_words("course", "whole", 6) == "Kurs, 6 ganger"
    assert kind_words("course", "whole", 1) == "Kurs"
    assert kind_words("activity", "per_session", 6) == "Aktivitet"


@pytest.mark.parametrize(
    ("audiences", "main", "words"),
    [
        (["adults", "next_of_kin"], "adults", "Voksne, pårørende"),
        (["adults", "next_of_kin"], "next_of_kin", "Pårørende, voksne"),
        (["adults", "next_of_kin"], "everyone", "Voksne, pårørende"),
        (["everyone"], "everyone", "Alle er velkommen"),
        (["seniors"], "seniors", "65 år og eldre"),
        (["everyone", "seniors"], "seniors", "Alle, særlig 65 år og eldre"),
        (["everyone", "seniors"], "everyone", "Alle, særlig 65 år og eldre"),
        (["everyone", "youth", "refugees"], "refugees", "Alle, særlig folk som er nye i Norge, ungdom"),
    ],
)
def test_audiences_are_one_list_and_whom_it_is_most_for_comes_first(
    audiences: list[str], main: str, words: str
) -> None:
    assert audience_words(audiences, main) == words


def test_names_are_sorted_as_norwegians_do() -> None:
    names = ["Ås", "Ærlig", "Aud", "Øye", "Zoo", "åpen"]
    assert sorted(names, key=by_name) == ["Aud", "Zoo", "Ærlig", "Øye", "åpen", "Ås"]


def test_how_many_were_found() -> None:
    assert [offers_found(number, False) for number in (0, 1, 24)] == [
        "Ingen tilbud passer",
        "1 tilbud",
        "24 tilbud",
    ]
    assert offers_found(201, True) == "Over 200 tilbud"
    shown = [
        (0, 20, 24, False),
        (20, 24, 24, False),
        (0, 5, 5, False),
        (20, 40, 201, True),
        (20, 20, 24, False),
    ]
    assert [offers_shown(*one).replace("\u2060", "") for one in shown] == [
        "Viser 1–20 av 24", "Viser 21–24 av 24", "", "Viser 21–40", "",
    ]  # fmt: skip


def test_only_web_addresses_become_links() -> None:
    assert web_address("https://example.no/a?b=1") == "https://example.no/a?b=1"
    refused = ["javascript:alert(1)", "data:text/html,x", 'https://a"onclick=b', "//example.no", "", None]
    assert [web_address(url) for url in refused] == [""] * 6


def test_the_map_is_a_plain_link() -> None:
    assert map_address(58.85172, 5.7353) == (
        "https://www.openstreetmap.org/?mlat=58.85172&mlon=5.73530#map=17/58.85172/5.73530"
    )
    assert map_address(None, 5.7) == ""
