"""The sending loop: at least once, never lost, and each copy of a message with the same Message-ID.

A worker claims due rows with a lease: due_at moves ahead, and what a killed worker had comes due again. It then
writes the text, sends it, and marks the row. docs/decisions/0002-outbox.md says why.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import structlog

from marketplace.base.data.database import UNAVAILABLE
from marketplace.base.i18n import speaking
from marketplace.base.models import Channel, Waiting
from marketplace.base.post import away, queue
from marketplace.base.post.delivery import MESSAGE_WITHIN, Away, Broken, Carrier, Postponed, carrier
from marketplace.base.post.letter import Letter, Rejected
from marketplace.base.post.mail import MAILS, Content, right_to, site_of
from marketplace.base.post.queue import LEASE, Claimed
from marketplace.base.site import at_site

log = structlog.get_logger("outbox")

Clock = Callable[[], datetime]
Refused = Callable[[Channel, str, datetime], Awaitable[None]]
"""Told of an address that nobody is at: channel, address, moment."""
Lost = Callable[[Claimed, datetime], Awaitable[None]]
"""Told of a message that nobody will get, before that is noted: perhaps twice, and never not at all."""


async def nobody_else(row: Claimed, now: datetime) -> None:
    """Nobody tells it in its place."""


async def send_due(
    refused: Refused, now: Clock, stop: asyncio.Event | None = None, lost: Lost = nobody_else
) -> int:
    """Send all that is due, over one connection a channel. Returns how many went out.

    `stop` ends it after the message at hand and gives the rest back.
    """
    stop = stop or asyncio.Event()
    at_work = Round(refused, now, lost)
    sent = 0
    try:
        while not stop.is_set() and (batch := await queue.claim(now())):
            sent += await at_work.send(batch, stop)
    finally:
        for used in at_work.carriers.values():
            await used.close()
    return sent


class Round:
    """One look at what is due: the connections it opened, and which of them have got something through."""

    def __init__(self, refused: Refused, now: Clock, lost: Lost) -> None:
        self.refused, self.now, self.lost = refused, now, lost
        self.carriers: dict[Channel, Carrier] = {}
        self.shut: dict[Channel, str] = {}
        """Carriers that do not work just now, and why."""
        self.answered: set[Channel] = set()

    async def send(self, batch: list[Claimed], stop: asyncio.Event) -> int:
        """Send these in their order. Returns how many went out; what was not tried is given back."""
        sent = 0
        last_start = time.monotonic() + LEASE.total_seconds() - 1.5 * MESSAGE_WITHIN
        left: dict[str | None, list[Claimed]] = {}
        self.shut.clear()
        for row in batch:
            if stop.is_set() or time.monotonic() > last_start:
                left.setdefault(None, []).append(row)
            elif row.to.channel in self.shut:
                left.setdefault(self.shut[row.to.channel], []).append(row)
            else:
                sent += await self.deliver(row)
        for problem, untried in left.items():
            await queue.give_back(untried, problem)
        return sent

    async def deliver(self, row: Claimed) -> bool:
        """Write, send and mark one message. What goes wrong with it is its own affair. Returns whether it went out."""
        try:
            to = await right_to(row.mail, row.to.about)(row.to, **row.facts)
            if to is None:
                await self.lost(row, self.now())
                await queue.unsaid(row, "nobody's any more", self.now())
                return False
            if to != row.to:
                await queue.goes(row, to)
                row = replace(row, to=to)
            content = await written(row)
        except UNAVAILABLE:
            raise
        except Exception:
            log.exception("mail not written", mail=row.mail, message=str(row.id))
            await self.later(row, "not written")
            return False
        if content is None:
            await queue.unsaid(row, "nothing to say", self.now())
            return False
        channel = row.to.channel
        way = self.carriers.get(channel) or self.carriers.setdefault(channel, carrier(channel))
        try:
            await way.send(Letter(row.id, channel, row.to.address, row.key, content, self.now()))
        except Away as problem:
            await self.close(channel, problem.code, reached=False)
            await queue.give_back([row], problem.code)
            return False
        except Broken as problem:
            await self.later(row, problem.code, Waiting.CARRIER)
            await self.close(channel, problem.code, reached=True)
            return False
        except Postponed as problem:
            await self.open(channel)
            await self.later(row, problem.code)
            return False
        except Rejected as problem:
            log.warning("mail rejected", mail=row.mail, message=str(row.id), code=problem.code)
            try:
                await self.rejected(row, problem)
            except UNAVAILABLE:
                raise
            except Exception:
                log.exception("nobody told of a lost mail", mail=row.mail, message=str(row.id))
                await self.later(row, problem.code)
            return False
        except Exception:
            log.exception("mail not sent", mail=row.mail, message=str(row.id))
            await self.later(row, "not sent")
            return False
        await queue.sent(row, self.now())
        await self.open(channel)
        if content.sent:
            try:
                await content.sent(self.now())
            except UNAVAILABLE:
                raise
            except Exception:
                log.exception("not noted that a mail has left", mail=row.mail, message=str(row.id))
        return True

    async def rejected(self, row: Claimed, problem: Rejected) -> None:
        """It will never be taken there. Where nobody is at the address, whoever it is for may have another by which
        they have the same right to it; else somebody may have to tell them."""
        if problem.nobody:
            await self.refused(row.to.channel, row.to.address, self.now())
            to = await right_to(row.mail, row.to.about)(row.to, **row.facts)
            if to and (to.channel, to.address) != (row.to.channel, row.to.address):
                await queue.goes(row, to)
                await queue.give_back([row])
                return
        await self.lost(row, self.now())
        await queue.failed(row, problem.code, self.now())

    async def later(self, row: Claimed, problem: str, waits_for: Waiting | None = None) -> None:
        """It is tried again, or was for the last time: then it is given up, also if nobody can be told of it."""
        if queue.was_last(row):
            try:
                await self.lost(row, self.now())
            except UNAVAILABLE:
                raise
            except Exception:
                log.exception("nobody told of a lost mail", mail=row.mail, message=str(row.id))
        await queue.later(row, problem, self.now(), waits_for)

    async def close(self, channel: Channel, problem: str, *, reached: bool) -> None:
        """Nothing got through there: try no more for a while, or once more if it may have been the message."""
        self.answered.discard(channel)
        if await away.failed(channel, problem, self.now(), reached=reached):
            self.shut[channel] = problem

    async def open(self, channel: Channel) -> None:
        """It works: what waited for it is due, and found by the next claim."""
        if channel not in self.answered:
            await away.answers(channel, self.now())
            self.answered.add(channel)


async def written(row: Claimed) -> Content | None:
    """The text, as it is true now. None: there is nothing to say any more."""
    about = row.to.about
    with speaking(row.lang), at_site(await site_of(about.offer_id) if about.offer_id else None):
        return await MAILS[row.mail](row.to.channel, row.lang, **row.facts)
