"""Mending what was booked: what a form has just sent, and where messages go. Seats keep their law: more than there is
room for is refused, and what is let go is the queue's.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, row, rows, value
from marketplace.base.data.ledger import Lost
from marketplace.base.data.statement import Statement
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.post.mail import post
from marketplace.base.text import name_key
from marketplace.base.web.limits import Tries, limits
from offers.bookings.actions import Unanswered, cancel
from offers.bookings.acts import Act
from offers.bookings.links.actions import send_to
from offers.bookings.mending import mails, rules
from offers.bookings.mending.queries import MENDED
from offers.bookings.mending.rules import Mended
from offers.bookings.several.mails import receipt_several
from offers.publishing.questions import rules as asked
from offers.seats import links
from offers.seats.claims import RECEIPTS, Booked, Party
from offers.seats.models import ACTIVE, BookingState
from offers.seats.moves import lock, promote, resize, tell
from offers.seats.queries import LockedPool
from offers.telling.models import Mails

TOLD = RECEIPTS | {BookingState.OFFERED: Mails.OFFERED}


async def mend(
    key: bytes,
    party: Party,
    *,
    form_key: bytes,
    now: datetime,
    by: UUID | None,
    sessions: Sequence[UUID | None],
    several: bool = False,
    tries: Sequence[Tries] = (),
) -> Booked:
    """Let the booking with this key, and those made with it, say what the party says now: names, seats, companions,
    answers and where messages go. `sessions`: what it is for now; of a form for `several` dates those left out are
    cancelled, and those that are new are locked, for whoever adds them in this transaction.

    Whoever has just sent the form may, or the account that booked. A visitor changes the address only by the very form:
    on another page of the same browser somebody of the same name may sit by now. Raises Refused when it may not be or
    there is no room, Unanswered, TooMany. The same again changes nothing.
    """
    digest = party.digest(None if several else sessions[0])
    async with in_transaction():
        first = await row(Mended, f"{MENDED} b.form_key = $1", key)
        if first is None:
            raise Refused(rules.not_here())
        pools = await _lock_together(first.id, now, sessions)
        made = await rows(Mended, f"{MENDED} b.form_key = $1 OR b.made_with_id = $2 ORDER BY b.form_key <> $1, b.id",
                          key, first.id)  # fmt: skip
        rules.may_mend(made[0], party, form_key, now)
        active = [one for one in made if one.active
                  and not ((ends := pools[one.pool_id].ends_at) and ends <= now)]  # fmt: skip
        wanted = [one for one in active if one.session_id in sessions]
        if not active:
            raise Refused(
                _("Påmeldingen gjelder ikke lenger. Velg «Meld på en til» hvis du vil være med likevel.")
            )
        if not wanted:
            raise Refused(
                _("Skal det være en annen dag? Velg «Meld på en til», og meld av den du ikke vil ha.")
            )
        if several and party.key(form_key) != key:
            same = party.whom in (str(made[0].participant_id), name_key(made[0].participant or ""))
            raise Refused(rules.not_here() if same else rules.another())
        await limits(tries, now=now)
        contact = await _contact(made[0], party.channel, party.address, party, now)
        await _tell_former(wanted, contact, now)
        for one in active:
            if one in wanted:
                await _mend_one(pools[one.pool_id], one, party, digest, now, by)
                await promote(pools[one.pool_id], now)
            else:
                await cancel(one.id, now=now, by=by)
                await rows("UPDATE booking SET form_digest = $2 WHERE id = $1", one.id, digest)
        if any(one.contact_id != contact for one in wanted):
            await send_to(first.id, contact)
        told = await row(Mended, f"{MENDED} b.id = $1", wanted[0].id)
        assert told is not None  # it was mended just now
        if told.form_digest != wanted[0].form_digest:
            await _tell(told, len(wanted), now)
        return Booked(told.id, told.link_version, BookingState(told.state), again=True)


async def _lock_together(
    first: UUID, now: datetime, sessions: Sequence[UUID | None] = ()
) -> dict[UUID, LockedPool]:
    """The pools of a booking, of those made with it, and of these sessions of their offer, locked by ascending id."""
    found = await column(
        """SELECT p.id FROM seat_pool p WHERE p.id IN (SELECT pool_id FROM booking WHERE id = $1 OR made_with_id = $1)
            OR p.session_id = ANY($2) AND p.offer_id = (SELECT offer_id FROM booking WHERE id = $1) ORDER BY p.id""",
        first, [one for one in sessions if one],
    )  # fmt: skip
    return {pool: await lock(pool, now) for pool in found}


KEPT = "SELECT id FROM contact_point WHERE id = $1 FOR KEY SHARE"
"""Is it there, and stays until this is over? Its owner may just take it away in another window."""


async def _contact(
    booking: Mended, channel: Channel | None, address: str | None, party: Party | None, now: datetime
) -> UUID | None:
    """The contact point that messages go to from now on: the same, one that the booker has, or a new one."""
    if (channel, address) == (booking.channel, booking.address):
        kept: UUID | None = booking.contact_id
        return kept
    if party and party.contact_id and await value(KEPT, party.contact_id):
        return party.contact_id
    if channel is None or address is None:
        return None
    made = uuid7()
    whose = booking.participant_id if party and party.guided else booking.booked_by_id
    await rows(
        "INSERT INTO contact_point (id, person_id, channel, value, created_at) VALUES ($1, $2, $3, $4, $5)",
        made, whose, channel, address, now,
    )  # fmt: skip
    return made


async def _mend_one(
    pool: LockedPool,
    booking: Mended,
    party: Party,
    digest: bytes,
    now: datetime,
    by: UUID | None,
) -> None:
    """One booking of a locked pool, all but where its messages go."""
    answers, wrong = asked.judged(booking.asked, party.said)
    if wrong:
        raise Unanswered(_("Svar på det som står igjen."))
    more = party.seats - booking.seats
    if more > 0:
        rules.room_for(
            pool.pool, party.seats, more, BookingState(booking.state), now, sensitive=pool.sensitive
        )
    await _rename(booking, party)
    for table in ("companion", "booking_answer"):
        await rows(f"DELETE FROM {table} WHERE booking_id = $1", booking.id)
    await resize(pool, booking, party.seats, now)
    write = Statement(party.organization, digest, booking.id)
    write.named(
        "made", "UPDATE booking SET organization_id = $1, form_digest = $2 WHERE id = $3 RETURNING id"
    )
    asked.storing(write, party.companions, answers)
    await rows(write.add("SELECT id FROM made").sql, *write.values)
    await record(Act.BOOKING_MENDED, now=now, actor=by, object_id=booking.id, organization=pool.owner_id,
                 person=booking.participant_id, details={"seats": party.seats})  # fmt: skip


async def _rename(booking: Mended, party: Party) -> None:
    """Spell the names of those whom this booking has made as they are typed now. An account keeps its own."""
    other = booking.participant_id != booking.booked_by_id
    if other != bool(party.participant_name or party.participant):
        raise Refused(rules.another())
    if party.person is None:
        await rows("UPDATE person SET name = $2 WHERE id = $1", booking.booked_by_id, party.name)
    if party.participant_name:
        await rows(
            "UPDATE person SET name = $2, shielded = shielded OR $3 WHERE id = $1",
            booking.participant_id, party.participant_name, party.alias,
        )  # fmt: skip
        if party.alias:
            ledger.note(Lost.OWN_NAME, booking.participant_id, number=1)


async def change_address(
    booking_id: UUID,
    channel: Channel,
    address: str,
    *,
    now: datetime,
    by: UUID | None,
    tries: Sequence[Tries] = (),
) -> str:
    """Send the messages of a booking, and of those made with it, to another address from now on; gives its new path.
    The links that went to the old address open nothing any more. The same again changes nothing.

    Raises Refused when it is over, TooMany.
    """
    async with in_transaction():
        booking = await row(Mended, f"{MENDED} b.id = $1", booking_id)
        assert booking is not None  # its link has just opened it, and bookings are never deleted
        first = booking.made_with_id or booking.id
        await _lock_together(first, now)
        made = await rows(
            Mended,
            f"{MENDED} (b.id = $1 OR b.made_with_id = $2) AND b.booked_by_id = $3 AND b.state = ANY($4) ORDER BY b.id",
            booking_id, first, booking.booked_by_id, list(ACTIVE),
        )  # fmt: skip
        booking = next((one for one in made if one.id == booking_id), None)
        if booking is None:
            raise Refused(_("Påmeldingen gjelder ikke lenger, så vi sender ingen flere meldinger om den."))
        if (channel, address) != (booking.channel, booking.address):
            await limits(tries, now=now)
            contact = await _contact(booking, channel, address, None, now)
            await _tell_former(made, contact, now)
            await rows("UPDATE booking SET changed_at = $2 WHERE id = ANY($1)", [one.id for one in made], now)
            await send_to(booking_id, contact)
            await record(Act.BOOKING_ADDRESS_CHANGED, now=now, actor=by, object_id=booking_id,
                         person=booking.participant_id)  # fmt: skip
            booking = await row(Mended, f"{MENDED} b.id = $1", booking_id)
            assert booking is not None  # it was there a moment ago
            await _tell(booking, len(made), now)
        return links.link_path(booking_id, booking.link_version)


async def _tell_former(made: Sequence[Mended], contact: UUID | None, now: datetime) -> None:
    """Whoever had these bookings' messages until now hears that they go elsewhere: a link may lie in other hands. Once
    for each address; nobody at one that a mail server refused, or that may be a slip of the pen."""
    former = {(one.channel, one.address): one for one in made if one.contact_id != contact}
    for (channel, address), one in former.items():
        if channel is None or address is None or one.refused_at or rules.may_be_a_slip(one, now):
            continue
        await post(
            mails.sent_elsewhere, channel=Channel(channel), address=address, lang=one.lang, now=now,
            key=f"sent_elsewhere:{one.id}:{one.contact_id}:{one.link_version}", about=one.about,
            booking=str(one.id),
        )  # fmt: skip


async def _tell(booking: Mended, together: int, now: datetime) -> None:
    """The receipt anew, once for each change."""
    mail = receipt_several if together > 1 else TOLD[BookingState(booking.state)]
    await tell(mail, booking, f"{booking.link_version}-{(booking.form_digest or b'').hex()[32:44]}", now)
