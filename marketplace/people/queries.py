"""Reads of people and sign-ins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.signing import secret_hash
from marketplace.people.rules import GUESSES

WRITTEN_TO = "(c.channel IN ('email', 'sms') AND c.refused_at IS NULL)"
"""Does a message reach contact point c? Not who is to be rung, nor where the mail server said that nobody is. Of a
LEFT JOIN it is null where there is no contact point."""


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


async def signed_in(secret: str, now: datetime) -> SignedIn | None:
    """Who has the sign-in with this secret, if it has not been ended. rules.over says whether it lasted too long."""
    found = await row(
        f"""SELECT p.id, p.name, p.lang, s.id AS sign_in_id, s.seen_at, s.created_at AS signed_in_at,
            s.second_factor_at, {HAS_FACTOR.format(person="p.id")} AS has_second_factor
        FROM sign_in s JOIN person p ON p.id = s.person_id
        WHERE s.secret_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2""",
        secret_hash(secret), now,
    )  # fmt: skip
    return SignedIn(**found) if found else None


async def sign_ins(person: UUID, now: datetime) -> list[dict[str, Any]]:
    """The person's sign-ins that are not ended, last used first: id, device, created_at, seen_at."""
    return await rows(
        """SELECT id, device, created_at, seen_at FROM sign_in
        WHERE person_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY seen_at DESC, id DESC LIMIT 100""",
        person, now,
    )  # fmt: skip


async def verified_contacts(person: UUID) -> list[dict[str, Any]]:
    """Addresses that the person has proven theirs: id, channel, value."""
    return await rows(
        """SELECT id, channel, value FROM contact_point WHERE person_id = $1 AND verified_at IS NOT NULL
        ORDER BY channel, value""",
        person,
    )


@dataclass(frozen=True)
class Ticket:
    """A one-time link or code as its page needs it."""

    id: UUID
    address: str
    used: bool
    expired: bool
    guessed_out: bool

    @property
    def works(self) -> bool:
        """Does the link work? Wrong codes do not stop it: whoever guesses must not lock out whoever has the mail."""
        return not self.used and not self.expired


TICKET = """SELECT id, address, used_at IS NOT NULL AS used, expires_at <= $2 AS expired,
    guesses >= $3 AS guessed_out FROM sign_in_ticket"""
WHOSE = "person_id IS NOT DISTINCT FROM $4"


async def ticket_of_link(token: str, now: datetime, person: UUID | None = None) -> Ticket | None:
    """The ticket of a link: one that signs in, or one that proves an address of this person."""
    found = await row(f"{TICKET} WHERE link_hash = $1 AND {WHOSE}", secret_hash(token), now, GUESSES, person)
    return Ticket(**found) if found else None


async def ticket_of_code(id: UUID, now: datetime, person: UUID | None = None) -> Ticket | None:  # noqa: A002 - an id is called id here
    """The ticket whose code is asked for, likewise."""
    found = await row(f"{TICKET} WHERE id = $1 AND {WHOSE}", id, now, GUESSES, person)
    return Ticket(**found) if found else None


STILL_OF_USE = timedelta(minutes=1)
"""What is left of a ticket's time when its message may still go: it has to arrive, and be read."""


async def still_works(token: str, now: datetime) -> bool:
    """Does a message with this link help whoever gets it now?"""
    works = "SELECT EXISTS (SELECT FROM sign_in_ticket WHERE link_hash = $1 AND used_at IS NULL AND expires_at > $2)"
    return bool(await value(works, secret_hash(token), now + STILL_OF_USE))


async def acted_for(actor: UUID) -> list[dict[str, Any]]:
    """Whom somebody acts for, as guardian or next of kin, by name: id, person_id, name, relation, and whether they have
    accepted (else they are asked, and nobody books for them yet)."""
    return await rows(
        """SELECT a.id, a.person_id, n.name, a.relation, a.accepted_at IS NOT NULL AS accepted
        FROM acts_for a JOIN person n ON n.id = a.person_id
        WHERE a.actor_id = $1 AND a.ended_at IS NULL AND a.relation <> 'guide'
        ORDER BY lower(n.name), a.id LIMIT 100""",
        actor,
    )  # fmt: skip


async def is_asked(acts_for: UUID, channel: str, address: str) -> bool:
    """Is whoever has this address still asked whether somebody may act for them?"""
    return bool(
        await value(
            """SELECT true FROM acts_for a JOIN contact_point c ON c.person_id = a.person_id
            WHERE a.id = $1 AND a.accepted_at IS NULL AND a.ended_at IS NULL AND c.channel = $2 AND c.value = $3
            LIMIT 1""",
            acts_for, channel, address,
        )
    )  # fmt: skip


async def may_act_for(actor: UUID, person: UUID) -> dict[str, Any] | None:
    """name and shielded of somebody whom the actor may book for; None when they may not. Inside a transaction nobody
    ends that before it is over."""
    return await row(
        """SELECT coalesce(n.name, '') AS name, n.shielded FROM acts_for a JOIN person n ON n.id = a.person_id
        WHERE a.actor_id = $1 AND a.person_id = $2 AND a.ended_at IS NULL AND a.accepted_at IS NOT NULL
            AND a.relation <> 'guide' FOR SHARE OF a""",
        actor, person,
    )  # fmt: skip


async def helpers_of(person: UUID) -> list[dict[str, Any]]:
    """Who acts for a person or asks to, those who ask first: id, actor_id, person_id, helper, called, relation,
    created_at, accepted.

    Whoever asks gave an address, of a person that has nothing but it (`called`): it is for whoever has proven the
    same address.
    """
    return await rows(
        """WITH me AS (
            SELECT $1::uuid AS id UNION SELECT c.person_id FROM contact_point p
            JOIN contact_point c ON c.channel = p.channel AND c.value = p.value AND c.verified_at IS NULL
            WHERE p.person_id = $1 AND p.verified_at IS NOT NULL AND NOT EXISTS (
                SELECT FROM contact_point v WHERE v.person_id = c.person_id AND v.verified_at IS NOT NULL))
        SELECT a.id, a.actor_id, a.person_id, k.name AS helper, n.name AS called, a.relation, a.created_at,
            a.accepted_at IS NOT NULL AS accepted
        FROM me JOIN acts_for a ON a.person_id = me.id JOIN person k ON k.id = a.actor_id
            JOIN person n ON n.id = a.person_id
        WHERE a.ended_at IS NULL AND a.actor_id <> $1 ORDER BY accepted, a.id LIMIT 100""",
        person,
    )
