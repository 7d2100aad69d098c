"""A new claim on seats. Selling a seat once: lock the pool, decide in Python (rules.py), one write.

Everything a decision needs stands in the locked pool row, which is read afresh after waiting for the lock.
docs/decisions/0003-seats.md tells what was tried and measured.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.database import Values, in_transaction, row, rows
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.models import WRITTEN, Channel
from marketplace.base.post.mail import OUTBOX_COLUMNS
from marketplace.base.text import name_key
from marketplace.base.web.limits import Tries, counting, refuse
from marketplace.people.acting.queries import may_act_for
from marketplace.settings import settings
from offers.bookings import asked, rules
from offers.bookings.known import active_at, in_the_way
from offers.bookings.mending import rules as mending_rules
from offers.bookings.models import BookingState
from offers.bookings.moves import lock_for
from offers.bookings.queries import pool_of
from offers.bookings.times.claims import only_one
from offers.catalogue.models import Kind
from offers.catalogue.queries import Viewer


@dataclass(frozen=True)
class Party:
    """Who comes, and how to reach whoever books. A guest has no `person`; a new Person is made for each booking.

    `participant_name` is set when somebody books for another (rules.participant_name), `participant` when it is one
    whom the booker acts for. `contact_id` is a contact point the signed-in booker already has; else `channel` and
    `address` make a new one, or there is none: ring disse. `helps`: a guide, who books for others all day and has no
    cap; `guided`: this booking is for one of them, so the address is theirs. `alias`: lists do not show their name.
    `by_host`: those who lead the offer add them, and know who it is.
    `companions`: names of those who come along, if they want. `said`: what was sent to what is asked (asked.py).
    """

    name: str
    seats: int = 1
    participant_name: str | None = None
    participant: UUID | None = None
    channel: Channel | None = None
    address: str | None = None
    person: UUID | None = None
    contact_id: UUID | None = None
    organization: UUID | None = None
    waiting_ok: bool = False
    helps: bool = False
    guided: bool = False
    alias: bool = False
    by_host: bool = False
    companions: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = False
    """Another message tells of it: one form books several dates."""

    @cached_property
    def whom(self) -> str:
        """Who comes, as far as a form sent again is concerned."""
        return str(self.participant or name_key(self.participant_name or self.name))

    @property
    def account(self) -> bool:
        """Is whoever comes somebody known, with one active booking in a pool of each who makes one? Who is typed anew
        may be another."""
        return self.person is not None and not self.participant_name

    def key(self, form_key: bytes) -> bytes:
        """The key of the booking that this form makes for whoever comes."""
        return mending_rules.key_of(form_key, self.whom)

    def digest(self, session: UUID | None = None) -> bytes:
        """What was sent, to know it again. A date that would wait too is no other content."""
        said = sorted((name, text) for name, text in self.said.items() if name.startswith(asked.FIELDS))
        content = [session, self.name, self.seats, self.participant_name, self.participant, self.channel, self.address,
                   self.organization, self.alias, self.companions, said]  # fmt: skip
        return mending_rules.digest_of(self.person, content)


class ForWhom(Refused):
    """It cannot be for the one who was chosen."""


class JustSent(Refused):
    """Something else was just sent for the same person: nothing is written until they say whether to mend that, or to
    add one more. `key` is of the booking. `own`: it is an account's only one here, so there is nothing to add."""

    def __init__(self, key: bytes, own: bool = False) -> None:
        super().__init__(
            _("Du er påmeldt her allerede. Vil du rette påmeldingen din?")
            if own
            else _("Du har nettopp sendt dette. Vil du rette det, eller melde på en til?")
        )
        self.key, self.own = key, own


class Unanswered(Refused):
    """What is asked lacks an answer that will do; asked.py:judged says where."""


@dataclass(frozen=True)
class Booked:
    """What became of a booking form: a new booking, or the one that the same form or person made before (`again`)."""

    id: UUID
    link_version: int
    state: BookingState
    again: bool = False

    @property
    def path(self) -> str:
        return rules.link_path(self.id, self.link_version)


class Taken(Exception):
    """Something stood in the way: the form key, an active booking that the booker knows of, or the reference."""


async def book(
    slug: str,
    session: UUID | None,
    party: Party,
    *,
    viewer: Viewer,
    form_key: bytes,
    lang: str,
    now: datetime,
    tries: Sequence[Tries] = (),
) -> Booked:
    """Claim seats for a party in an offer (`session` None) or one of its sessions.

    Gives confirmed, waiting or requested. The same form with the same content again gives its booking; for somebody
    else it makes another. Raises NotFound when the viewer may not see the offer, Refused with the reason in the user's
    words, JustSent when this form has sent something else for the same person, TooMany when one of `tries` has booked
    too often: what is booked is counted with it.
    """
    key, digest = party.key(form_key), party.digest(session)
    for _attempt in range(3):  # a reference that is taken already: one in 3,000 with 100,000 bookings
        try:
            async with in_transaction():
                whom = await whom_of(party)
                pool = await lock_for(slug, session, viewer, now)
                decided = pool_of(pool)
                state = rules.first_state(decided, party.seats)
                objections = [*rules.objections(decided, party.seats, now, party.waiting_ok)]
                if party.person and not party.helps:
                    objections += rules.caps(**await active_of(party.person, key, now), state=state)
                if pool["kind"] == Kind.CONVERSATION and party.person and not party.participant_name:
                    await only_one(pool, party.participant or party.person, party.person, key, now)
                answers, wrong = asked.judged(pool, party.said)
                # What the same form has taken before is no hindrance to it: an answer that was lost is given again.
                if (objections or wrong) and (first := await same_form_or_person(None, party, key, digest)):
                    return first
                for objection in objections:
                    raise Refused(rules.objection_text(objection, decided, pool["sensitive"]))
                if wrong:
                    raise Unanswered(_("Svar på det som står igjen."))
                return await insert(pool, party, answers, state, key, digest, lang, now, tries)
        except Taken:
            existing = await same_form_or_person(pool["pool_id"], party, key, digest)
        if existing and party.participant and not existing.again:
            name = whom["name"]
            words = _("%(name)s står på venteliste her allerede. Du finner det på Min side.", name=name)
            if existing.state is not BookingState.WAITING:
                words = _("%(name)s er allerede påmeldt. Du finner påmeldingen på Min side.", name=name)
            raise ForWhom(words)
        if existing:
            return existing
    raise Conflict(_("Det gikk ikke å lagre påmeldingen. Prøv en gang til."))


async def whom_of(party: Party) -> dict[str, Any]:
    """Whom the booker acts for: name and shielded. Raises ForWhom when they may not, or not any more."""
    if party.participant is None:
        return {}
    whom = await may_act_for(party.person, party.participant) if party.person else None
    if whom is None:
        raise ForWhom(_("Du kan ikke melde på den du valgte. Velg på nytt."))
    return whom


async def active_of(person: UUID, form_key: bytes, now: datetime) -> dict[str, int]:
    """How many bookings that are not over somebody has made (active, waiting), but for what this same form made.

    Only for the signed-in. Visitors have limits (views.py): nobody may learn what is booked with an address.
    """
    counted = await row(
        f"""SELECT count(*) AS active, count(*) FILTER (WHERE b.state = 'waiting' OR b.held_until <= $3) AS waiting
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id
        WHERE b.booked_by_id = $1 AND b.form_key <> $2 AND (p.ends_at IS NULL OR p.ends_at > $3)
            AND {active_at("$3")}""",
        person, form_key, now,
    )  # fmt: skip
    assert counted is not None  # a count always returns its row
    return counted


PERSON = "INSERT INTO person (id, name, lang, shielded, created_at) VALUES"


async def insert(
    pool: dict[str, Any],
    party: Party,
    answers: Mapping[UUID, str],
    state: BookingState,
    key: bytes,
    digest: bytes,
    lang: str,
    now: datetime,
    tries: Sequence[Tries],
) -> Booked:
    """The one write: people, contact, booking, answers, seats, audit, mail row, counts. Raises Taken and TooMany,
    which undo them all."""
    values, parts = Values(), list[str]()
    w = values.put
    booking_id, booker = uuid7(), party.person or uuid7()
    participant = party.participant or (uuid7() if party.participant_name else booker)
    at, language = w(now), w(lang)
    if party.person is None:
        parts.append(f"one AS ({PERSON} ({w(booker)}, {w(party.name)}, {language}, false, {at}))")
    else:
        parts.append(
            f"named AS (UPDATE person SET name = {w(party.name)} WHERE id = {w(booker)} AND name IS NULL)"
        )
    if party.participant_name:
        parts.append(
            f"other AS ({PERSON} ({w(participant)}, {w(party.participant_name)}, {language}, {w(party.alias)}, {at}))"
        )
    if party.guided:
        parts.append(
            f"""helped AS (INSERT INTO acts_for (id, actor_id, person_id, relation, created_at)
            VALUES ({w(uuid7())}, {w(booker)}, {w(participant)}, 'guide', {at}))"""
        )
    contact = party.contact_id
    if contact is None and party.channel and party.address:
        contact, whose = uuid7(), participant if party.guided else booker
        parts.append(
            f"""reach AS (INSERT INTO contact_point (id, person_id, channel, value, created_at)
            VALUES ({w(contact)}, {w(whose)}, {w(party.channel)}, {w(party.address)}, {at}))"""
        )
    queue, since = ("nextval('booking_queue')", at) if state is BookingState.WAITING else ("NULL", "NULL")
    unless = ""
    if party.account:  # whoever is typed anew has nothing yet
        there = in_the_way(w(pool["pool_id"]), w(participant), w(booker))
        unless = f"WHERE NOT EXISTS (SELECT FROM booking b WHERE {there})"
    parts.append(
        f"""made AS (INSERT INTO booking (id, pool_id, offer_id, participant_id, booked_by_id, contact_id,
            organization_id, seats, state, reference, form_key, form_digest, queue_no, waited_at, link_version, lang,
            by_host, created_at, changed_at)
        SELECT {w(booking_id)}, {w(pool["pool_id"])}, {w(pool["offer_id"])}, {w(participant)}, {w(booker)},
            {w(contact)}, {w(party.organization)}, {w(party.seats)}, {w(state)}, {w(rules.new_reference())},
            {w(key)}, {w(digest)}, {queue}, {since}, 1, {language},
            {w(party.by_host)}, {at}, {at} {unless}
        ON CONFLICT DO NOTHING RETURNING id)"""
    )
    parts += asked.storing(party.companions, answers, w)
    seats = party.seats if state in rules.SEATED else 0
    waiting = 1 if state is BookingState.WAITING else 0
    parts.append(
        f"seats AS (UPDATE seat_pool SET taken = taken + {w(seats)}, waiting = waiting + {w(waiting)} "
        f"WHERE id = {w(pool['pool_id'])} AND EXISTS (SELECT 1 FROM made))"
    )
    parts.append(
        f"""audit AS (INSERT INTO audit_entry (id, at, actor_id, action, object_id, organization_id, person_id)
        SELECT {w(uuid7())}, {at}, {w(party.person)}, 'booking.made', id, {w(pool["owner_id"])}, {w(participant)}
        FROM made)"""
    )
    if party.channel in WRITTEN and party.address and not party.quiet:
        facts = json.dumps({"booking": str(booking_id)})
        parts.append(
            f"""mail AS (INSERT INTO outbox_message {OUTBOX_COLUMNS}
            SELECT {w(uuid7())}, {w(party.channel)}, {w(party.address)}, {w(RECEIPTS[state])}, {w(facts)}, {language},
            {w(f"{RECEIPTS[state]}:{booking_id}")}, {at}, {at}, 0, id, {w(pool["offer_id"])},
                {w(participant if party.guided else booker)}, 1 FROM made)"""
        )
    counts, counted = "", ""
    if tries:
        parts.append(f"counted AS ({counting(tries, w, now)})")
        counts, counted = ", c.tried, c.count, c.window_ends", "CROSS JOIN counted c"
    made = await rows(f"WITH {', '.join(parts)} SELECT made.id{counts} FROM made {counted}", *values)
    if not made:
        raise Taken
    if tries:
        words = _("Det er sendt mange påmeldinger på kort tid, så vi tar en pause. Ingenting er lagret. "
                  "Ring %(phone)s, så melder vi deg på.", phone=settings().helpline_phone)  # fmt: skip
        refuse(tries, made, now, words)
    return Booked(booking_id, 1, state)


RECEIPTS = {
    BookingState.CONFIRMED: "receipt",
    BookingState.WAITING: "waiting",
    BookingState.REQUESTED: "requested",
}
"""Which mail tells of a new booking."""


async def same_form_or_person(pool_id: UUID | None, party: Party, key: bytes, digest: bytes) -> Booked | None:
    """The booking that stood in the way: of the same form, or of the same person. Raises JustSent when what was sent
    is not what made it."""
    found = await row("SELECT id, link_version, state, form_digest FROM booking WHERE form_key = $1", key)
    if found:
        if found["form_digest"] != digest:
            raise JustSent(key, own=party.account)
        return Booked(found["id"], found["link_version"], BookingState(found["state"]), again=True)
    if pool_id and party.account:
        found = await row(
            f"""SELECT b.id, b.link_version, b.state, b.booked_by_id, b.form_key, b.form_digest FROM booking b
            WHERE {in_the_way("$1", "$2", "$3")} ORDER BY b.booked_by_id = $3 DESC, b.id LIMIT 1""",
            pool_id, party.participant or party.person, party.person,
        )  # fmt: skip
        if found:
            if (
                party.participant is None
                and found["booked_by_id"] == party.person
                and found["form_digest"] != digest
                and mending_rules.same_sender(found["form_digest"], digest)
            ):
                raise JustSent(found["form_key"], own=True)
            state, again = BookingState(found["state"]), party.participant is None
            return Booked(found["id"], found["link_version"], state, again)
    return None
