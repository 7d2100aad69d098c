"""Reminders by real workers: two at a time, killed in the middle, the clock moved ahead by a day and more."""

import asyncio
import signal
from datetime import timedelta

from marketplace.base import clock
from marketplace.base.data.database import value
from offers.catalogue.models import Joining, SeatPool
from tests import make
from tests.marketplace.test_schedule import Handler, Workers, handler, until, until_taken, workers

__all__ = ["handler", "workers"]
PEOPLE = 120
DUE = "SELECT count(*) FROM outbox_message WHERE mail = 'reminder'"
SENT = f"{DUE} AND sent_at IS NOT NULL"


async def test_workers_killed_while_they_remind_lose_nobody_and_remind_nobody_twice(
    workers: Workers, handler: Handler
) -> None:
    now = clock.now()
    starts = now + timedelta(hours=60)
    offer = await make.offer(joining=Joining.WHOLE, capacity=None, starts=[starts])
    pool = await SeatPool.get(offer=offer)
    wanted = set()
    for number in range(PEOPLE):
        person = await make.person(f"Deltaker {number}")
        contact = await make.contact(person, f"p{number}@example.no", verified=False)
        wanted.add(contact.value)
        await make.booking(pool, person, contact=contact)
    await asyncio.gather(workers.start(), workers.start())
    await asyncio.sleep(3)
    assert await value(DUE) == 0, "it is days away"
    # Both are away for a day and a half, then they are back.
    clock.move(timedelta(hours=40))
    await until_taken(handler, 30)
    for killed in workers.started:
        killed.kill()
        assert await asyncio.to_thread(killed.wait) == -signal.SIGKILL
    first = len(handler.taken)
    assert 30 <= first < PEOPLE
    clock.move(timedelta(hours=40, minutes=4))  # their leases end
    await asyncio.gather(workers.start(), workers.start())

    async def all_sent() -> bool:
        return bool(await value(SENT) == PEOPLE)

    await until(all_sent)
    await asyncio.sleep(6)  # the job comes round again
    assert await value(DUE) == PEOPLE
    assert {to for to, _ in handler.taken} == wanted
    assert len({message for _, message in handler.taken}) == PEOPLE, "sent again under another name"
    assert len(handler.taken) <= PEOPLE + 2, "each killed worker had one at hand"
