"""Second factors: the codes of an app (RFC 6238), and recovery codes for whoever has lost it. Passkeys have a file of
their own."""

import secrets
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import pyotp
from uuid_utils.compat import uuid7

from marketplace.base import clock
from marketplace.base.data import audit, ledger
from marketplace.base.data.database import column, in_transaction, row, rows, value
from marketplace.base.data.ledger import Lost
from marketplace.base.models import Channel
from marketplace.base.signing import each_signed, seal, signed, unseal
from marketplace.people.acts import Act
from marketplace.people.rules import contact
from marketplace.people.second_factor.rules import recovery_code
from marketplace.people.sign_in.actions import PROVEN_BY
from marketplace.people.sign_in.queries import SignedIn, has_second_factor

STEP = 30
"""Seconds that a code of an app lasts. The one before and the one after count too: clocks differ."""
FORM_LASTS = 3600
"""Seconds within which a new app's first code must come."""
CODES = 10
APP = "app"
"""Purpose of the seal on secrets in the database."""


def sealed_secret(secret: str) -> bytes:
    """A secret as the database has it."""
    return seal(APP, secret.encode()).encode()


def new_app(person: UUID) -> tuple[str, str]:
    """A new secret, and the same sealed for the form that brings its first code: nothing is stored before."""
    secret = pyotp.random_base32()
    return secret, seal("new app", person.bytes + secret.encode())


def secret_of(person: UUID, sealed: str) -> str | None:
    """The secret of such a form; None when it is too old or was not made for this person."""
    content = unseal("new app", sealed, FORM_LASTS)
    return content[16:].decode() if content and content[:16] == person.bytes else None


def _step(secret: str, code: str, after: int) -> int | None:
    """The step of a code that is right now and later than `after`."""
    now = int(clock.unmoved().timestamp()) // STEP
    app = pyotp.TOTP(secret, interval=STEP)
    return next((step for step in (now - 1, now, now + 1)
                 if step > after and secrets.compare_digest(app.at(step * STEP), code)), None)  # fmt: skip


async def add_app(person: UUID, secret: str, code: str, *, now: datetime) -> bool:
    """Take an app into use, in place of an earlier one, when this is a code of it."""
    step = _step(secret, code, 0)
    if step is None:
        return False
    async with in_transaction():
        ledger.note(
            Lost.SECOND_FACTOR, *await column("DELETE FROM totp WHERE person_id = $1 RETURNING id", person)
        )
        await rows(
            """INSERT INTO totp (id, person_id, secret, last_step, created_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step,
                created_at = excluded.created_at""",
            uuid7(), person, sealed_secret(secret), step, now,
        )  # fmt: skip
        await audit.record(
            Act.SECOND_FACTOR_ADDED, actor=person, person=person, details={"kind": "app"}, now=now
        )
    return True


async def give_code(person: SignedIn, code: str, *, now: datetime) -> bool:
    """Is it a code of the person's app that was not used before, or one of their recovery codes? It is used now."""
    async with in_transaction():
        kind = "app" if len(code) == 6 else "recovery code"
        right = await (_use_code(person.id, code) if kind == "app" else _use_recovery(person.id, code, now))
        verb = "given" if right else "refused"
        await audit.record(
            Act(f"second_factor.{verb}"), actor=person.id, person=person.id, object_id=person.sign_in_id,
            details={"kind": kind}, now=now,
        )  # fmt: skip
    return right


async def note_passkey(person: SignedIn | None, right: bool, *, now: datetime) -> None:
    """Record that a passkey was given in an answer to a second factor, or refused, there or at the door."""
    verb = Act.SECOND_FACTOR_GIVEN if right else Act.SECOND_FACTOR_REFUSED if person else Act.SIGN_IN_REFUSED
    whose = {"actor": person.id, "person": person.id, "object_id": person.sign_in_id} if person else {}
    await audit.record(verb, **whose, details={"kind": "passkey"}, now=now)


class _App(NamedTuple):
    secret: bytes
    last_step: int


async def _use_code(person: UUID, code: str) -> bool:
    app = await row(_App, "SELECT secret, last_step FROM totp WHERE person_id = $1 FOR NO KEY UPDATE", person)
    secret = unseal(APP, app.secret.decode()) if app else None
    step = _step(secret.decode(), code, app.last_step) if app and secret else None
    if step is None:
        return False
    await rows("UPDATE totp SET last_step = $2 WHERE person_id = $1", person, step)
    return True


RECOVERY = "recovery code"


def _hash(person: UUID, code: str) -> bytes:
    return signed(RECOVERY, str(person), code)


async def _use_recovery(person: UUID, code: str, now: datetime) -> bool:
    used = await value(
        """UPDATE recovery_code SET used_at = $3 WHERE person_id = $1 AND code_hash = ANY($2) AND used_at IS NULL
        RETURNING id""",
        person, each_signed(RECOVERY, str(person), code.replace("-", "")), now,
    )  # fmt: skip
    if used:
        ledger.note(Lost.RECOVERY_CODE, used)
    return used is not None


async def _end_recovery_codes(person: UUID) -> None:
    codes = await column("DELETE FROM recovery_code WHERE person_id = $1 RETURNING id", person)
    ledger.note(Lost.RECOVERY_CODE, *codes)


async def new_recovery_codes(person: UUID, *, now: datetime) -> list[str]:
    """Ten new codes, as people read them; those before them stop working. Nobody can be shown them again."""
    codes = [recovery_code() for _ in range(CODES)]
    async with in_transaction():
        await _end_recovery_codes(person)
        await rows(
            """INSERT INTO recovery_code (id, person_id, code_hash, created_at)
            SELECT id, $2, code, $4 FROM unnest($1::uuid[], $3::bytea[]) AS t (id, code)""",
            [uuid7() for _ in codes], person, [_hash(person, code.replace("-", "")) for code in codes], now,
        )  # fmt: skip
        await audit.record(Act.RECOVERY_CODES_MADE, actor=person, person=person, now=now)
    return codes


async def remove_app(person: UUID, *, now: datetime) -> None:
    """Forget the app, if there is one."""
    async with in_transaction():
        if gone := await column("DELETE FROM totp WHERE person_id = $1 RETURNING id", person):
            ledger.note(Lost.SECOND_FACTOR, *gone)
            await _removed(person, "app", now)


async def remove_passkey(person: UUID, passkey: UUID, *, now: datetime) -> bool:
    """Forget one of the person's passkeys. False when they have no such."""
    async with in_transaction():
        gone = await row("DELETE FROM passkey WHERE id = $2 AND person_id = $1 RETURNING id", person, passkey)
        if gone:
            ledger.note(Lost.SECOND_FACTOR, passkey)
            await _removed(person, "passkey", now)
    return gone is not None


async def reset(address: str, *, now: datetime) -> bool:
    """Forget all second factors of whoever has proven this address, and end their sign-ins: they have lost them. False
    when nobody has proven it."""
    channel, known = contact(address) or (Channel.EMAIL, "")
    async with in_transaction():
        person = await value(PROVEN_BY, channel, known)
        if person is None:
            return False
        for table in ("totp", "passkey"):
            gone = await column(f"DELETE FROM {table} WHERE person_id = $1 RETURNING id", person)
            ledger.note(Lost.SECOND_FACTOR, *gone)
        await _end_recovery_codes(person)
        await rows("UPDATE sign_in SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL", person, now)
        await audit.record(Act.SECOND_FACTOR_REMOVED, person=person, details={"kind": "all"}, now=now)
    return True


async def _removed(person: UUID, kind: str, now: datetime) -> None:
    """Recovery codes stand in for a factor: without one they are nothing."""
    if not await has_second_factor(person):
        await _end_recovery_codes(person)
    await audit.record(
        Act.SECOND_FACTOR_REMOVED, actor=person, person=person, details={"kind": kind}, now=now
    )
