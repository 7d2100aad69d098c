"""A card that is kept says what it would say if it were drawn now."""

from datetime import date, datetime, timedelta

import pytest

from marketplace.base.clock import today
from marketplace.base.quick.remembered import Remembered
from marketplace.base.web.templates import template
from offers.catalogue.cards import CardRow, card
from offers.catalogue.models import Joining, SeatPool
from offers.catalogue.queries import VISITOR
from offers.search import cards
from offers.search.asked import Search
from offers.search.cards import drawn, rows_of
from offers.search.queries import search
from tests import make
from tests.conftest import NOW
from tests.offers.search.index.random_catalogue import Town
from tests.offers.search.index.test_index import caught_up, listening

pytestmark = pytest.mark.usefixtures("db")
HOUR = timedelta(hours=1)


def afresh(row: CardRow, under: date | None, headed: bool, now: datetime, lang: str) -> str:
    components = template("components/offers.html", lang).module
    return str(components.offer_card(card(row, now, under=under), 4 if headed else 3))  # type: ignore[attr-defined]


async def test_whatever_happens_and_whenever_one_looks(database_url: str) -> None:
    town = Town(seed=21)
    await town.build(20)
    now = NOW
    async with listening(database_url) as index:
        for _ in range(25):
            await town.act(now)
            now += timedelta(minutes=town.random.choice((0, 1, 30, 60 * 5)))
            await caught_up(index)
            for moment in (now, now - timedelta(minutes=20)):
                lang = town.random.choice(("nb", "en"))
                wanted = Search(free=town.random.random() < 0.3)
                answer = await index.find(wanted, VISITOR, moment)
                assert answer is not None
                by_database = await search(wanted, viewer=VISITOR, lang=lang, now=moment)
                kept = await rows_of(answer[1][: wanted.page], lang, moment)
                for row, true in zip(kept, by_database.rows, strict=True):
                    assert row is not None
                    under = today(row.session_at) if row.session_at else None
                    shown = str(drawn(row, under, True, now=moment, lang=lang))
                    assert shown == afresh(true, under, True, moment, lang)


async def test_booking_that_opens_and_closes_and_a_day_that_becomes_today(database_url: str) -> None:
    offer = await make.offer("Kurs", joining=Joining.WHOLE, starts=[NOW + 30 * HOUR], capacity=3)
    await SeatPool.filter(offer=offer).update(opens_at=NOW + HOUR, closes_at=NOW + 25 * HOUR)
    [row] = (await search(Search(), viewer=VISITOR, lang="nb", now=NOW)).rows
    said = set()
    for hours in (0, 2, 15, 26, 31, 2, 0):
        moment = NOW + hours * HOUR
        shown = str(drawn(row, None, False, now=moment, lang="nb"))
        assert shown == afresh(row, None, False, moment, "nb")
        said.add(shown)
    assert len(said) == 5


async def test_a_card_is_drawn_once_a_language_and_no_more_are_kept_than_are_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: Remembered[object] = Remembered(2, "test")
    monkeypatch.setattr(cards, "_drawn", kept)
    for title in ("En", "To", "Tre"):
        await make.offer(title, starts=[NOW + HOUR])
    rows = (await search(Search(), viewer=VISITOR, lang="nb", now=NOW)).rows
    for row in rows:
        assert drawn(row, None, False, now=NOW, lang="nb") is drawn(row, None, False, now=NOW, lang="nb")
        assert drawn(row, None, False, now=NOW, lang="en") != drawn(row, None, True, now=NOW, lang="nb")
    assert len(kept._kept) == 2
