"""Taking away an address: what went to it goes on to another."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data import audit, ledger
from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.data.ledger import Lost
from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, post
from marketplace.base.text import same_name
from marketplace.my_page.acts import Act
from marketplace.people.contacts import actions as contacts
from marketplace.people.queries import Address, verified_contacts
from offers.bookings.links.actions import end_links
from offers.bookings.links.mails import links
from offers.seats.models import Claimed


async def remove_contact(person: UUID, contact: UUID, *, now: datetime) -> None:
    """Take away one of the person's addresses. Messages about their bookings go to the first that is left, and so do
    new links at once: those that lie in the mailbox that is gone open nothing more.

    Raises Refused for the last one: it is how they sign in. NotFound when it is not theirs (any more).
    """
    async with in_transaction():
        # Two tabs at once, each removing one of two: the second waits here, and sees that one is left.
        await rows("SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE", person)
        mine = await verified_contacts(person)
        gone = next((each for each in mine if each.id == contact), None)
        if gone is None:
            raise NotFound
        left = [each for each in mine if each is not gone]
        if not left:
            raise Refused(
                _("Dette er den eneste adressen din. Legg til en annen først, ellers kommer du ikke inn.")
            )
        if await _pass_on(person, gone, left[0]):
            await post(
                links, channel=Channel(left[0].channel), address=left[0].value, now=now, to=left[0].value,
                key=f"links:{contact}:{int(now.timestamp())}", at=now.isoformat(), renewed=True,
                about=About(person_id=person),
                lang=await value("SELECT lang FROM person WHERE id = $1", person),
            )  # fmt: skip
        await contacts.forget_address(person, gone.channel, gone.value)
        ledger.note(Lost.CONTACT, contact)
        await audit.record(Act.CONTACT_REMOVED, actor=person, person=person, object_id=contact, now=now)
        await contacts.tell_of_change(person, mine, contact, now)


@dataclass(frozen=True, slots=True)
class _Point:
    id: UUID
    person_id: UUID
    name: str | None


@dataclass(frozen=True, slots=True)
class _Moved(Claimed):
    id: UUID
    state: str


async def _pass_on(person: UUID, gone: Address, heir: Address) -> bool:
    """What Min side shows as the person's own through one address goes on to another, under new links. Returns whether
    some of it is not over.

    That is what they booked with it, and what a guest of their name did before it was proven theirs. Others may share
    the address: what is theirs stays there.
    """
    name = await value("SELECT name FROM person WHERE id = $1", person)
    points = await rows(
        _Point,
        """SELECT c.id, c.person_id, n.name FROM contact_point c JOIN person n ON n.id = c.person_id
        WHERE c.channel = $2 AND c.value = $3 AND (c.person_id = $1 OR c.verified_at IS NULL AND NOT EXISTS (
            SELECT FROM contact_point v WHERE v.person_id = c.person_id AND v.verified_at IS NOT NULL))""",
        person, gone.channel, gone.value,
    )  # fmt: skip
    own = [each.id for each in points if each.person_id == person]
    as_guest = [
        each.id for each in points
        if each.person_id != person and (not name or same_name(each.name or "", name))
    ]  # fmt: skip
    moved = await rows(_Moved, "SELECT id, state FROM booking WHERE contact_id = ANY($1)", own + as_guest)
    await rows("UPDATE booking SET contact_id = $2 WHERE contact_id = ANY($1)", own, heir.id)
    await rows(
        "UPDATE contact_point SET channel = $2, value = $3, refused_at = NULL WHERE id = ANY($1)",
        as_guest, heir.channel, heir.value,
    )  # fmt: skip
    await end_links([each.id for each in moved])
    return any(each.active for each in moved)
