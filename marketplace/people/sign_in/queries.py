"""Who is behind a request, and whose a link or a code is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.signing import secret_hash
from marketplace.people.sign_in.rules import GUESSES


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request."""

    id: UUID
    name: str | None
    lang: str
    sign_in_id: UUID
    seen_at: datetime
    signed_in_at: datetime
    second_factor_at: datetime | None = None
    has_second_factor: bool = False
    roles: list[str] = field(default_factory=list)
    """What they are in organisations, where that was asked for."""

    @property
    def half(self) -> bool:
        """Is the second factor, which the person has, still to be given?"""
        return self.has_second_factor and self.second_factor_at is None

    @property
    def shown_at(self) -> datetime:
        """When the person last showed who they are: a second factor, or without one the sign-in itself."""
        return self.second_factor_at or self.signed_in_at


HAS_FACTOR = """EXISTS (SELECT FROM totp t WHERE t.person_id = {person})
    OR EXISTS (SELECT FROM passkey k WHERE k.person_id = {person})"""


async def has_second_factor(person: UUID) -> bool:
    """An app or a passkey."""
    return bool(await value(f"SELECT {HAS_FACTOR.format(person='$1')}", person))


class Beside(NamedTuple):
    """What is asked in the statement that finds out who asks: SQL of one row of person `asker`, or of none, with
    `values` from $3 on. `kind` has its columns too."""

    kind: type[SignedIn]
    sql: str
    values: tuple[Any, ...]


NOTHING = Beside(SignedIn, "", ())


async def signed_in(
    secret: str, now: datetime, roles: str = "'{}'::text[]", beside: Beside = NOTHING
) -> SignedIn | None:
    """Who has the sign-in with this secret, if it has not been ended. rules.over says whether it lasted too long.
    `roles`: SQL of the roles of person `asker`, whom floors above know; they come in the same statement."""
    and_that, there = (
        (", there.*", f"LEFT JOIN LATERAL ({beside.sql}) there ON true") if beside.sql else ("", "")
    )
    return await row(
        beside.kind,
        f"""SELECT asker.id, asker.name, asker.lang, s.id AS sign_in_id, s.seen_at, s.created_at AS signed_in_at,
            s.second_factor_at, {HAS_FACTOR.format(person="asker.id")} AS has_second_factor,
            {roles} AS roles{and_that}
        FROM sign_in s JOIN person asker ON asker.id = s.person_id {there}
        WHERE s.secret_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2""",
        secret_hash(secret), now, *beside.values,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Device:
    """A sign-in as its person sees it."""

    id: UUID
    device: str | None
    created_at: datetime
    seen_at: datetime


async def sign_ins(person: UUID, now: datetime) -> list[Device]:
    """The person's sign-ins that are not ended, last used first."""
    return await rows(
        Device,
        """SELECT id, device, created_at, seen_at FROM sign_in
        WHERE person_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY seen_at DESC, id DESC LIMIT 100""",
        person, now,
    )  # fmt: skip


@dataclass(frozen=True)
class Ticket:
    """A one-time link or code as its page needs it. `next_path`: where they wanted to go."""

    id: UUID
    address: str
    next_path: str | None
    used: bool
    expired: bool
    guessed_out: bool

    @property
    def works(self) -> bool:
        """Does the link work? Wrong codes do not stop it: whoever guesses must not lock out whoever has the mail."""
        return not self.used and not self.expired


TICKET = """SELECT id, address, next_path, used_at IS NOT NULL AS used, expires_at <= $2 AS expired,
    guesses >= $3 AS guessed_out FROM sign_in_ticket"""


WHOSE = "person_id IS NOT DISTINCT FROM $4"


async def ticket_of_link(token: str, now: datetime, person: UUID | None = None) -> Ticket | None:
    """The ticket of a link: one that signs in, or one that proves an address of this person."""
    return await row(
        Ticket, f"{TICKET} WHERE link_hash = $1 AND {WHOSE}", secret_hash(token), now, GUESSES, person
    )


async def ticket_of_code(id: UUID, now: datetime, person: UUID | None = None) -> Ticket | None:  # noqa: A002 - an id is called id here
    """The ticket whose code is asked for, likewise."""
    return await row(Ticket, f"{TICKET} WHERE id = $1 AND {WHOSE}", id, now, GUESSES, person)


STILL_OF_USE = timedelta(minutes=1)
"""What is left of a ticket's time when its message may still go: it has to arrive, and be read."""


async def still_works(token: str, now: datetime) -> bool:
    """Does a message with this link help whoever gets it now?"""
    works = "SELECT EXISTS (SELECT FROM sign_in_ticket WHERE link_hash = $1 AND used_at IS NULL AND expires_at > $2)"
    return bool(await value(works, secret_hash(token), now + STILL_OF_USE))
