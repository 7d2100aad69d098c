"""What stands beside a choice is what one finds who takes it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import Visibility
from offers.catalogue.queries import VISITOR, Viewer
from offers.search.asked import Search
from offers.search.counts import ALL, FILTERS, Counts, count, of_places
from offers.search.places.queries import places
from offers.search.queries import search
from organizations.directory.models import Organization
from tests import make
from tests.conftest import NOW
from tests.offers.search.index.random_catalogue import Town

pytestmark = pytest.mark.usefixtures("db")


async def one_by_one(wanted: Search, viewer: Viewer, now: datetime) -> Counts:
    """Each choice taken, and its list counted."""
    counted = {}
    for one in FILTERS:
        choices = dict(of_places(one, wanted, await places(now)) or one.choices(now))
        if one.name == "municipality" and not wanted.districts:
            choices |= {slug: {"municipalities": (slug,)} for slug in ("sandnes", "sondre-land")}
        if one.name == "organization":
            approved = await Organization.filter(state="approved")
            choices |= {each.slug: {"organizers": (each.slug,)} for each in approved}
        for value, fields in choices.items():
            chosen = replace(replace(wanted, **one.unset, all_words=True, counted=1000), **fields)
            found = await search(chosen, viewer=viewer, lang="nb", now=now)
            if found.total:
                counted[one.name, value] = found.total
    return counted


async def test_each_number_is_what_one_finds_who_chooses_it(database_url: str) -> None:
    town = Town(seed=5)
    await town.build(60)
    for _ in range(12):
        wanted, viewer = town.search(NOW), town.viewer()
        counted = await count(wanted, viewer=viewer, now=NOW, known=await places(NOW))
        assert counted == await one_by_one(wanted, viewer, NOW), wanted


async def test_words_count_too() -> None:
    await make.offer("Strikkekafé", kind=Kind.COURSE)
    await make.offer("Turgruppe", kind=Kind.GROUP)
    counted = await count(Search(words="strikkekafé", kinds=("group",)), viewer=VISITOR, now=NOW)
    assert (counted.get(("kind", "course")), counted.get(("kind", "group"))) == (1, None)


async def test_what_is_asked_of_a_date_holds_for_one_session() -> None:
    """Today at noon and next week in the evening is not this evening."""
    noon = NOW.replace(hour=11)
    await make.offer("Kafé", starts=[noon, noon + timedelta(days=7, hours=8)])
    counted = await count(Search(evening=True), viewer=VISITOR, now=noon - timedelta(hours=2))
    assert ("day", "today") not in counted
    assert counted["evening", "on"] == 1


async def test_no_count_tells_of_what_one_may_not_see_or_how_full_a_sensitive_offer_is() -> None:
    await make.offer("Internt", visibility=Visibility.STAFF, kind=Kind.TALK, audiences=["staff"])
    await make.offer("Sorggruppe", sensitive=True, capacity=0, kind=Kind.GROUP)
    seen = await count(Search(), viewer=VISITOR, now=NOW)
    assert ("kind", "talk") not in seen
    assert ("audience", Audience.STAFF.value) not in seen
    assert seen["municipality", ALL] == 1
    assert seen["free", "on"] == 1
    assert (await count(Search(), viewer=Viewer(staff=True), now=NOW))["kind", "talk"] == 1
