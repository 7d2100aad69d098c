"""The rows of the outbox: who takes which, in which order, and what is noted of each.

Nobody gets the newer of two messages first: what is due waits while an older one to the same address is due too, is
with another worker, or has been tried in vain. Not for ever: after HOLDS tries the older one may be at fault, and the
others go on. What somebody waits for at a screen (URGENT) waits for nothing, holds nothing up, and goes first.

Older is what was written before, and of one moment what has the lower id.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from marketplace.base.backoff import jittered
from marketplace.base.data.database import UNAVAILABLE, rows
from marketplace.base.models import Channel, Waiting
from marketplace.base.post import away
from marketplace.base.post.held import GOING
from marketplace.base.post.mail import PASSING, URGENT, About, Facts, Recipient

log = structlog.get_logger("outbox")

BATCH = 20
LEASE = timedelta(minutes=3)
"""How long a batch is one worker's. No message is begun that might not end within it."""
_MINUTES = (1, 5, 15, 60, 180, 360, 720, 720, 720, 720, 720)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in _MINUTES)
"""The waits between tries, at most: a tenth is left to chance. After almost three days of them it is given up."""
SPREAD = 0.1
HOLDS = 3
"""After so many tries, some twenty minutes, a message holds up nothing behind it any more."""

BEFORE = "o.address = m.address AND o.channel = m.channel AND (o.created_at, o.id) < (m.created_at, m.id)"
"""Is message o older than m, to the same address?"""
OLDER = f"""SELECT FROM outbox_message o WHERE {BEFORE} AND {GOING} AND o.mail <> ALL($5)
    AND o.attempts <= $4 AND (o.attempts > 0 OR o.due_at <= $1) OFFSET 0"""
# OFFSET 0: asked of one after the other until BATCH are free. Joined, all that waits is compared with all that waits.
DUE = f"""SELECT id, due_at FROM outbox_message m WHERE {GOING} AND due_at <= $1
    AND NOT EXISTS (SELECT FROM carrier_away a WHERE a.channel = m.channel AND a.again_at > $1)"""
# Whatever waits here waits for one that is claimed before it, now or by another worker, or that will be tried again: of
# all that is due something is always free. Were the first due ones counted before it is asked whether they are free,
# BATCH of those that are not would stop everything behind them, for ever.
CLAIM = f"""WITH urgent AS MATERIALIZED (
    {DUE} AND mail = ANY($5) ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED),
others AS MATERIALIZED (
    {DUE} AND mail <> ALL($5) AND NOT EXISTS ({OLDER})
    ORDER BY due_at, id LIMIT $3 - (SELECT count(*) FROM urgent) FOR UPDATE SKIP LOCKED)
UPDATE outbox_message m SET due_at = $2, attempts = m.attempts + 1, problem = NULL, waits_for = NULL
FROM (SELECT * FROM urgent UNION ALL SELECT * FROM others) free WHERE m.id = free.id
RETURNING m.id, m.channel, m.address, m.mail, m.facts, m.lang, m.dedupe_key, m.attempts, m.booking_id, m.offer_id,
    m.person_id, m.link_version, free.due_at AS was_due"""
# An address that was said for this once is not kept; nor are facts that are of no more use, some of them secrets. What
# was given up keeps them, for the operator may let it be tried anew.
ONCE = "address = CASE WHEN mail = ANY($4) THEN '' ELSE address END"
SENT = f"UPDATE outbox_message SET sent_at = $2, problem = $3, facts = '{{}}', {ONCE} WHERE id = $1"
# Nothing went out, so it is not said to be sent.
UNSAID = f"UPDATE outbox_message SET failed_at = $2, problem = $3, facts = '{{}}', {ONCE} WHERE id = $1"
# Who has lost the lease changes nothing any more: somebody else has the row.
FAILED = f"""UPDATE outbox_message SET failed_at = $2, problem = $3, {ONCE},
    facts = CASE WHEN mail = ANY($6) THEN '{{}}' ELSE facts END WHERE id = $1 AND due_at = $5 AND sent_at IS NULL"""
GOES = """UPDATE outbox_message SET channel = $2, address = $3, person_id = $4, link_version = $5
WHERE id = $1 AND due_at = $6 AND sent_at IS NULL"""
LATER = """UPDATE outbox_message SET due_at = $2, problem = $3, waits_for = $5
WHERE id = $1 AND due_at = $4 AND sent_at IS NULL"""
GIVE_BACK = """UPDATE outbox_message m SET due_at = b.due_at, attempts = m.attempts - 1, problem = b.problem
FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) b (id, due_at, problem)
WHERE m.id = b.id AND m.due_at = $4 AND m.sent_at IS NULL"""


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
    was_due: datetime
    leased_until: datetime


async def claim(now: datetime) -> list[Claimed]:
    """Up to BATCH due rows, the urgent before the rest and the longest due first; no other worker gets them before the
    lease ends. Of those that wait for one another it is the oldest: the next comes with the next batch."""
    found = await rows(Leased, CLAIM, now, now + LEASE, BATCH, HOLDS, sorted(URGENT))
    return [
        Claimed(
            one.id,
            Recipient(
                Channel(one.channel), one.address,
                About(one.booking_id, one.offer_id, one.person_id, one.link_version),
            ),
            one.mail, facts(one.facts), one.lang, one.dedupe_key, one.attempts, one.was_due, now + LEASE,
        )
        for one in sorted(found, key=lambda one: (one.mail not in URGENT, one.was_due, one.id))
    ]  # fmt: skip


def facts(stored: Any) -> Facts:
    """jsonb comes as text from plain SQL."""
    found = json.loads(stored) if isinstance(stored, str) else stored
    return found if isinstance(found, dict) else {}


async def give_back(untried: list[Claimed], problem: str | None = None) -> None:
    """Let them be as they were before they were claimed; `problem` says why, if the reason is not ours."""
    if untried:
        await mark(
            GIVE_BACK, [row.id for row in untried], [row.was_due for row in untried], [problem] * len(untried),
            untried[0].leased_until,
        )  # fmt: skip


async def goes(row: Claimed, to: Recipient) -> None:
    """Note where it goes now."""
    await rows(
        GOES, row.id, to.channel, to.address, to.about.person_id, to.about.link_version, row.leased_until
    )


async def sent(row: Claimed, now: datetime) -> None:
    await mark(SENT, row.id, now, None, sorted(PASSING))


async def unsaid(row: Claimed, why: str, now: datetime) -> None:
    """Nothing is to be said any more, or to nobody."""
    await mark(UNSAID, row.id, now, why, sorted(PASSING))


async def failed(row: Claimed, problem: str, now: datetime) -> None:
    """It is given up."""
    await mark(FAILED, row.id, now, problem, sorted(PASSING), row.leased_until, sorted(URGENT))


def was_last(row: Claimed) -> bool:
    """Has it been tried as often as anything is?"""
    return row.attempts > len(BACKOFF)


async def later(row: Claimed, problem: str, now: datetime, waits_for: Waiting | None = None) -> None:
    """Try again after the wait of this attempt, or give up."""
    if was_last(row):
        log.error("mail given up", mail=row.mail, message=str(row.id), problem=problem)
        await failed(row, problem, now)
    else:
        wait = timedelta(seconds=jittered(BACKOFF[row.attempts - 1].total_seconds(), SPREAD))
        log.warning("mail postponed", mail=row.mail, message=str(row.id), problem=problem, wait=str(wait))
        await mark(LATER, row.id, now + wait, problem, row.leased_until, waits_for)


async def bring_back(now: datetime) -> None:
    """What is due later than any wait can make it is of a clock that ran ahead and was put right: it is due now."""
    await rows(
        "UPDATE outbox_message SET due_at = $1 WHERE sent_at IS NULL AND failed_at IS NULL AND due_at > $2",
        now, now + max(BACKOFF) + timedelta(hours=1),
    )  # fmt: skip
    await away.bring_back(now)


async def mark(statement: str, *values: Any) -> None:
    """Note what happened. A database that is away for a moment costs no second copy."""
    for pause in (0.2, 1.0, 3.0):
        try:
            await rows(statement, *values)
            return
        except UNAVAILABLE:
            await asyncio.sleep(jittered(pause))
    await rows(statement, *values)
