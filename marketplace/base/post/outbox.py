"""The sending loop: at least once, never lost, and each copy of a message with the same Message-ID.

A worker claims due rows with a lease: due_at moves ahead, and what a killed worker had comes due again. It then
writes the text, sends it, and marks the row. docs/decisions/0002-outbox.md says why.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from marketplace.base.data.database import UNAVAILABLE, rows
from marketplace.base.i18n import speaking
from marketplace.base.models import Channel
from marketplace.base.post.delivery import MESSAGE_WITHIN, Carrier, Postponed, carrier
from marketplace.base.post.letter import Letter, Rejected
from marketplace.base.post.mail import MAILS, PASSING, About, Content, Facts, Recipient, right_to, site_of
from marketplace.base.site import at_site

log = structlog.get_logger("outbox")

BATCH = 20
LEASE = timedelta(minutes=3)
"""How long a batch is one worker's. No message is begun that might not end within it."""
_MINUTES = (1, 5, 15, 60, 180, 360, 720, 720, 720, 720, 720)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in _MINUTES)
"""The waits between tries. They add up to almost three days; then it is given up."""

CLAIM = """WITH due AS MATERIALIZED (
    SELECT id, due_at FROM outbox_message WHERE sent_at IS NULL AND failed_at IS NULL AND due_at <= $1
    ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
UPDATE outbox_message m SET due_at = $2, attempts = m.attempts + 1 FROM due WHERE m.id = due.id
RETURNING m.id, m.channel, m.address, m.mail, m.facts, m.lang, m.dedupe_key, m.attempts, m.booking_id, m.offer_id,
    m.person_id, m.link_version, due.due_at AS was_due"""
# The facts are not needed any more, and some of them are secrets; nor is an address that was said for this once.
OVER = "problem = $3, facts = '{}', address = CASE WHEN mail = ANY($4) THEN '' ELSE address END WHERE id = $1"
SENT = f"UPDATE outbox_message SET sent_at = $2, {OVER}"
# Nothing went out, so it is not said to be sent.
UNSAID = f"UPDATE outbox_message SET failed_at = $2, {OVER}"
# Who has lost the lease changes nothing any more: somebody else has the row.
FAILED = f"UPDATE outbox_message SET failed_at = $2, {OVER} AND due_at = $5 AND sent_at IS NULL"
GOES = """UPDATE outbox_message SET channel = $2, address = $3, person_id = $4, link_version = $5
WHERE id = $1 AND due_at = $6 AND sent_at IS NULL"""
LATER = """UPDATE outbox_message SET due_at = $2, problem = $3
WHERE id = $1 AND due_at = $4 AND sent_at IS NULL"""
RELEASE = """UPDATE outbox_message SET due_at = $2, attempts = attempts - 1
WHERE id = ANY($1) AND due_at = $3 AND sent_at IS NULL"""

Clock = Callable[[], datetime]
Refused = Callable[[Channel, str, datetime], Awaitable[None]]
"""Told of an address that nobody is at: channel, address, moment."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A row of the outbox as CLAIM leaves it; `was_due` says whose turn it is."""

    id: UUID
    channel: str
    address: str
    mail: str
    facts: Any
    lang: str
    dedupe_key: str
    attempts: int
    booking_id: UUID | None
    offer_id: UUID | None
    person_id: UUID | None
    link_version: int | None
    was_due: datetime


@dataclass(frozen=True)
class Claimed:
    """A row that is ours until `leased_until`."""

    id: UUID
    to: Recipient
    mail: str
    facts: Facts
    lang: str
    key: str
    attempts: int
    leased_until: datetime


async def bring_back(now: datetime) -> None:
    """What is due later than any wait can make it is of a clock that ran ahead and was put right: it is due now."""
    await rows(
        "UPDATE outbox_message SET due_at = $1 WHERE sent_at IS NULL AND failed_at IS NULL AND due_at > $2",
        now, now + max(BACKOFF) + timedelta(hours=1),
    )  # fmt: skip


async def send_due(refused: Refused, now: Clock, stop: asyncio.Event | None = None) -> int:
    """Send all that is due, over one connection a channel. Returns how many went out.

    `stop` ends it after the message at hand and gives the rest back.
    """
    stop = stop or asyncio.Event()
    carriers: dict[Channel, Carrier] = {}
    sent = 0
    try:
        while not stop.is_set() and (batch := await claim(now())):
            last_start = time.monotonic() + LEASE.total_seconds() - 1.5 * MESSAGE_WITHIN
            for place, row in enumerate(batch):
                if stop.is_set() or time.monotonic() > last_start:
                    await rows(RELEASE, [left.id for left in batch[place:]], now(), row.leased_until)
                    break
                sent += await deliver(row, carriers, refused, now)
    finally:
        for used in carriers.values():
            await used.close()
    return sent


async def claim(now: datetime) -> list[Claimed]:
    """Up to BATCH due rows, the longest due first; no other worker gets them before the lease ends."""
    found = await rows(Leased, CLAIM, now, now + LEASE, BATCH)
    return [
        Claimed(
            one.id,
            Recipient(
                Channel(one.channel), one.address,
                About(one.booking_id, one.offer_id, one.person_id, one.link_version),
            ),
            one.mail, facts(one.facts), one.lang, one.dedupe_key, one.attempts, leased_until=now + LEASE,
        )
        for one in sorted(found, key=lambda one: (one.was_due, one.id))
    ]  # fmt: skip


def facts(stored: Any) -> Facts:
    """jsonb comes as text from plain SQL."""
    found = json.loads(stored) if isinstance(stored, str) else stored
    return found if isinstance(found, dict) else {}


async def deliver(row: Claimed, carriers: dict[Channel, Carrier], refused: Refused, now: Clock) -> bool:
    """Write, send and mark one message. What goes wrong with it is its own affair. True: it went out."""
    try:
        to = await right_to(row.mail, row.to.about)(row.to, **row.facts)
        if to is None:
            await mark(UNSAID, row.id, now(), "nobody's any more", sorted(PASSING))
            return False
        if to != row.to:
            about = to.about
            await rows(
                GOES, row.id, to.channel, to.address, about.person_id, about.link_version, row.leased_until
            )
            row = replace(row, to=to)
        content = await written(row)
    except UNAVAILABLE:
        raise
    except Exception:
        log.exception("mail not written", mail=row.mail, message=str(row.id))
        await later(row, "not written", now())
        return False
    if content is None:
        await mark(UNSAID, row.id, now(), "nothing to say", sorted(PASSING))
        return False
    way = carriers.get(row.to.channel) or carriers.setdefault(row.to.channel, carrier(row.to.channel))
    try:
        await way.send(Letter(row.id, row.to.channel, row.to.address, row.key, content, now()))
    except Postponed as problem:
        await later(row, problem.code, now())
        return False
    except Rejected as problem:
        log.warning("mail rejected", mail=row.mail, message=str(row.id), code=problem.code)
        await mark(FAILED, row.id, now(), problem.code, sorted(PASSING), row.leased_until)
        if problem.nobody:
            await refused(row.to.channel, row.to.address, now())
        return False
    except Exception:
        log.exception("mail not sent", mail=row.mail, message=str(row.id))
        await later(row, "not sent", now())
        return False
    await mark(SENT, row.id, now(), None, sorted(PASSING))
    if content.sent:
        await content.sent(now())
    return True


async def written(row: Claimed) -> Content | None:
    """The text, as it is true now. None: there is nothing to say any more."""
    about = row.to.about
    with speaking(row.lang), at_site(await site_of(about.offer_id) if about.offer_id else None):
        return await MAILS[row.mail](row.to.channel, row.lang, **row.facts)


async def later(row: Claimed, problem: str, now: datetime) -> None:
    """Try again after the wait of this attempt, or give up."""
    if row.attempts > len(BACKOFF):
        log.error("mail given up", mail=row.mail, message=str(row.id), problem=problem)
        await mark(FAILED, row.id, now, problem, sorted(PASSING), row.leased_until)
    else:
        wait = BACKOFF[row.attempts - 1]
        log.warning("mail postponed", mail=row.mail, message=str(row.id), problem=problem, wait=str(wait))
        await mark(LATER, row.id, now + wait, problem, row.leased_until)


async def mark(statement: str, *values: Any) -> None:
    """Note what happened. A database that is away for a moment costs no second copy."""
    for pause in (0.2, 1.0, 3.0):
        try:
            await rows(statement, *values)
            return
        except UNAVAILABLE:
            await asyncio.sleep(pause)
    await rows(statement, *values)
