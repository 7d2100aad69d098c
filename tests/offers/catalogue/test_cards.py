"""What a card says, and under which day it stands."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from markupsafe import Markup

from marketplace.base.clock import at_oslo
from offers.catalogue.cards import CardRow, card, listed
from offers.catalogue.models import Joining
from tests.conftest import NOW

TOMORROW = NOW + timedelta(days=1)


def row(starts: datetime | None = TOMORROW, hours: float = 1.5, **other: Any) -> CardRow:
    ends = starts and starts + timedelta(hours=hours)
    facts = {
        "id": UUID(int=1), "slug": "tur", "kind": "activity", "audiences": ["adults"], "main_audience": "adults",
        "joining": "per_session", "sensitive": False, "session_count": 6, "online_url": None, "session_at": starts,
        "session_ends": ends, "owner_name": "Sentralen", "venue_name": "Rådhuset", "title": "Tur", "summary": "Gå.",
        "lang": "nb", "picture": None, "capacity": 9, "taken": 7, "waiting": 0, "starts_at": starts, "ends_at": ends,
        "opens_at": None, "closes_at": None, "room_later": None,
    }  # fmt: skip
    return CardRow(**(facts | other))


def when(shown: CardRow, under: date | None, headed: bool) -> Markup:
    """In place of a card, when it says it is."""
    assert headed is (under is not None or shown.session_at is None)
    return Markup(card(shown, NOW, under=under).when_text.replace("\u2060", "").replace("\u00a0", " "))  # noqa: S704


def headings(*rows: CardRow, now: datetime = NOW) -> list[tuple[str, str, list[str]]]:
    days = listed(rows, now, when, by_day=True)
    return [(one.heading.replace("\u00a0", " "), one.near, list(map(str, one.cards))) for one in days]


def test_each_day_is_said_once_and_the_cards_under_it_say_the_hours() -> None:
    today, later = NOW + timedelta(hours=1), NOW + timedelta(hours=5)
    assert headings(row(today), row(later, 2), row(TOMORROW), row(NOW + timedelta(days=200))) == [
        ("Tirsdag 13. oktober", "i dag", ["kl. 13–14.30", "kl. 17–19"]),
        ("Onsdag 14. oktober", "i morgen", ["kl. 12–13.30"]),
        ("Lørdag 1. mai 2027", "", ["kl. 12–13.30"]),
    ]


def test_what_has_no_date_stands_under_a_heading_of_its_own_and_says_how_one_comes() -> None:
    request, alone = row(None, joining=Joining.REQUEST), row(None, joining=Joining.NONE)
    assert headings(row(TOMORROW), request, alone)[1] == (
        "Uten fast tid", "", ["Tid avtaler vi sammen", "Når du vil"],
    )  # fmt: skip


def test_what_began_yesterday_and_goes_on_stands_under_today_with_its_own_day() -> None:
    began = NOW - timedelta(hours=20)
    assert headings(row(began, 48), row(NOW + timedelta(hours=1))) == [
        ("Tirsdag 13. oktober", "i dag", ["mandag 12. oktober kl. 16 – onsdag 14. oktober kl. 16", "kl. 13–14.30"])
    ]  # fmt: skip


def test_what_goes_over_midnight_and_over_the_change_of_the_clock_says_so() -> None:
    night = at_oslo(date(2026, 10, 24), time(22))
    assert headings(row(night, 7))[0][2] == ["kl. 22–4 dagen etter"], "the hour between 2 and 3 comes twice"


def test_what_is_booked_as_a_whole_says_how_often_it_meets() -> None:
    assert headings(row(joining=Joining.WHOLE))[0][2] == ["kl. 12–13.30, 6 ganger"]
    assert headings(row(joining=Joining.WHOLE, session_count=1))[0][2] == ["kl. 12–13.30"]


def test_in_another_order_there_is_no_heading_and_each_card_says_its_day() -> None:
    (only,) = listed([row(), row(NOW + timedelta(days=4))], NOW, when, by_day=False)
    assert (only.day, only.heading) == (None, "")
    assert list(map(str, only.cards)) == ["I morgen kl. 12–13.30", "lørdag 17. oktober kl. 12–13.30"]
    assert listed([], NOW, when, by_day=False) == listed([], NOW, when, by_day=True) == []


@pytest.mark.parametrize(
    ("facts", "state", "text"),
    [
        ({}, "few", "2 plasser igjen"),
        ({"sensitive": True}, "open", "Med påmelding"),
        ({"sensitive": True, "capacity": None}, "open", "Med påmelding"),
        ({"taken": 9, "waiting": 3}, "full", "Fullt. 3 på venteliste"),
        ({"taken": 9, "waiting": 3, "sensitive": True}, "open", "Med påmelding"),
        ({"joining": Joining.DROP_IN, "taken": None}, "open", "Ingen påmelding"),
    ],
)
def test_a_card_tells_what_is_left_and_no_number_of_what_is_sensitive(
    facts: dict[str, Any], state: str, text: str
) -> None:
    made = card(row(**facts), NOW)
    assert (made.seats_state, made.seats_text) == (state, text)


def test_of_a_sensitive_offer_a_card_is_the_same_however_full_it_is() -> None:
    cards = {card(row(sensitive=True, taken=taken, room_later=later), NOW)
             for taken, later in ((0, None), (8, None), (9, True), (9, False))}  # fmt: skip
    assert len(cards) == 1


@pytest.mark.parametrize(
    ("facts", "limits"),
    [
        ({}, ""),
        ({"age_from": 13, "age_to": 18}, "13–18 år"),
        ({"age_from": 18}, "fra 18 år"),
        ({"age_to": 12, "cost": "some"}, "til 12 år, koster litt"),
        ({"cost": "free"}, ""),
    ],
)
def test_a_card_says_what_one_would_rather_know_before_one_goes(facts: dict[str, Any], limits: str) -> None:
    assert card(row(**facts), NOW).limits.replace("\u2060", "") == limits


def test_a_card_names_three_languages_at_most_each_in_itself() -> None:
    assert card(row(spoken="ar en pl uk"), NOW).spoken == (
        ("en", "English"), ("uk", "Українська"), ("pl", "Polski"),
    )  # fmt: skip
    assert card(row(), NOW).spoken == ()
