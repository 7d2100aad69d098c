"""What each filter finds, and that all that is asked of a date holds for one and the same session."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from marketplace.base.clock import at_oslo
from marketplace.base.web.forms import Filled
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Cost, Joining, OfferOrganizer, SeatPool, Session
from offers.catalogue.queries import VISITOR
from offers.search.asked import Search
from offers.search.forms import SearchForm
from offers.search.queries import search
from tests import make
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("db")

TUESDAY = at_oslo(NOW.date(), datetime.min.time())
"""Midnight before NOW: 13 October 2026."""


def at(day: int, hour: float) -> datetime:
    """So many days after TUESDAY, by a Norwegian clock."""
    return TUESDAY + timedelta(days=day, hours=hour)


def wanted(**typed: Any) -> Search:
    """What an address asks for."""
    fields = {name: text if isinstance(text, list) else [text] for name, text in typed.items()}
    return Filled(SearchForm, fields, {}).data.search(NOW)


async def found(**typed: Any) -> list[str]:
    rows = (await search(wanted(**typed), viewer=VISITOR, lang="nb", now=NOW)).rows
    return [row.title for row in rows]


async def shown(**typed: Any) -> list[datetime | None]:
    rows = (await search(wanted(**typed), viewer=VISITOR, lang="nb", now=NOW)).rows
    return [row.session_at for row in rows]


async def test_the_age_of_who_comes_is_within_its_limits_and_without_limits_all_may() -> None:
    await make.offer("For alle", starts=[at(1, 18)])
    await make.offer("Fra ni", starts=[at(2, 18)], age_from=9)
    await make.offer("Til ni", starts=[at(3, 18)], age_to=9)
    await make.offer("Fra ti", starts=[at(4, 18)], age_from=10, age_to=12)
    assert await found(age="9") == ["For alle", "Fra ni", "Til ni"]
    assert await found(age="0") == ["For alle", "Til ni"]
    assert await found(age="120") == ["For alle", "Fra ni"]


async def test_whom_it_is_for_says_an_age_where_nothing_else_does() -> None:
    await make.offer("For voksne", starts=[at(1, 18)], audiences=["adults", "seniors"])
    await make.offer("For foreldre", starts=[at(2, 18)], audiences=["parents", "adults"])
    await make.offer("Voksne, fra ni", starts=[at(3, 18)], audiences=["adults"], age_from=9)
    await make.offer("For unge", starts=[at(4, 18)], audiences=["youth"])
    assert await found(age="9") == ["For foreldre", "Voksne, fra ni"]
    assert await found(age="16") == ["For foreldre", "Voksne, fra ni", "For unge"]
    assert await found(age="72") == ["For voksne", "For foreldre", "Voksne, fra ni"]


async def test_one_of_the_languages_is_enough_and_a_cost_that_nobody_has_said_is_neither() -> None:
    await make.offer("Ukrainsk", starts=[at(1, 18)], spoken=["uk", "en"], cost=Cost.FREE)
    await make.offer("Polsk", starts=[at(2, 18)], spoken=["pl"], cost=Cost.SOME, cost_text="30 kroner")
    await make.offer("Norsk", starts=[at(3, 18)])
    assert await found(spoken="uk") == ["Ukrainsk"]
    assert await found(spoken=["pl", "en"]) == ["Ukrainsk", "Polsk"]
    assert await found(cost="free") == ["Ukrainsk"]
    assert await found(cost="some") == ["Polsk"]
    assert await found(cost=["free", "some"]) == ["Ukrainsk", "Polsk"]


async def test_no_booking_is_drop_in_or_nothing_to_book_and_online_is_on_the_web() -> None:
    await make.offer("Kafé", joining=Joining.DROP_IN, starts=[at(1, 18)])
    await make.offer("Bare informasjon", joining=Joining.NONE, starts=[at(2, 18)])
    await make.offer("Videomøte", starts=[at(3, 18)], online_url="https://example.org/")
    await make.offer("Selvhjelp", kind=Kind.ONLINE_SELF_HELP, joining=Joining.EXTERNAL, starts=[])
    assert await found(no_booking="on") == ["Kafé", "Bare informasjon"]
    assert await found(drop_in="on") == ["Kafé"]
    assert await found(online="on") == ["Videomøte", "Selvhjelp"]


async def test_an_organisation_finds_what_it_owns_and_takes_part_in_by_its_slug() -> None:
    one, other = await make.organization("Blå Kors"), await make.organization("Kirkens bymisjon")
    await make.offer("Eget", owner=one, starts=[at(1, 18)])
    shared = await make.offer("Sammen", owner=other, starts=[at(2, 18)])
    await OfferOrganizer.create(offer=shared, organization=one)
    await make.offer("Andres", owner=other, starts=[at(3, 18)])
    assert await found(organization=one.slug) == ["Eget", "Sammen"]
    assert await found(organization=[one.slug, other.slug]) == ["Eget", "Sammen", "Andres"]


async def test_days_are_norwegian_days() -> None:
    for title, start in {
        "I kveld": at(0, 23.5), "I morgen": at(1, 0), "Lørdag": at(4, 0), "Søndag": at(5, 23.9), "Mandag": at(6, 0),
        "Tirsdag": at(7, 0),
    }.items():  # fmt: skip
        await make.offer(title, starts=[start])
    assert await found(day="today") == ["I kveld"]
    assert await found(day="tomorrow") == ["I morgen"]
    assert await found(day="weekend") == ["Lørdag", "Søndag"]
    assert await found(day="seven_days") == ["I kveld", "I morgen", "Lørdag", "Søndag", "Mandag"]
    assert await found(date="2026-10-17") == ["Lørdag"]
    assert await found(**{"from": "17.10.2026", "to": "18. oktober 2026"}) == ["Lørdag", "Søndag"]
    assert await found(**{"from": "2026-10-19"}) == ["Mandag", "Tirsdag"]
    assert await found(to="2026-10-14") == ["I kveld", "I morgen"]
    assert await found(day="today", date="2026-10-17") == ["Lørdag"]  # what is written counts


async def test_parts_of_the_day_and_weekdays_go_by_a_norwegian_clock_also_in_winter() -> None:
    for title, start in {
        "Natt": at(1, 0.5), "Før tolv": at(2, 11.9), "Tolv": at(3, 12), "Før fem": at(4, 16.9), "Fem": at(5, 17),
        "Vinter": at(40, 18),  # 17.00, for the clock has been set back
    }.items():  # fmt: skip
        await make.offer(title, starts=[start])
    assert await found(part="morning") == ["Natt", "Før tolv"]
    assert await found(part="day") == ["Tolv", "Før fem"]
    assert await found(part=["evening", "morning"]) == ["Natt", "Før tolv", "Fem", "Vinter"]
    assert await found(weekday=["wednesday", "sunday"]) == ["Natt", "Fem", "Vinter"]


async def test_all_that_is_asked_of_a_date_holds_for_one_session_which_is_shown() -> None:
    offer = await make.offer("Tur", capacity=1, starts=[at(4, 10), at(5, 18), at(11, 18), at(12, 18)])
    await SeatPool.filter(offer=offer, starts_at=at(5, 18)).update(taken=1)
    await make.offer("Imens", starts=[at(8, 18)])
    assert await shown(weekday=["saturday", "sunday"], part="evening", free="on") == [at(11, 18)]
    assert await found(weekday="saturday", part="evening") == ["Tur"]
    assert await found(day="weekend", part="evening", free="on") == []  # each holds, of two sessions
    assert await found(part="evening", free="on") == ["Imens", "Tur"]  # by the session shown
    assert await found(part="morning") == ["Tur"]


async def test_free_places_alone_show_the_first_date_that_has_one() -> None:
    offer = await make.offer("Strikkekveld", capacity=1, starts=[at(1, 18), at(8, 18)])
    await SeatPool.filter(offer=offer, starts_at=at(1, 18)).update(taken=1)
    await make.offer("Imens", starts=[at(3, 18)])
    await make.offer("Prat", joining=Joining.REQUEST, starts=[])
    await make.offer("Uten datoer og plasser", starts=[])
    assert await found() == ["Strikkekveld", "Imens", "Prat", "Uten datoer og plasser"]
    assert await found(free="on") == ["Imens", "Strikkekveld", "Prat"]
    assert await shown(free="on") == [at(3, 18), at(8, 18), None]


async def test_how_full_a_sensitive_offer_is_filters_nothing() -> None:
    offer = await make.offer("Sorggruppe", capacity=1, starts=[at(1, 18), at(8, 18)], sensitive=True)
    await SeatPool.filter(offer=offer).update(taken=1)
    assert await shown(free="on") == [at(1, 18)]


async def test_access_is_that_of_the_sessions_own_place_and_what_nobody_knows_is_not_there() -> None:
    good = await make.venue("Ny", step_free=True, hearing_loop=True, accessible_toilet=True)
    stairs = await make.venue("Gammel", step_free=False, hearing_loop=True, accessible_toilet=None)
    unknown = await make.venue("Ukjent", step_free=None, accessible_toilet=None)
    moved = await make.offer("Flyttes", venue=stairs, starts=[at(1, 18), at(8, 18)])
    await Session.filter(offer=moved, starts_at=at(8, 18)).update(venue=good)
    leaves = await make.offer("Flytter ut", venue=good, starts=[at(2, 18)])
    await Session.filter(offer=leaves).update(venue=unknown)
    await make.offer("Uten dato", venue=good, starts=[], joining=Joining.REQUEST)
    await make.offer("Uten dato med trapp", venue=stairs, starts=[], joining=Joining.REQUEST)
    await make.offer("På nett", starts=[at(3, 18)], online_url="https://example.org/")
    assert await found(access="step_free") == ["Flyttes", "Uten dato"]
    assert await shown(access="step_free") == [at(8, 18), None]
    assert await found(access=["hearing_loop", "step_free"]) == ["Flyttes", "Uten dato"]
    assert await found(access="hearing_loop") == ["Flyttes", "Uten dato", "Uten dato med trapp"]
    assert await shown(access="hearing_loop") == [at(1, 18), None, None]
    assert await found(access="toilet") == ["Flyttes", "Uten dato"]
    assert await found(access="step_free", part="evening") == ["Flyttes"]  # no date, no evening
    await Session.filter(offer=moved, starts_at=at(8, 18)).update(status="cancelled")
    assert await found(access="step_free") == ["Uten dato"]


async def test_pages_hold_every_offer_once_where_some_have_dates_and_some_have_none() -> None:
    good = await make.venue("Ny", step_free=True)
    for number in range(5):
        await make.offer(f"Dag {number}", venue=good, starts=[at(9 - number, 18)])
        await make.offer(f"Uten {number}", venue=good, starts=[], joining=Joining.REQUEST)
    asked, titles, after = wanted(access="step_free", free="on"), [], None
    for _ in range(5):
        page = await search(
            Search(**(vars(asked) | {"page": 2, "after": after})), viewer=VISITOR, lang="nb", now=NOW
        )
        assert page.total == 10
        titles += [row.title for row in page.rows]
        after = page.next
    assert after is None
    assert titles == [f"Dag {number}" for number in (4, 3, 2, 1, 0)] + [
        f"Uten {number}" for number in range(5)
    ]


async def test_every_filter_together_makes_a_statement_that_the_database_takes() -> None:
    everything = wanted(
        q="tur", place="Sandnes", drop_in="on", free="on", no_booking="on", online="on", evening="on", age="9",
        weekday=["monday", "friday"], part=["day"], audience=["youth"], kind=["course", "group"], spoken=["en"],
        access=["step_free", "toilet", "hearing_loop"], cost=["free"], organization=["a"], municipality=["sandnes"],
        **{"from": "2026-10-17", "to": "2026-10-18"},
    )  # fmt: skip
    assert (await search(everything, viewer=VISITOR, lang="nb", now=NOW)).total == 0
