"""Counts from real registers, to the person."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace.statistics import queries
from marketplace.statistics.rules import Scope
from offers.catalogue.models import Joining, Kind, OfferOrganizer
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import CAST, SEPTEMBER, came, elsewhere, ends, held

WEEKS = timedelta(weeks=8)
"""After what these tests count: the figures are read when it is over."""


@pytest.fixture
async def sandnes(db: None) -> UUID:
    return (await make.municipality()).id


async def people(sandnes: UUID, scope: Scope = Scope(), months: tuple[int, ...] = (9,)) -> list[int]:  # noqa: B008 - frozen
    return await queries.distinct_people(scope, sandnes, 2026, ends(*months), now=NOW + WEEKS)


async def test_six_people_are_six_from_the_month_they_came(sandnes: UUID) -> None:
    await came(await held(), *CAST[:6])
    assert await people(sandnes, months=(8, 9, 10)) == [0, 6, 6]


async def test_one_person_who_comes_to_two_offers_counts_once_in_the_first_month(sandnes: UUID) -> None:
    await came(await held(), "Aud", "Berit")
    await came(await held(start=datetime(2026, 10, 6, 8, 0, tzinfo=UTC)), "Aud", "Cato")
    assert await people(sandnes, months=(9, 10)) == [2, 3]


async def test_who_did_not_come_and_registers_that_nobody_saved_count_nothing(sandnes: UUID) -> None:
    offer = await held()
    await make.booking(await offer.pools.all().first(), await make.person("Aud"))  # type: ignore[attr-defined]
    assert await people(sandnes) == [0]
    await came(offer)  # saved: Aud was not there
    assert await people(sandnes) == [0]


async def test_companions_and_head_counts_are_attendances_and_nobody(sandnes: UUID) -> None:
    await came(await held(), "Aud", "Berit", seats=3, head_count=20)
    assert await people(sandnes) == [2]
    assert await queries.attendances(Scope(), sandnes, 2026, ends(8, 9), now=NOW + WEEKS) == [0, 26]


async def test_a_month_begins_at_midnight_in_oslo(sandnes: UUID) -> None:
    await came(await held(start=datetime(2026, 9, 30, 21, 59, tzinfo=UTC)), "Aud")
    await came(await held(start=datetime(2026, 9, 30, 22, 0, tzinfo=UTC)), "Berit")
    assert await people(sandnes, months=(9, 10)) == [1, 2]


async def test_a_year_begins_anew(sandnes: UUID) -> None:
    await came(await held(start=datetime(2025, 12, 31, 22, 59, tzinfo=UTC)), "Aud")
    await came(await held(start=datetime(2025, 12, 31, 23, 0, tzinfo=UTC)), "Aud", "Berit")
    assert await people(sandnes, months=(1,)) == [2]


async def test_an_audience_is_one_of_those_the_offer_names(sandnes: UUID) -> None:
    await came(await held(audiences=["adults", "seniors"]), "Aud", "Berit")
    await came(await held(audiences=["youth"]), "Cato")
    assert await people(sandnes, Scope(audience="seniors")) == [2]
    assert await people(sandnes, Scope(audience="youth")) == [1]
    assert await people(sandnes) == [3]


async def test_staff_are_not_among_the_residents_unless_asked_for(sandnes: UUID) -> None:
    await came(await held(audiences=["staff"]), "Aud")
    await came(await held(audiences=["staff", "everyone"]), "Berit")
    assert await people(sandnes) == [1]
    assert await people(sandnes, Scope(audience="staff")) == [2]


async def test_a_kind_is_counted_alone(sandnes: UUID) -> None:
    await came(await held(kind=Kind.COURSE), "Aud")
    await came(await held(kind=Kind.TALK), "Berit", "Cato")
    assert await people(sandnes, Scope(kind="course")) == [1]


@pytest.mark.parametrize(
    ("start", "counts"),
    [
        (datetime(2026, 9, 8, 13, 59, tzinfo=UTC), 0),  # Tuesday 15.59
        (datetime(2026, 9, 8, 14, 0, tzinfo=UTC), 1),  # Tuesday 16.00
        (datetime(2026, 1, 13, 14, 59, tzinfo=UTC), 0),  # winter, Tuesday 15.59
        (datetime(2026, 1, 13, 15, 0, tzinfo=UTC), 1),
        (datetime(2026, 9, 12, 8, 0, tzinfo=UTC), 1),  # Saturday at ten
        (datetime(2026, 9, 13, 22, 30, tzinfo=UTC), 0),  # Monday 00.30 in Oslo, Sunday in UTC
    ],
)
async def test_evenings_are_from_16_in_oslo_and_weekends(sandnes: UUID, start: datetime, counts: int) -> None:
    await came(await held(start=start), "Aud")
    assert await people(sandnes, Scope(evenings_only=True)) == [counts]


async def test_another_municipality_is_not_counted_and_a_co_organiser_counts_nothing_twice(
    sandnes: UUID,
) -> None:
    land = await elsewhere()
    other = await make.organization("Laget", municipality=land)
    offer = await held()
    await OfferOrganizer.create(offer=offer, organization=other)
    await came(offer, "Aud", "Berit")
    assert await people(sandnes) == [2]
    assert await people(land.id) == [0]
    assert await queries.offers_held(Scope(), sandnes, 2026, ends(9), now=NOW + WEEKS) == [1]


async def test_sessions_and_offers_are_held_when_somebody_said_so(sandnes: UUID) -> None:
    twice = await make.offer("Kurs", starts=[SEPTEMBER, SEPTEMBER.replace(day=15)], joining=Joining.WHOLE)
    await came(twice, "Aud")
    await came(await held("Kafé", joining=Joining.DROP_IN), head_count=4)
    await held("Ingen har sagt noe")
    assert await queries.sessions_held(Scope(), sandnes, 2026, ends(8, 9), now=NOW + WEEKS) == [0, 2]
    assert await queries.offers_held(Scope(), sandnes, 2026, ends(8, 9), now=NOW + WEEKS) == [0, 2]
    assert await queries.first_held(Scope(), sandnes, 2026, now=NOW + WEEKS) == SEPTEMBER


async def test_groups_hold_each_person_once_and_those_without_anybody(sandnes: UUID) -> None:
    await came(await held(audiences=["adults", "seniors"], kind=Kind.COURSE), "Aud", "Berit")
    await came(await held(audiences=["seniors"], kind=Kind.TALK), "Aud", "Cato")
    await came(await held(audiences=["youth"]))
    found: dict[str, Any] = await queries.people_in_groups(
        Scope(), sandnes, 2026, ends(9)[0], now=NOW + WEEKS
    )
    assert found == {"adults": 2, "seniors": 3, "youth": 0}
    seniors = await queries.people_in_groups(
        Scope(audience="seniors"), sandnes, 2026, ends(9)[0], now=NOW + WEEKS
    )
    assert seniors == {"course": 2, "talk": 2}
