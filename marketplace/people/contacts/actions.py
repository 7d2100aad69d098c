"""Addresses that a person proves theirs, besides the one they signed in with."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import audit
from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.errors import Refused
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, post
from marketplace.people.acts import Act
from marketplace.people.contacts import mails
from marketplace.people.queries import Address, verified_contacts
from marketplace.people.sign_in.actions import PROVE, PROVEN_BY, Used, try_code, use_link, wrong_code


class Anothers(Refused):
    """Another person has proven the same address before: they sign in with it."""


async def prove_by_link(token: str, person: UUID, *, now: datetime) -> None:
    """The address of the link is the person's too. Raises TicketGone, Anothers."""
    async with in_transaction():
        proven = await _prove(await use_link(token, person, now), person, now)
    if not proven:
        raise Anothers


async def prove_by_code(ticket_id: UUID, code: str, person: UUID, *, now: datetime) -> None:
    """The same by the six-digit code. Raises WrongCode, TicketGone, Anothers."""
    async with in_transaction():
        ticket = await try_code(ticket_id, code, person, now)
        used = ticket is not None and ticket.used_at
        proven = bool(ticket and used and await _prove(ticket, person, now))
    # Raised outside the transaction, so that the ticket stays used and the wrong guess counted.
    if not used:
        raise wrong_code(ticket)
    if not proven:
        raise Anothers


async def _prove(ticket: Used, person: UUID, now: datetime) -> bool:
    """False when the address is another person's already; nothing is changed then."""
    before = await verified_contacts(person)
    made = await value(PROVE, uuid7(), person, ticket.channel, ticket.address, now)
    if made is None:
        return bool(await value(PROVEN_BY, ticket.channel, ticket.address) == person)
    await audit.record(Act.CONTACT_ADDED, actor=person, person=person, object_id=made, now=now)
    await tell_of_change(person, before, made, now)
    return True


async def tell_of_change(person: UUID, addresses: list[Address], contact: UUID, now: datetime) -> None:
    """Say to all these addresses that one was added or removed, and no more: it may not have been the person."""
    lang = await value("SELECT lang FROM person WHERE id = $1", person)
    for each in addresses:
        await post(
            mails.addresses_changed, channel=Channel(each.channel), address=each.value, lang=lang,
            key=f"addresses_changed:{contact}:{each.id}:{int(now.timestamp())}", now=now,
            about=About(person_id=person),
        )  # fmt: skip


async def forget_address(person: UUID, channel: str, address: str) -> None:
    """Delete the address from the person, also where they gave it for a booking before they had proven it."""
    await rows(
        "DELETE FROM contact_point WHERE person_id = $1 AND channel = $2 AND value = $3",
        person,
        channel,
        address,
    )
