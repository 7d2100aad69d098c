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
from marketplace.base.web.limits import UNLESS_TOO_MANY, Tries, counting, too_many, windows
from offers.seats import links, once
from offers.seats.acts import Act
from offers.seats.known import in_the_way
from offers.seats.models import SEATED, BookingState
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


# The parts of the write, each asking for its values by name (Statement.named).
SEATS = """UPDATE seat_pool SET taken = taken + {taken}, waiting = waiting + {waiting} WHERE id = {pool} RETURNING id"""
SEATS_UNCHANGED = SEATS.replace("RETURNING", "AND xmin = {seen} RETURNING")
BOOKER = """INSERT INTO person (id, name, lang, shielded, created_at)
    SELECT {booker}, {name}, {lang}, false, {at} FROM seats"""
NAMED = "UPDATE person SET name = {name} WHERE id = {booker} AND name IS NULL"
PARTICIPANT = """INSERT INTO person (id, name, lang, shielded, created_at)
    SELECT {participant}, {other}, {lang}, {alias}, {at} FROM seats"""
HELPED = f"""INSERT INTO acts_for (id, actor_id, person_id, relation, created_at, desk_id)
    SELECT {{helped}}, {{booker}}, {{participant}}, 'guide', {{at}}, {desk_of("{booker}")} FROM seats"""
REACHED = """INSERT INTO contact_point (id, person_id, channel, value, created_at)
    SELECT {contact}, {whose}, {channel}, {address}, {at} FROM seats"""
MADE = """INSERT INTO booking (id, pool_id, offer_id, participant_id, booked_by_id, contact_id, organization_id, seats,
        state, reference, form_key, form_digest, queue_no, waited_at, link_version, lang, by_host, asked, seated_at,
        created_at, changed_at)
    SELECT {booking}, id, {offer}, {participant}, {booker}, {contact}, {organization}, {seats},
        {state}, {reference}, {key}, {digest}, CASE WHEN {waiting} > 0 THEN nextval('booking_queue') END, {waited_at},
        1, {lang}, {by_host}, {asked}, {seated_at}, {at}, {at} FROM seats RETURNING id"""
MADE_UNLESS_THERE = MADE.replace(
    "RETURNING",
    f"""WHERE NOT EXISTS (SELECT FROM booking b WHERE {in_the_way("{pool}", "{participant}", "{booker}")})
    RETURNING""",
)
AUDIT = f"""INSERT INTO audit_entry (id, at, actor_id, action, object_id, organization_id, person_id)
    SELECT {{audit}}, {{at}}, {{account}}, '{Act.BOOKING_MADE}', id, {{owner}}, {{participant}} FROM made"""
MAIL = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
    SELECT {{mail}}, {{channel}}, {{address}}, {{receipt}}, {{facts}}, {{lang}}, {{once}}, {{at}}, {{at}}, 0, id,
        {{offer}}, {{whose}}, 1 FROM made"""
COUNTED = counting(of="made")


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
    write, made = _written(claim)
    if claim.also:
        claim.also(write)
    write.add(
        f"SELECT made.id FROM made WHERE {UNLESS_TOO_MANY}" if claim.tries else "SELECT made.id FROM made"
    )
    try:
        found = await rows(write.sql, *write.values)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolationError):
            raise Taken from error
        if isinstance(error.__cause__, ForeignKeyViolationError):
            # What it is to hang on has gone since it was looked at: a question, or an address that was taken away.
            if claim.seen is not None:
                raise Overtaken from error
            raise Refused(_("Det gikk ikke å lagre påmeldingen. Prøv en gang til.")) from error
        raise
    except RaiseError as error:
        words = _("Det er sendt mange påmeldinger på kort tid, så vi tar en pause. Ingenting er lagret. "
                  "Ring %(phone)s, så melder vi deg på.", phone=site().helpline_phone)  # fmt: skip
        raise too_many(error, claim.now, words) from error
    if not found:
        raise Taken if claim.seen is None else Overtaken
    return made


def _written(claim: Claim) -> tuple[Statement, Booked]:
    """The write of a claim, but for what else hangs on it and what it ends with; and the booking that it makes."""
    party, state, pool, now = claim.party, claim.state, claim.pool, claim.now
    waits, seated = state is BookingState.WAITING, state in SEATED
    booker, booking = party.person or uuid7(), uuid7()
    participant = party.participant or (uuid7() if party.participant_name else booker)
    whose = participant if party.guided else booker
    values = {
        "at": now, "lang": claim.lang, "pool": pool.pool_id, "offer": pool.offer_id, "owner": pool.owner_id,
        "taken": party.seats if seated else 0, "waiting": int(waits), "booker": booker, "participant": participant,
        "name": party.name, "booking": booking, "contact": party.contact_id, "organization": party.organization,
        "seats": party.seats, "state": state, "reference": links.new_reference(), "key": claim.key,
        "digest": claim.digest, "waited_at": now if waits else None, "by_host": party.by_host,
        "asked": state is BookingState.REQUESTED, "seated_at": now if seated else None,
        "audit": uuid7(), "account": party.person,
    }  # fmt: skip
    # The first of the parts, and the others are made from it: where it finds no row there is nothing else.
    parts = {"seats": SEATS}
    if claim.seen is not None:
        parts["seats"] = SEATS_UNCHANGED
        values["seen"] = claim.seen
    parts["booker"] = BOOKER if party.person is None else NAMED
    if party.participant_name:
        parts["participant"] = PARTICIPANT
        values |= {"other": party.participant_name, "alias": party.alias}
    if party.guided:
        parts["helped"] = HELPED
        values["helped"] = uuid7()
    written = party.channel in WRITTEN and party.address and not party.quiet
    reached = party.contact_id is None and party.channel and party.address
    if reached or written:
        values |= {"channel": party.channel, "address": party.address, "whose": whose}
    if reached:
        parts["reached"] = REACHED
        values["contact"] = uuid7()
    parts["made"] = MADE_UNLESS_THERE if party.account else MADE  # whoever is typed anew has nothing yet
    parts["audit"] = AUDIT
    if written:
        parts["mail"] = MAIL
        receipt = RECEIPTS[state]
        facts, once_only = f'{{"booking": "{booking}"}}', f"{receipt}:{booking}"
        values |= {"mail": uuid7(), "receipt": receipt, "facts": facts, "once": once_only}
    if claim.tries:
        parts["counted"] = COUNTED
        values |= windows(claim.tries, now)
    write = Statement(**values)
    for name, part in parts.items():
        write.named(name, part)
    return write, Booked(booking, 1, state)


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
