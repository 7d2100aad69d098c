"""What an operator sees of the outbox, and lets be tried anew. No address is told: only enough of it to tell two apart.

Whether a message still has somebody and something to say is decided when it is sent, as for every other.
"""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from marketplace.base.data.database import column, rows
from marketplace.base.models import Waiting
from marketplace.base.post.mail import MAILS

UNSAID = ("nothing to say", "nobody's any more")
"""Why nothing was sent, and that was right."""
ASKED = """($2::uuid[] IS NULL OR id = ANY($2)) AND ($3::text IS NULL OR channel = $3)
    AND ($4::text IS NULL OR mail = $4) AND ($5::text IS NULL OR problem = $5) AND sent_at IS NULL"""
FOUND = f"""SELECT id, channel, mail, address, created_at, due_at, attempts, failed_at, problem, waits_for,
    ARRAY(SELECT jsonb_object_keys(facts)) AS facts FROM outbox_message
WHERE {ASKED} AND (failed_at IS NOT NULL) = $6 AND (problem IS NULL OR problem <> ALL($7))
    AND created_at <= $1 ORDER BY created_at, id"""
ANEW = """UPDATE outbox_message SET failed_at = NULL, problem = NULL, waits_for = NULL, attempts = 0, due_at = $2
WHERE id = ANY($1) AND sent_at IS NULL AND failed_at IS NOT NULL RETURNING id"""
# What a worker has just now is not touched: it has no problem yet.
AT_ONCE = """UPDATE outbox_message SET due_at = $2
WHERE id = ANY($1) AND sent_at IS NULL AND failed_at IS NULL AND problem IS NOT NULL AND due_at > $2 RETURNING id"""


class State(StrEnum):
    DUE = "due"
    SENDING = "with a worker"
    WAITS = "waits for its next try"
    LATER = "not due yet"
    FAILED = "given up"
    HELD = "held since a restore (`outbox release`)"


@dataclass(frozen=True, slots=True)
class Found:
    """A message that has not gone out. `facts`: the names of what it is made of."""

    id: UUID
    channel: str
    mail: str
    address: str
    created_at: datetime
    due_at: datetime
    attempts: int
    failed_at: datetime | None
    problem: str | None
    waits_for: str | None
    facts: list[str]

    def state(self, now: datetime) -> State:
        if self.failed_at:
            return State.FAILED
        if self.waits_for == Waiting.WORD:
            return State.HELD
        if self.due_at <= now:
            return State.DUE
        if self.attempts == 0:
            return State.LATER
        return State.WAITS if self.problem else State.SENDING

    @property
    def lost(self) -> str | None:
        """Why it can never be sent any more, if it cannot."""
        if self.mail not in MAILS:
            return "this version sends no such message"
        if not self.address:
            return "its address was said for this once and not kept"
        if needed(self.mail) - {*self.facts}:
            return "what it is made of was not kept: ask for it anew"
        return None


@dataclass(frozen=True)
class Asked:
    """Which messages are meant; what is None is not asked for."""

    ids: tuple[UUID, ...] | None = None
    channel: str | None = None
    mail: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class CarrierAway:
    """A way to send that does not work just now."""

    channel: str
    since: datetime
    again_at: datetime
    failures: int
    problem: str


def needed(mail: str) -> set[str]:
    """The facts without which this mail cannot be written."""
    parameters = inspect.signature(MAILS[mail]).parameters.values()
    return {one.name for one in parameters if one.default is one.empty} - {"channel", "lang"}


def masked(address: str) -> str:
    """Enough to tell two apart, and too little to know whose it is."""
    if "@" in address:
        local, _, domain = address.rpartition("@")
        return f"{local[:1]}***@***.{domain.rpartition('.')[2]}"
    return f"{address[:3]}*****{address[-2:]}" if address else "(not kept)"


async def waiting(asked: Asked, now: datetime) -> list[Found]:
    """What is to be sent, the oldest first."""
    return await _found(asked, now, failed=False)


async def failed(asked: Asked, now: datetime) -> list[Found]:
    """What was given up. What had nothing to say any more is not among it."""
    return await _found(asked, now, failed=True)


async def _found(asked: Asked, now: datetime, failed: bool) -> list[Found]:
    ids = list(asked.ids) if asked.ids else None
    return await rows(Found, FOUND, now, ids, asked.channel, asked.mail, asked.problem, failed, list(UNSAID))


async def carriers_away() -> list[CarrierAway]:
    return await rows(
        CarrierAway,
        "SELECT channel, since, again_at, failures, problem FROM carrier_away ORDER BY channel",
    )


async def retry(meant: Iterable[Found], now: datetime) -> int:
    """Let them be due at once, with all their tries before them where they were given up; and let their carriers be
    tried, too. Returns how many: what went out meanwhile is none of them."""
    again = [one for one in meant if not one.lost]
    ids = [one.id for one in again]
    await rows("DELETE FROM carrier_away WHERE channel = ANY($1)", sorted({one.channel for one in again}))
    return len(await column(ANEW, ids, now)) + len(await column(AT_ONCE, ids, now))
