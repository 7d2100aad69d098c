"""Acting for others: asking, accepting, ending."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data import audit, ledger
from marketplace.base.data.database import in_transaction, row, rows, value
from marketplace.base.data.ledger import Lost
from marketplace.base.errors import NotFound
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, post
from marketplace.my_page.acts import Act
from marketplace.people.acting import mails
from marketplace.people.acting.queries import helpers_of
from marketplace.people.models import ActsFor, ContactPoint, Person, Relation
from offers.bookings.calendar import let_go


async def add(
    actor: UUID,
    name: str,
    relation: Relation,
    reach: tuple[Channel, str] | None,
    *,
    alias: bool,
    own_name: str | None = None,
    lang: str,
    now: datetime,
) -> None:
    """Act for somebody from now on. With a way to reach them they are asked, and it counts when they say yes.

    Nobody is looked up: the message is the same whoever has the address, and only whoever proves it sees who asks:
    by the actor's name, or `own_name` where they have none yet.
    """
    async with in_transaction():
        await rows("UPDATE person SET name = coalesce(name, $2) WHERE id = $1", actor, own_name)
        person = await Person.create(name=name, lang=lang, shielded=alias, created_at=now)
        made = await ActsFor.create(
            actor_id=actor,
            person=person,
            relation=relation,
            called=name,
            created_at=now,
            accepted_at=None if reach else now,
        )
        if reach:
            channel, address = reach
            await ContactPoint.create(person=person, channel=channel, value=address, created_at=now)
            await post(mails.help_offered, channel=channel, address=address, lang=lang, key=f"help_offered:{made.id}",
                       now=now, about=About(person_id=person.id), acts_for=str(made.id))  # fmt: skip
        await audit.record(Act.ACTS_FOR_ADDED, actor=actor, person=person.id, object_id=made.id,
                           details={"relation": relation}, now=now)  # fmt: skip


async def accept(person: UUID, acts_for: UUID, *, now: datetime) -> None:
    """Let somebody act for the person. Raises NotFound when nobody asks (any more)."""
    async with in_transaction():
        await rows("SELECT id FROM acts_for WHERE id = $1 FOR UPDATE", acts_for)
        found = next((each for each in await helpers_of(person) if each.id == acts_for), None)
        if found is None:
            raise NotFound
        if found.accepted:
            return
        stand_in = found.person_id
        if stand_in == person or await value(
            "SELECT true FROM booking WHERE participant_id = $1 LIMIT 1", stand_in
        ):
            await rows("UPDATE acts_for SET accepted_at = $2 WHERE id = $1", acts_for, now)
        else:
            # It was made of a name and an address; now it is known who that is.
            await rows(
                """UPDATE acts_for SET person_id = $2, accepted_at = $3 WHERE id = $1 AND NOT EXISTS (SELECT
                FROM acts_for o WHERE o.actor_id = $4 AND o.person_id = $2 AND o.ended_at IS NULL)""",
                acts_for, person, now, found.actor_id,
            )  # fmt: skip
            await rows(
                """UPDATE person n SET name = coalesce(n.name, s.name), shielded = n.shielded OR s.shielded
                FROM person s WHERE n.id = $1 AND s.id = $2""",
                person, stand_in,
            )  # fmt: skip
            await rows("DELETE FROM person WHERE id = $1", stand_in)
        await audit.record(Act.ACTS_FOR_ACCEPTED, actor=person, person=person, object_id=acts_for, now=now)


@dataclass(frozen=True, slots=True)
class _Between:
    actor_id: UUID
    person_id: UUID


async def end(who: UUID, acts_for: UUID, *, now: datetime) -> None:
    """End it, by either of the two, at once. Raises NotFound when there is nothing between them to end."""
    async with in_transaction():
        # A booking that is being made for the person holds this row until it is there: then it is handed over too.
        found = await row(
            _Between,
            "SELECT actor_id, person_id FROM acts_for WHERE id = $1 AND ended_at IS NULL FOR UPDATE",
            acts_for,
        )
        if found is None or (
            found.actor_id != who and acts_for not in {each.id for each in await helpers_of(who)}
        ):
            raise NotFound
        await _end(acts_for, found, now)
        ledger.note(Lost.ACTS_FOR, acts_for)
        await audit.record(Act.ACTS_FOR_ENDED, actor=who, person=found.person_id, object_id=acts_for, now=now)


async def end_again(acts_for: UUID, *, now: datetime) -> None:
    """The same after a restore has brought it back, whoever had ended it."""
    async with in_transaction():
        found = await row(
            _Between,
            "SELECT actor_id, person_id FROM acts_for WHERE id = $1 AND ended_at IS NULL FOR UPDATE",
            acts_for,
        )
        if found:
            await _end(acts_for, found, now)


async def _end(acts_for: UUID, between: _Between, now: datetime) -> None:
    await rows("UPDATE acts_for SET ended_at = $2 WHERE id = $1", acts_for, now)
    await hand_over(between.actor_id, between.person_id, now=now)


async def hand_over(actor: UUID, person: UUID, *, now: datetime) -> None:
    """What the actor has booked for the person is the person's alone, all of it and in the same way: the actor sees it
    no more, gets no messages of it, can mend nothing by a form they have open, and their links do not open it.

    Without an address of their own, the person is rung. Where they had booked themselves they have two places now, and
    both are theirs to keep or cancel: a seat that became free at this moment would tell the actor of the other.
    """
    await let_go(actor, person, now=now)
    await rows(
        """UPDATE booking SET booked_by_id = participant_id, link_version = link_version + 1, form_digest = NULL,
            handed_over_at = $3, contact_id = (
                SELECT c.id FROM contact_point c WHERE c.person_id = $2 AND NOT EXISTS (
                    SELECT FROM contact_point o WHERE o.person_id = $1 AND o.channel = c.channel AND o.value = c.value)
                ORDER BY c.refused_at IS NOT NULL, c.verified_at NULLS LAST, c.id LIMIT 1)
        WHERE participant_id = $2 AND booked_by_id = $1""",
        actor, person, now,
    )  # fmt: skip
