"""Writes of people and sign-ins."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import audit
from marketplace.base.data.database import in_transaction, row, rows, value
from marketplace.base.errors import Refused
from marketplace.base.i18n import ngettext
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, MailFunction, post
from marketplace.base.signing import each_signed, secret_hash, signed
from marketplace.people.actions import is_somebodys
from marketplace.people.acts import Act
from marketplace.people.models import Person
from marketplace.people.sign_in import mails
from marketplace.people.sign_in.models import SignIn, SignInTicket
from marketplace.people.sign_in.queries import SignedIn, has_second_factor
from marketplace.people.sign_in.rules import GUESSES, RESIDENT, TICKET_LASTS

SEEN_EVERY = timedelta(minutes=5)
"""A sign-in's last use is written at most this often."""


async def touch(person: SignedIn, now: datetime) -> None:
    """Note that the sign-in was used."""
    if now - person.seen_at > SEEN_EVERY:
        await rows("UPDATE sign_in SET seen_at = $2 WHERE id = $1", person.sign_in_id, now)


class TicketGone(Refused):
    """The link or code is used, too old, guessed at too often, or never was."""


class WrongCode(Refused):
    """Not the code; `left` more may be tried."""

    def __init__(self, left: int) -> None:
        super().__init__(ngettext(
            "Det er ikke riktig kode. Se etter i den nyeste meldingen. Du kan prøve én gang til.",
            "Det er ikke riktig kode. Se etter i den nyeste meldingen. Du kan prøve %(num)s ganger til.",
            left,
        ))  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """The circumstances of a sign-in: device in words, language, and the sign-in that this browser had before."""

    device: str
    lang: str
    before: UUID | None = None


@dataclass(frozen=True)
class Entry:
    """What a sign-in gave: the cookie's secret, and where to go."""

    secret: str
    next_path: str | None
    half: bool = False
    """Has the person a second factor that is still to be given?"""


CODE = "sign-in code"


def code_hash(ticket: UUID, code: str) -> bytes:
    """A code has a million values, so a hash alone could be tried out: it is keyed, and bound to its ticket."""
    return signed(CODE, str(ticket), code)


async def ask(
    channel: Channel,
    address: str,
    *,
    lang: str,
    next_path: str | None = None,
    person: UUID | None = None,
    mail: MailFunction = mails.sign_in,
    now: datetime,
) -> UUID:
    """Send a one-time link and a code to the address. The ticket's id belongs to the form that takes the code.

    With a `person`, and a mail of that, they sign nobody in, but prove that the address is that person's (contacts.py).
    Nobody is looked up: for an address that we know and one that we do not, the work and the message are the same.
    Earlier tickets keep working, or anybody could make somebody's link useless by asking again.
    """
    ticket, token, code = uuid7(), secrets.token_urlsafe(24), f"{secrets.randbelow(10**6):06}"
    async with in_transaction():
        await SignInTicket.create(
            id=ticket, person_id=person, channel=channel, address=address, link_hash=secret_hash(token),
            code_hash=code_hash(ticket, code), next_path=next_path, created_at=now, expires_at=now + TICKET_LASTS,
        )  # fmt: skip
        await post(
            mail, channel=channel, address=address, lang=lang,
            key=f"sign_in:{ticket}", now=now, about=About(person_id=person), token=token, code=code,
        )  # fmt: skip
    return ticket


@dataclass(frozen=True, slots=True)
class Used:
    """A ticket that a link or a code was given for; `used_at` is empty after a wrong code."""

    channel: str
    address: str
    next_path: str | None
    guesses: int
    used_at: datetime | None


USE_LINK = """UPDATE sign_in_ticket SET used_at = $2
WHERE link_hash = $1 AND used_at IS NULL AND expires_at > $2 AND person_id IS NOT DISTINCT FROM $3
RETURNING channel, address, next_path, guesses, used_at"""

TRY_CODE = """UPDATE sign_in_ticket
SET used_at = CASE WHEN code_hash = ANY($3) THEN $2::timestamptz END, guesses = guesses + (code_hash <> ALL($3))::int
WHERE id = $1 AND used_at IS NULL AND expires_at > $2 AND guesses < $4 AND person_id IS NOT DISTINCT FROM $5
RETURNING channel, address, next_path, guesses, used_at"""


async def enter_by_link(token: str, visit: Visit, *, now: datetime) -> Entry:
    """Sign in by a one-time link. Raises TicketGone."""
    async with in_transaction():
        return await _enter(await use_link(token, None, now), visit, now)


async def enter_by_code(ticket_id: UUID, code: str, visit: Visit, *, now: datetime) -> Entry:
    """Sign in by a six-digit code. Raises WrongCode, TicketGone."""
    async with in_transaction():
        ticket = await try_code(ticket_id, code, None, now)
        if ticket and ticket.used_at:
            return await _enter(ticket, visit, now)
        await audit.record(Act.SIGN_IN_REFUSED, object_id=ticket_id, now=now)
    raise wrong_code(ticket)  # outside the transaction, so that the wrong guess stays counted


async def use_link(token: str, person: UUID | None, now: datetime) -> Used:
    """Use up the link of a ticket of this person (None: one that signs in). Raises TicketGone."""
    ticket = await row(Used, USE_LINK, secret_hash(token), now, person)
    if ticket is None:
        raise TicketGone
    await is_somebodys(ticket.channel, ticket.address)
    return ticket


async def try_code(ticket_id: UUID, code: str, person: UUID | None, now: datetime) -> Used | None:
    """Count a wrong guess, or use up the ticket: `used_at` then. None: the ticket is gone, or another person's."""
    ticket = await row(
        Used, TRY_CODE, ticket_id, now, each_signed(CODE, str(ticket_id), code), GUESSES, person
    )
    if ticket and ticket.used_at:
        await is_somebodys(ticket.channel, ticket.address)
    return ticket


def wrong_code(ticket: Used | None) -> Refused:
    """What to say of a guess that was counted."""
    if ticket is None or ticket.guesses >= GUESSES:
        return TicketGone()
    return WrongCode(GUESSES - ticket.guesses)


async def _enter(ticket: Used, visit: Visit, now: datetime) -> Entry:
    """A new sign-in of whoever has proven the ticket's address; the browser's sign-in before it ends."""
    channel = Channel(ticket.channel)
    person = await _person_with(channel, ticket.address, visit.lang, now)
    secret = await _new_sign_in(person, visit, channel, now)
    return Entry(secret, ticket.next_path, await has_second_factor(person))


async def _new_sign_in(
    person: UUID, visit: Visit, by: str, now: datetime, second_factor_at: datetime | None = None
) -> str:
    """Make a sign-in and end the one that this browser had. Returns its secret."""
    secret, sign_in = secrets.token_urlsafe(32), uuid7()
    if visit.before:
        await rows("UPDATE sign_in SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL", visit.before, now)
    await SignIn.create(
        id=sign_in, person_id=person, secret_hash=secret_hash(secret), device=visit.device, created_at=now,
        seen_at=now, expires_at=now + RESIDENT.absolute, second_factor_at=second_factor_at,
    )  # fmt: skip
    await audit.record(
        Act.SIGN_IN_MADE, actor=person, person=person, object_id=sign_in, details={"by": by}, now=now
    )
    return secret


async def enter_by_passkey(person: UUID, visit: Visit, *, now: datetime) -> str:
    """Sign in whoever's passkey has signed: something they have, unlocked by what they are or know. Returns the
    secret."""
    async with in_transaction():
        return await _new_sign_in(person, visit, "passkey", now, now)


RENEW = """WITH old AS (UPDATE sign_in SET ended_at = $4 WHERE id = $1 AND ended_at IS NULL RETURNING *)
INSERT INTO sign_in (id, person_id, secret_hash, device, created_at, seen_at, expires_at, second_factor_at)
SELECT $2, person_id, $3, device, created_at, $4, expires_at, coalesce($5, second_factor_at) FROM old RETURNING id"""


async def renew(
    sign_in: UUID, *, now: datetime, second_factor_at: datetime | None = None
) -> tuple[UUID, str] | None:
    """Put a new sign-in in place of this one, for a second factor or another role: whoever had its secret has nothing.

    It ends when the old one would have. Returns its id and secret, or None when the old one was ended meanwhile.
    """
    new, secret = uuid7(), secrets.token_urlsafe(32)
    made = await row(RENEW, sign_in, new, secret_hash(secret), now, second_factor_at)
    return (new, secret) if made else None


PROVEN_BY = (
    "SELECT person_id FROM contact_point WHERE channel = $1 AND value = $2 AND verified_at IS NOT NULL"
)
PROVE = """INSERT INTO contact_point (id, person_id, channel, value, verified_at, created_at)
VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (channel, value) WHERE verified_at IS NOT NULL DO NOTHING RETURNING id"""


async def _person_with(channel: Channel, address: str, lang: str, now: datetime) -> UUID:
    """The person who has proven this address, made if there is none.

    Persons of guests with the same, unverified address are left alone: two people may share an address.
    """
    known: UUID | None = await value(PROVEN_BY, channel, address)
    if known:
        return known
    made = await Person.create(lang=lang, created_at=now)
    if await row(PROVE, uuid7(), made.id, channel, address, now):
        return made.id
    await made.delete()  # two tickets of one new address, used at the same moment: the other was first
    first: UUID = await value(PROVEN_BY, channel, address)
    return first


async def end(sign_in: UUID, person: UUID, *, now: datetime) -> bool:
    """End one sign-in of the person, on the server. False when they have no such sign-in."""
    async with in_transaction():
        ended = await row(
            "UPDATE sign_in SET ended_at = COALESCE(ended_at, $3) WHERE id = $1 AND person_id = $2 RETURNING id",
            sign_in, person, now,
        )  # fmt: skip
        if ended:
            await audit.record(Act.SIGN_IN_ENDED, actor=person, person=person, object_id=sign_in, now=now)
    return ended is not None


async def end_all(
    person: UUID, *, now: datetime, by: UUID | None = None, but: UUID | None = None, by_operator: bool = False
) -> int:
    """End every sign-in of the person, `but` one; how many there were. `by`: who does it, when it is not the person;
    whoever runs the instance has no name in the audit log."""
    async with in_transaction():
        ended = await rows(
            """UPDATE sign_in SET ended_at = $2
            WHERE person_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $3::uuid RETURNING id""",
            person, now, but,
        )  # fmt: skip
        actor = None if by_operator else by or person
        await audit.record(
            Act.SIGN_IN_ALL_ENDED, actor=actor, person=person, details={"count": len(ended)}, now=now
        )
    return len(ended)
