"""Each cell of the table of facts and acts: the act is done, and the fact is looked for."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from marketplace.base.database import value
from marketplace.check import violations
from marketplace.privacy.erasure import erase
from offers.bookings import actions as bookings
from offers.bookings.models import Booking
from offers.catalogue.models import Session
from offers.messages import actions
from offers.messages.facts import FACTS, TABLE, Becomes
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.test_ended_registers import cancelled, moved, offer_cancelled, save, soon

Act = Callable[[Booking, Session, Any], Awaitable[Any]]


async def elsewhere(session: Session, host: Any) -> None:
    await actions.move(session, sequence=0, starts_at=session.starts_at, ends_at=session.ends_at,
                       venue_id=(await make.venue("Biblioteket")).id, by=host.id, now=NOW)  # fmt: skip


ACTS: dict[str, Act] = {
    "session moved": lambda _booking, session, host: moved(session, host),
    "place changed": lambda _booking, session, host: elsewhere(session, host),
    "session cancelled": lambda _booking, session, host: cancelled(session, host),
    "offer cancelled": lambda _booking, session, host: offer_cancelled(session, host),
    "booking cancelled": lambda booking, _session, _host: bookings.cancel(booking.id, now=NOW),
    "person erased": lambda booking, _session, _host: erase(booking.participant_id, now=NOW),
}


def test_every_act_and_every_fact_is_in_the_table() -> None:
    assert set(ACTS) == set(TABLE)
    assert all(set(row) == set(FACTS) for row in TABLE.values())


@pytest.mark.parametrize("act", TABLE)
async def test_what_becomes_of_each_fact(db: None, data_dir: object, act: str) -> None:
    offer, session, host = await soon("Ola")
    booking = await Booking.get(offer=offer)
    await save(session, host, "Ola", head_count=3)
    await bookings.send_word(booking.id, session.id, now=NOW)

    async def counted() -> dict[str, int]:
        found = {}
        for fact, sql in FACTS.items():
            found[fact] = await value(sql, *([booking.id] if "$1" in sql else []))
        return found

    assert await counted() == dict.fromkeys(FACTS, 1)
    await ACTS[act](booking, session, host)
    assert await counted() == {fact: int(becomes is Becomes.STAYS) for fact, becomes in TABLE[act].items()}
    assert await violations() == []
