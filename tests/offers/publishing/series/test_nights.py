"""Natteravnene end after midnight, and so does New Year; and an hour that summer time skips is called that."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from marketplace.base.i18n import when
from offers.catalogue.models import Offer, Session
from offers.catalogue.states import OfferState
from offers.publishing.series.rules import meeting, skipped, time_objections
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor


async def draft(visitor: Visitor) -> Offer:
    offer = await make.offer("Natteravn", state=OfferState.DRAFT, starts=[])
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id), Role.EDITOR, "Kari"))
    return offer


@pytest.mark.parametrize(
    ("day", "starts", "ends", "lasts"),
    [
        ("16.10.2026", "22", "02", 4),
        ("31.12.2026", "20", "00", 4),
        ("24.10.2026", "23", "03", 5),
        ("16.10.2026", "18", "24.00", 6),
        ("16.10.2026", "18", "kl. 24", 6),
    ],
)
async def test_what_ends_after_midnight_ends_the_next_day(
    visitor: Visitor, day: str, starts: str, ends: str, lasts: int
) -> None:
    """The last is the night when summer time ends: four hours on the clock are five."""
    offer = await draft(visitor)
    page = await visitor.open(f"/manage/offers/{offer.slug}/sessions")
    assert "Er det etter midnatt, mener vi dagen etter" in page.text
    done = await visitor.submit(page, "/sessions", first=day, starts=starts, ends=ends, repeat="once")
    assert done.status == 303, done.text
    made = await Session.get(offer=offer)
    assert made.ends_at - made.starts_at == timedelta(hours=lasts)


async def test_both_days_are_shown_where_it_ends_on_the_next(visitor: Visitor) -> None:
    starts = datetime(2026, 10, 16, 20, 0, tzinfo=UTC)
    offer = await make.offer("Natteravn", starts=[starts], minutes=240)
    text = (await visitor.open(f"/offers/{offer.slug}")).text.replace("\xa0", " ")
    assert "kl. 22–2 dagen etter" in text
    said = when(starts, starts + timedelta(hours=4)).replace("\xa0", " ")
    assert said == "fredag 16. oktober kl. 22 – lørdag 17. oktober kl. 2"


async def test_a_session_is_moved_over_midnight(visitor: Visitor) -> None:
    offer = await make.offer("Natteravn")
    session = await Session.get(offer=offer)
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id), Role.EDITOR, "Kari"))
    page = await visitor.open(f"/manage/sessions/{session.id}/move")
    assert (await visitor.submit(page, "/move", day="16.10.2026", starts="22", ends="01.30")).status == 303
    moved = await Session.get(offer=offer)
    assert (moved.ends_at - moved.starts_at, moved.ends_at.day) == (timedelta(hours=3.5), 16), "23.30 in UTC"
    page = await visitor.open(f"/manage/sessions/{session.id}/move")
    assert (await visitor.submit(page, "/move", day="16.10.2026", starts="22", ends="2400")).status == 303
    moved = await Session.get(offer=offer)
    assert (moved.ends_at - moved.starts_at, moved.ends_at.hour) == (timedelta(hours=2), 22), (
        "midnight in Norway"
    )
    wrong = await visitor.submit(
        await visitor.open(f"/manage/sessions/{session.id}/move"), "/move", starts="24.00", ends="02"
    )
    assert wrong.status == 422, "nothing begins at 24.00: is it that night, or the next?"


async def test_a_series_that_goes_on_for_too_long_is_told_so_and_not_that_summer_time_begins(
    visitor: Visitor,
) -> None:
    offer = await draft(visitor)
    page = await visitor.open(f"/manage/offers/{offer.slug}/sessions")
    wrong = await visitor.submit(
        page, "/sessions", first="16.10.2026", starts="18", ends="20", repeat="monthly", last="16.10.2032"
    )
    assert [link["href"] for link in wrong.soup.select(".ds-error-summary a")] == ["#last"]
    assert "Datoen er langt fram. Skriv en dato de nærmeste fem årene." in wrong.text


@pytest.mark.parametrize(("starts", "ends"), [("20", "18"), ("10", "09.30"), ("18", "18"), ("00", "24")])
async def test_a_slip_of_the_pen_is_no_night(visitor: Visitor, starts: str, ends: str) -> None:
    offer = await draft(visitor)
    page = await visitor.open(f"/manage/offers/{offer.slug}/sessions")
    wrong = await visitor.submit(
        page, "/sessions", first="16.10.2026", starts=starts, ends=ends, repeat="once"
    )
    assert wrong.status == 422
    assert "Går det over midnatt, kan det vare høyst 14 timer." in wrong.text
    assert await Session.all().count() == 0


def test_an_hour_that_summer_time_skips_has_its_own_words() -> None:
    night = date(2027, 3, 28)
    assert [skipped(night, time(hour, 30)) for hour in (1, 2, 3)] == [False, True, False]
    found = [
        list(time_objections(day, starts, ends, NOW))
        for day, starts, ends in (
            (night, time(2, 30), time(4)),
            (night - timedelta(days=1), time(22), time(2, 15)),
        )
    ]
    assert [[field for field, _words in each] for each in found] == [["starts"], ["ends"]]
    assert found[0][0][1].startswith("Klokka stilles fram til sommertid den natta, så 02.30 finnes ikke.")
    assert not list(time_objections(night, time(1), time(4), NOW))


def test_a_meeting_from_clock_times_never_ends_before_it_begins() -> None:
    for hours in range(24 * 24):
        starts, ends = divmod(hours, 24)
        begins, over = meeting(date(2026, 10, 24), time(starts), time(ends))
        assert begins < over
