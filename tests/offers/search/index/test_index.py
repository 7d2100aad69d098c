"""The index says what the database says, to whoever asks, whatever has happened and whatever the time."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from marketplace.base.data.database import rows
from marketplace.base.data.revision import Revision
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, SeatPool
from offers.catalogue.queries import VISITOR, Viewer
from offers.catalogue.rules import When, period
from offers.search import finding
from offers.search.asked import Search
from offers.search.conditions import Having, having
from offers.search.counts import count
from offers.search.finding import shown
from offers.search.index import hits, keeping
from offers.search.index.keeping import Index
from offers.search.index.masks import Masks
from offers.search.places.queries import places
from offers.search.queries import search
from tests import make
from tests.conftest import NOW
from tests.offers.search.index.random_catalogue import Town, outcome

pytestmark = pytest.mark.usefixtures("db")
MANY = int(os.environ.get("EXAMPLES", "0")) * 5 or 300
"""Searches compared; `make soak` makes it 10,000."""


@asynccontextmanager
async def listening(url: str, now: datetime = NOW) -> AsyncIterator[Index]:
    """An index that hears and is made."""
    revision = Revision()
    index = Index(revision)
    async with revision.listening(url):
        await index.made(now)
        yield index


async def both(index: Index, wanted: Search, viewer: Viewer, now: datetime, lang: str = "nb") -> str | None:
    """The index and the database say the same. Where the next page begins, if there is one."""
    answer = await index.find(wanted, viewer, now)
    if answer is None:  # a clock that was set back far: it is made anew
        await index.made(now)
        answer = await index.find(wanted, viewer, now)
    assert answer is not None
    by_database = await search(replace(wanted, all_words=True), viewer=viewer, lang=lang, now=now)
    (by_index,) = await shown([wanted], [answer], lang=lang, now=now)
    assert outcome(by_index) == outcome(by_database), (wanted, viewer, now)
    known = await places(now)
    assert await index.count(wanted, viewer, now, known) == await count(
        wanted, viewer=viewer, now=now, known=known
    ), (
        wanted,
        viewer,
        now,
    )
    return by_database.next


async def caught_up(index: Index) -> None:
    """Time for notices to come, and for another look at the seats."""
    await rows("SELECT 1")
    await asyncio.sleep(keeping.AGAIN * 1.5)


async def test_it_finds_what_the_database_finds_in_the_same_order_for_every_viewer(database_url: str) -> None:
    town = Town(seed=12)
    await town.build(60)
    async with listening(database_url) as index:
        for _ in range(MANY):
            now = NOW + timedelta(minutes=town.random.choice((0, 0, 0, -30, 1, 45, 60 * 24, 60 * 24 * 20)))
            wanted, viewer = town.search(now), town.viewer()
            after = await both(index, wanted, viewer, now, town.random.choice(("nb", "en")))
            if after:
                await both(index, replace(wanted, after=after), viewer, now)


async def test_it_stays_true_whatever_happens_between_two_searches(database_url: str) -> None:
    town = Town(seed=7)
    await town.build(25)
    now = NOW
    async with listening(database_url) as index:
        for _ in range(max(40, MANY // 8)):
            for _ in range(town.random.randint(1, 3)):
                await town.act(now)
            now += timedelta(minutes=town.random.choice((0, 0, 1, 30, 60 * 5)))
            await caught_up(index)
            for _ in range(3):
                await both(index, town.search(now), town.viewer(), now)


async def test_a_seat_taken_with_no_word_of_it_is_seen_by_the_next_sweep(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a kill between a commit and all that could have told of it, or a commit that came late."""
    monkeypatch.setattr(keeping, "SWEEP", 0.1)
    offer = await make.offer("Kafé", capacity=1)
    free = Search(free=True)
    async with listening(database_url) as index:
        assert (await index.find(free, VISITOR, NOW) or (9,))[0] == 1
        await rows("UPDATE seat_pool SET taken = 1 WHERE offer_id = $1", offer.id)
        await asyncio.sleep(0.15)
        assert (await index.find(free, VISITOR, NOW) or (9,))[0] == 0


async def test_a_booking_is_seen_without_a_notice_and_without_a_sweep(database_url: str) -> None:
    offer = await make.offer("Kafé", capacity=1)
    async with listening(database_url) as index:
        town = Town(seed=1)
        town.offers = [offer]
        index._swept += 3600
        await town._book(NOW)
        await asyncio.sleep(keeping.AGAIN)
        assert (await index.find(Search(free=True), VISITOR, NOW) or (9,))[0] == 0


async def test_a_booking_raises_no_revision_and_notifies_nobody(database_url: str) -> None:
    offer = await make.offer("Kafé", capacity=3)
    pool = await SeatPool.get(offer=offer)
    heard: list[str] = []
    revision = Revision()
    revision.told.append(heard.append)
    async with revision.listening(database_url):
        await Index(revision).made(NOW)
        before = revision.heard
        await rows("UPDATE seat_pool SET taken = taken + 1, waiting = waiting + 1 WHERE id = $1", pool.id)
        await asyncio.sleep(0.05)
        assert (heard, revision.heard) == ([], before)
        await rows("UPDATE seat_pool SET capacity = 9 WHERE id = $1", pool.id)
        await asyncio.sleep(0.05)
        assert heard == [f"offer:{offer.id}"]


async def test_who_sees_an_offer_is_what_published_says_for_each_viewer(database_url: str) -> None:
    town = Town(seed=3)
    await town.build(60)
    ids = [one.id for one in town.organizations]
    viewers = [VISITOR, Viewer(staff=True), *(Viewer(staff, (one,)) for one in ids for staff in (False, True)),
               Viewer(True, tuple(ids))]  # fmt: skip
    async with listening(database_url) as index:
        totals = []
        for viewer in viewers:
            await both(index, Search(), viewer, NOW)
            totals.append((await index.find(Search(), viewer, NOW) or (0,))[0])
    assert len(set(totals)) > 3


async def test_time_alone_opens_closes_and_ends(database_url: str) -> None:
    hour = timedelta(hours=1)
    offer = await make.offer("Kurs", joining=Joining.WHOLE, starts=[NOW + 5 * hour], capacity=3)
    await SeatPool.filter(offer=offer).update(opens_at=NOW + hour, closes_at=NOW + 3 * hour)
    async with listening(database_url) as index:
        for hours in (0, 1, 2, 3, 5, 7, 8, 2, 0, 6):  # ahead, and set back
            for wanted in (
                Search(),
                Search(free=True),
                Search(not_begun=True),
                Search(between=period(When.TODAY, NOW)),
            ):
                await both(index, wanted, VISITOR, NOW + hours * hour)
        await index.made(NOW)
        told = [
            (await index.find(Search(free=True), VISITOR, NOW + hours * hour) or (9,))[0]
            for hours in (0, 1, 3)
        ]
    assert told == [0, 1, 0]


async def test_free_places_tell_nothing_of_how_full_a_sensitive_offer_is(database_url: str) -> None:
    await make.offer("Sorggruppe", sensitive=True, capacity=0)
    await make.offer("Tur", capacity=0)
    async with listening(database_url) as index:
        await both(index, Search(free=True), VISITOR, NOW)
        assert (await index.find(Search(free=True), VISITOR, NOW) or (9,))[0] == 1


async def test_after_a_lost_connection_it_answers_nothing_until_it_is_made_anew(database_url: str) -> None:
    await make.offer("Kafé")
    async with listening(database_url) as index:
        before = index.revision.epoch
        await rows("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name = 'treffpunkt-catalogue' AND datname = current_database()""")
        for _ in range(100):
            if index.revision.heard is None:
                break
            await asyncio.sleep(0.01)
        assert await index.find(Search(), VISITOR, NOW) is None
        await make.offer("Kom mens ingen hørte")
        await index.made(NOW)
        assert index.revision.epoch > before
        assert (await index.find(Search(), VISITOR, NOW) or (0,))[0] == 2


def test_a_process_that_nobody_asks_for_a_list_gathers_nothing() -> None:
    revision = Revision()
    Index(revision)
    assert revision.told == []


async def test_an_earlier_moment_than_the_one_before_changes_only_what_lies_between(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests that waited come in any order: each of them once made all masks anew."""
    marked: list[UUID] = []
    mark = Masks._mark
    minute = timedelta(minutes=1)
    for number in range(5):
        await make.offer(f"Tur {number}", starts=[NOW + number * 10 * minute])
    async with listening(database_url) as index:
        await both(index, Search(), VISITOR, NOW + 25 * minute)
        monkeypatch.setattr(
            Masks, "_mark", lambda self, offer, keys: (marked.append(offer.id), mark(self, offer, keys))
        )
        await both(index, Search(), VISITOR, NOW + 24 * minute)
        assert marked == []
        await both(index, Search(free=True), VISITOR, NOW + 15 * minute)
        assert len(marked) == 1
        await both(index, Search(free=True), VISITOR, NOW + 25 * minute)
        assert len(marked) == 2


async def test_all_who_wait_share_one_look(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    look = Index._booked

    async def counted(self: Index, masks: Masks) -> set[UUID]:
        looks.append(1)
        return await look(self, masks)

    monkeypatch.setattr(Index, "_booked", counted)
    await make.offer("Kafé")
    async with listening(database_url) as index:
        await asyncio.sleep(keeping.AGAIN)
        found = await asyncio.gather(*(index.find(Search(), VISITOR, NOW) for _ in range(30)))
    assert [answer[0] if answer else None for answer in found] == [1] * 30
    assert len(looks) == 1


async def test_nobody_waits_where_much_has_changed_at_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database answers until the index has caught up, and it is not made anew."""
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    for number in range(9):
        await make.offer(f"Tur {number}")
    async with listening(database_url) as index:
        masks = index.masks
        await rows("UPDATE offer SET kind = 'talk'")
        await asyncio.sleep(0.05)
        assert await index.find(Search(), VISITOR, NOW) is None
        await index.made(NOW)
        assert index.masks is masks
        await both(index, Search(kinds=("talk",)), VISITOR, NOW)
        assert (await index.find(Search(kinds=("talk",)), VISITOR, NOW) or (0,))[0] == 9


async def test_words_are_counted_among_what_has_them(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.offer("Strikkekafé", kind=Kind.COURSE)
    await make.offer("Turgruppe", kind=Kind.GROUP)
    async with listening(database_url) as index:
        monkeypatch.setattr(finding, "index", index)
        for wanted in (
            Search(words="strikkekafé"),
            Search(words="tur", kinds=("course",)),
            Search(words="finnes ikke"),
        ):
            counted = await finding.count(wanted, viewer=VISITOR, now=NOW)
            assert counted == await count(wanted, viewer=VISITOR, now=NOW), wanted


async def test_words_are_asked_of_the_database_once_until_the_catalogue_changes(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def counted(wanted: Search) -> list[Having]:
        asked.append(wanted.words)
        return await having(wanted)

    monkeypatch.setattr(hits, "having", counted)
    offer = await make.offer("Strikkekafé", kind=Kind.COURSE)
    await make.offer("Turgruppe")
    async with listening(database_url) as index:
        for wanted in (
            Search(words="tur"),
            Search(words="tur", kinds=("course",)),
            Search(words="tur", free=True),
        ):
            await index.find(wanted, VISITOR, NOW)
            await index.count(wanted, Viewer(staff=True), NOW)
        assert asked == ["tur"]
        await rows("UPDATE offer_text SET title = 'Tur' WHERE offer_id = $1", offer.id)
        await caught_up(index)
        assert (await index.find(Search(words="tur"), VISITOR, NOW) or (0,))[0] == 2
        assert asked == ["tur", "tur"]
