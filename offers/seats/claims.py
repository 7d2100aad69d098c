"""A new claim on seats. Selling a seat once: look at the pool, decide in Python (rules.py), one write.

Everything a decision needs stands in the pool's own row. It is locked, and read afresh after waiting for the lock; or
it was only looked at (moves.look), and then the write is made only while it is still the row that was seen.
docs/decisions/0003-seats.md tells what was tried and measured.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from asyncpg import ForeignKeyViolationError, RaiseError, UniqueViolationError
from tortoise.exceptions import IntegrityError
from uuid_utils.compat import uuid7

from marketplace.base.data.database import row, rows
from marketplace.base.data.statement import Statement
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.models import WRITTEN, Channel
from marketplace.base.post.mail import OUTBOX_COLUMNS
from marketplace.base.site import site
from marketplace.base.text import name_key
from marketplace.base.web.limits import Tries, counting, too_many, unless_too_many
from offers.seats import links, once, rules
from offers.seats.acts import Act
from offers.seats.known import in_the_way
from offers.seats.models import BookingState
from offers.seats.queries import LockedPool, active_in
from offers.seats.rows import Numbered
from offers.telling.models import Mails
from organizations.members.queries import desk_of


@dataclass(frozen=True)
class Party:
    """Who comes, and how to reach whoever books. A guest has no `person`; a new Person is made for each booking.

    `participant_name` is set when somebody books for another (rules.participant_name), `participant` when it is one
    whom the booker acts for. `contact_id` is a contact point the signed-in booker already has; else `channel` and
    `address` make a new one, or there is none: ring disse. `helps`: a guide, who books for others all day and has no
    cap; `guided`: this booking is for one of them, so the address is theirs. `alias`: lists do not show their name.
    `by_host`: those who lead the offer add them, and know who it is.
    `companions`: names of those who come along, if they want. `said`: what was sent to what is asked, by field.
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

    whom: str = field(init=False)
    """Who comes, as far as a form sent again is concerned."""

    def __post_init__(self) -> None:
        whom = str(self.participant or name_key(self.participant_name or self.name))
        object.__setattr__(self, "whom", whom)

    @property
    def account(self) -> bool:
        """Is whoever comes somebody known, with one active booking in a pool of each who makes one? Who is typed anew
        may be another."""
        return self.person is not None and not self.participant_name

    def key(self, form_key: bytes) -> bytes:
        """The key of the booking that this form makes for whoever comes."""
        return once.key_of(form_key, self.whom)

    def digest(self, session: UUID | None = None) -> bytes:
        """What was sent, to know it again. A date that would wait too is no other content."""
        said = sorted(self.said.items())
        content = [session, self.name, self.seats, self.participant_name, self.participant, self.channel, self.address,
                   self.organization, self.alias, self.companions, said]  # fmt: skip
        return once.digest_of(self.person, content)


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


@dataclass(frozen=True)
class Booked:
    """What became of a booking form: a new booking, or the one that the same form or person made before (`again`)."""

    id: UUID
    link_version: int
    state: BookingState
    again: bool = False

    @property
    def path(self) -> str:
        return links.link_path(self.id, self.link_version)


class Taken(Exception):
    """Something stood in the way: the form key, an active booking that the booker knows of, or the reference."""


class Overtaken(Exception):
    """The pool was not locked, and somebody has changed it since it was looked at: nothing is written. Lock it."""


PERSON = "INSERT INTO person (id, name, lang, shielded, created_at)"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is written when a party gets a place in a pool that is locked: all that was decided about it."""

    pool: LockedPool
    party: Party
    state: BookingState
    key: bytes
    """The form's, so that it books once, and `digest` of what was sent with it."""
    digest: bytes
    lang: str
    now: datetime
    tries: Sequence[Tries] = ()
    """What it counts for: more than their most undoes it."""
    also: Callable[[Statement], object] | None = None
    """Names in the same statement what else hangs on the booking, which is `made` there."""
    seen: int | None = None
    """Where the pool is not locked: the version of its row that all was decided on."""


async def insert(claim: Claim) -> Booked:
    """The one write: seats, people, contact, booking, audit, mail row, counts, and what else hangs on the booking.

    It is all or nothing by itself, so where the pool was only seen it needs no transaction around it. Raises Taken and
    TooMany, which undo it all, and Overtaken, when nothing is written.
    """
    party, state, pool = claim.party, claim.state, claim.pool
    account = party.account
    booking_id, reference, booker = uuid7(), links.new_reference(), party.person or uuid7()
    write = Statement()
    w = write.value
    participant = party.participant or (uuid7() if party.participant_name else booker)
    at, language = w(claim.now), w(claim.lang)
    waits = state is BookingState.WAITING
    # The first of the parts, and the others are made from it: where it finds no row there is nothing else.
    unchanged = "" if claim.seen is None else f"AND xmin = {w(claim.seen)}"
    write.named(
        "seats",
        f"""UPDATE seat_pool SET taken = taken + {w(party.seats if state in rules.SEATED else 0)},
            waiting = waiting + {w(int(waits))} WHERE id = {w(pool.pool_id)} {unchanged} RETURNING id""",
    )
    if party.person is None:
        write.named(
            "one", f"{PERSON} SELECT {w(booker)}, {w(party.name)}, {language}, false, {at} FROM seats"
        )
    else:
        write.named(
            "named", f"UPDATE person SET name = {w(party.name)} WHERE id = {w(booker)} AND name IS NULL"
        )
    if party.participant_name:
        write.named(
            "other",
            f"""{PERSON} SELECT {w(participant)}, {w(party.participant_name)}, {language}, {w(party.alias)}, {at}
            FROM seats""",
        )
    if party.guided:
        write.named(
            "helped",
            f"""INSERT INTO acts_for (id, actor_id, person_id, relation, created_at, desk_id)
            SELECT {w(uuid7())}, {w(booker)}, {w(participant)}, 'guide', {at}, {desk_of(w(booker))} FROM seats""",
        )
    contact = party.contact_id
    whose = participant if party.guided else booker
    if contact is None and party.channel and party.address:
        contact = uuid7()
        write.named(
            "reach",
            f"""INSERT INTO contact_point (id, person_id, channel, value, created_at)
            SELECT {w(contact)}, {w(whose)}, {w(party.channel)}, {w(party.address)}, {at} FROM seats""",
        )
    queue, since = ("nextval('booking_queue')", at) if waits else ("NULL", "NULL")
    seated = at if state in rules.SEATED else "NULL"
    unless = ""
    if account:  # whoever is typed anew has nothing yet
        there = in_the_way(w(pool.pool_id), w(participant), w(booker))
        unless = f"WHERE NOT EXISTS (SELECT FROM booking b WHERE {there})"
    write.named(
        "made",
        f"""INSERT INTO booking (id, pool_id, offer_id, participant_id, booked_by_id, contact_id,
            organization_id, seats, state, reference, form_key, form_digest, queue_no, waited_at, link_version, lang,
            by_host, asked, seated_at, created_at, changed_at)
        SELECT {w(booking_id)}, id, {w(pool.offer_id)}, {w(participant)}, {w(booker)},
            {w(contact)}, {w(party.organization)}, {w(party.seats)}, {w(state)}, {w(reference)},
            {w(claim.key)}, {w(claim.digest)}, {queue}, {since}, 1, {language},
            {w(party.by_host)}, {str(state is BookingState.REQUESTED).lower()}, {seated}, {at}, {at} FROM seats {unless}
        RETURNING id""",
    )
    if claim.also:
        claim.also(write)
    write.named(
        "audit",
        f"""INSERT INTO audit_entry (id, at, actor_id, action, object_id, organization_id, person_id)
        SELECT {w(uuid7())}, {at}, {w(party.person)}, '{Act.BOOKING_MADE}', id, {w(pool.owner_id)}, {w(participant)}
        FROM made""",
    )
    if party.channel in WRITTEN and party.address and not party.quiet:
        facts = f'{{"booking": "{booking_id}"}}'
        write.named(
            "mail",
            f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
            SELECT {w(uuid7())}, {w(party.channel)}, {w(party.address)}, {w(RECEIPTS[state])}, {w(facts)}, {language},
            {w(f"{RECEIPTS[state]}:{booking_id}")}, {at}, {at}, 0, id, {w(pool.offer_id)}, {w(whose)}, 1
            FROM made""",
        )
    if claim.tries:
        write.named("counted", counting(claim.tries, write, claim.now, of="made"))
        write.add(f"SELECT made.id FROM made WHERE {unless_too_many(claim.tries, write, 'counted')}")
    else:
        write.add("SELECT made.id FROM made")
    try:
        made = await rows(write.sql, *write.values)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolationError):
            raise Taken from error
        if claim.seen is not None and isinstance(error.__cause__, ForeignKeyViolationError):
            raise Overtaken from error  # what it is to hang on has gone since it was looked at: a question, say
        raise
    except RaiseError as error:
        words = _("Det er sendt mange påmeldinger på kort tid, så vi tar en pause. Ingenting er lagret. "
                  "Ring %(phone)s, så melder vi deg på.", phone=site().helpline_phone)  # fmt: skip
        raise too_many(error, claim.now, words) from error
    if not made:
        raise Taken if claim.seen is None else Overtaken
    return Booked(booking_id, 1, state)


RECEIPTS = {
    BookingState.CONFIRMED: Mails.RECEIPT,
    BookingState.WAITING: Mails.WAITING,
    BookingState.REQUESTED: Mails.REQUESTED,
}
"""Which mail tells of a new booking."""


async def claim_instead(
    old: Numbered, there: LockedPool, form_key: bytes, actor: UUID, now: datetime
) -> UUID | None:
    """The new booking with its seats, under the number of the old, which gets another. None: that one was taken. Raises
    Refused when the participant is booked at the new time already, as far as the actor may know."""
    renamed = await row(
        """UPDATE booking SET reference = $2 WHERE id = $1 AND NOT EXISTS (SELECT FROM booking WHERE reference = $2)
        RETURNING id""",
        old.id, links.new_reference(),
    )  # fmt: skip
    if renamed is None:
        return None
    made = await row(
        f"""WITH made AS (INSERT INTO booking (id, pool_id, offer_id, participant_id, booked_by_id, contact_id,
                organization_id, seats, state, reference, form_key, form_digest, link_version, lang, made_with_id,
                by_host, seated_at, created_at, changed_at)
            SELECT $2, $3, offer_id, participant_id, booked_by_id, contact_id, organization_id, seats, 'confirmed', $4,
                $5, form_digest, 1, lang, made_with_id, by_host, $6, $6, $6 FROM booking WHERE id = $1
                AND NOT EXISTS (SELECT FROM booking b WHERE {in_the_way("$3", "$7", "$8")})
            ON CONFLICT DO NOTHING RETURNING id, seats),
        seats AS (UPDATE seat_pool SET taken = taken + made.seats FROM made WHERE seat_pool.id = $3)
        SELECT id FROM made""",
        old.id, uuid7(), there.pool_id, old.reference, form_key, now, old.participant_id, actor,
    )  # fmt: skip
    if made is not None:
        return UUID(str(made["id"]))
    if await active_in(there.pool_id, old.participant_id, actor, now):
        raise Refused(_("Du er påmeldt den tiden allerede. Velg en annen."))
    raise Conflict(_("Det gikk ikke å bytte tid. Prøv en gang til."))
