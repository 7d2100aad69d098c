"""A clock ran a year ahead and was put right: what it wrote heals by itself, whichever way it moved."""

from datetime import datetime, timedelta

import pytest

from marketplace.base.data import jobs
from marketplace.base.data.database import value
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.queue import bring_back
from marketplace.base.web.limits import Tries, count
from marketplace.operations.check.whole import violations
from offers.catalogue.models import Offer
from offers.catalogue.states import OfferState
from offers.publishing.actions import move_on
from tests import make
from tests.conftest import NOW

YEAR, WEEK, MINUTE = timedelta(days=365), timedelta(weeks=1), timedelta(minutes=1)


@pytest.mark.parametrize("ahead", [10 * timedelta(days=1), YEAR], ids=["ten days", "a year"])
async def test_offers_have_their_next_session_again(db: None, ahead: timedelta) -> None:
    offer = await make.offer("Kor", starts=[NOW + WEEK, NOW + 2 * WEEK])
    await make.offer("Avlyst", starts=[NOW + WEEK], state=OfferState.CANCELLED)
    await move_on(NOW + ahead)
    assert (await Offer.get(id=offer.id)).next_session_at != NOW + WEEK
    assert await move_on(NOW) == 1
    assert (await Offer.get(id=offer.id)).next_session_at == NOW + WEEK
    assert await move_on(NOW) == 0, "and nothing is written where nothing is wrong"
    assert await violations() == []


async def test_a_window_of_tries_does_not_last_a_year(db: None) -> None:
    async def tried(now: datetime) -> int:
        one = Tries("try", "somebody", 3, timedelta(hours=1))
        return int((await count([one], now))[one.id]["count"])

    assert [await tried(NOW + YEAR) for _ in range(3)] == [1, 2, 3]
    assert [await tried(NOW) for _ in range(2)] == [1, 2]
    assert await tried(NOW - timedelta(seconds=1)) == 3, "servers whose clocks differ a little count together"


async def test_a_lease_does_not_last_a_year(db: None) -> None:
    assert await jobs.lease("close_months", "2026-10", now=NOW + YEAR)
    assert await jobs.lease("close_months", "2026-10", now=NOW)
    assert not await jobs.lease("close_months", "2026-10", now=NOW + MINUTE)
    assert not await jobs.lease("close_months", "2026-10", now=NOW - timedelta(seconds=1)), (
        "a clock a little behind"
    )


async def test_a_message_does_not_wait_a_year(db: None) -> None:
    for number, due in enumerate((NOW + YEAR, NOW + timedelta(hours=12))):
        await OutboxMessage.create(
            channel=Channel.EMAIL, address="ola@example.no", mail="receipt", facts={}, lang="nb",
            dedupe_key=str(number), created_at=NOW, due_at=due, attempts=1,
        )  # fmt: skip
    await bring_back(NOW)
    assert await value("SELECT count(*) FROM outbox_message WHERE due_at <= $1", NOW) == 1
