"""What those who lead an offer do with its seats and its queue, beside answering: keep seats, add somebody, ask for a
talk, change the order, close and open."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from marketplace.base.web.limits import Tries
from offers.bookings import actions, mails
from offers.catalogue.models import Offer
from offers.participants import rules
from offers.participants.acts import Act
from offers.participants.queue import rules as queue_rules
from offers.participants.rules import ExtraReason
from offers.publishing.questions import rules as asked
from offers.seats import actions as seats_actions
from offers.seats import before, claims
from offers.seats.actions import widen
from offers.seats.claims import Booked, Claim, Party
from offers.seats.models import BookingState, EndedBy
from offers.seats.moves import change, lock, move, promote, renumber, tell
from offers.seats.queries import ended
from offers.telling import actions as telling_actions
from offers.telling.rules import Said
from organizations.approval.queries import only_approved


async def note_read(offer: Offer, count: int, *, by: UUID, now: datetime, **details: str) -> None:
    """Every read of a list of participants is recorded: who, when, how many, and which list."""
    await record(Act.PARTICIPANTS_READ, now=now, actor=by, object_id=offer.id, organization=offer.owner_id,
                 details=details | {"count": count})  # fmt: skip


async def keep_seats(pool_id: UUID, seats: int, *, now: datetime, by: UUID | None) -> None:
    """Keep so many seats for those whom the hosts add themselves; what is let go is the queue's. Refused when more
    are to be kept than are free, and where there is no limit."""
    async with in_transaction():
        pool = await lock(pool_id, now)
        await only_approved(pool.owner_id)
        if pool.capacity is None:
            raise Refused(_("Det er plass til alle her, så det trengs ikke."))
        most = pool.capacity - pool.taken
        if seats > most:
            raise Refused(ngettext("Du kan holde av høyst %(num)s plass nå. Resten er tatt.",
                                   "Du kan holde av høyst %(num)s plasser nå. Resten er tatt.", most))  # fmt: skip
        await seats_actions.reserve(pool, seats)
        await record(Act.SEATS_KEPT, now=now, actor=by, object_id=pool_id, organization=pool.owner_id,
                     details={"reserved": seats})  # fmt: skip
        await promote(pool, now)


class NoRoom(Refused):
    """All seats are taken; what those who lead may do then is theirs to choose."""


async def add(
    pool_id: UUID,
    party: Party,
    *,
    by: UUID,
    form_key: bytes,
    lang: str,
    now: datetime,
    tries: Sequence[Tries] = (),
    wait: bool = False,
    extra: ExtraReason | None = None,
) -> Booked:
    """Those who lead the offer give somebody a seat: a kept one first, then one that is free; also when booking is
    closed for others, or what goes on has begun. The same form again gives its first booking. Where there is no room:
    the waiting list (`wait`), or with a reason (`extra`) a seat that is made for them.

    Raises NoRoom when there is no seat, Refused when nothing is ahead, or a draft yet, whose seats are made anew;
    JustSent when the form has sent something else for the same person; TooMany.
    """
    key, digest = party.key(form_key), party.digest(pool_id)
    for _attempt in range(3):  # a reference that is taken already
        try:
            async with in_transaction():
                pool = await lock(pool_id, now)
                if existing := await before.same_form_or_person(pool_id, party, form_key, digest):
                    return existing
                await only_approved(pool.owner_id)
                if await value("SELECT state = 'draft' FROM offer WHERE id = $1", pool.offer_id):
                    raise Refused(_("Tilbudet er ikke publisert ennå, så ingen kan settes opp."))
                decided = pool.pool
                if (pool.ends_at is not None and pool.ends_at <= now) or await ended(pool_id, now):
                    raise Refused(_("Dette er over eller avlyst, så ingen kan settes opp."))
                room = None if decided.free is None else decided.free + decided.reserved
                state, kept = BookingState.CONFIRMED, min(decided.reserved, party.seats)
                if room is not None and party.seats > room:
                    if extra:
                        await seats_actions.widen(pool, party.seats - room, extra, now=now, by=by)
                    elif wait:
                        state, kept = BookingState.WAITING, 0
                    else:
                        raise NoRoom(rules.no_room(room))
                if kept:
                    await seats_actions.reserve(pool, decided.reserved - kept)
                also = partial(asked.storing, names=party.companions, answers={})
                booked = await claims.insert(Claim(pool, party, state, key, digest, lang, now, tries, also))
                participant = await value("SELECT participant_id FROM booking WHERE id = $1", booked.id)
                await record(Act.BOOKING_ADDED, now=now, actor=by, object_id=booked.id, organization=pool.owner_id,
                             person=participant, details={"kept": kept})  # fmt: skip
                return booked
        except claims.Taken:
            continue
    raise Conflict(_("Det gikk ikke å lagre påmeldingen. Prøv en gang til."))


async def ask_talk(booking_id: UUID, text: str, *, now: datetime, by: UUID) -> None:
    """The organisation wants a talk before it answers a request. Raises Refused when there is nothing to answer."""
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        if not booking.requested:
            raise Refused(queue_rules.not_asking(BookingState(booking.state)))
        await rows(
            "UPDATE booking SET reply = $2, talk_asked_at = $3, changed_at = $3, told_times = 1 WHERE id = $1",
            booking_id,
            text,
            now,
        )
        await record(Act.BOOKING_TALK_ASKED, now=now, actor=by, object_id=booking_id, organization=pool.owner_id,
                     person=booking.participant_id)  # fmt: skip
        await tell(mails.talk, booking, f"{int(now.timestamp())}", now, ring=True)


async def answer_call(
    call: UUID, said: Said, *, by: UUID, now: datetime, offer: UUID | None = None, guide: UUID | None = None
) -> None:
    """Tick a call of this offer, or of what this guide has booked, with what they said on the telephone. Raises
    NotFound for any other call, and Refused when the seat that they answer about is not held any more."""
    async with in_transaction():
        booking = await telling_actions.called(call, offer, guide)
        if said in (Said.YES, Said.NO):  # the pool is locked before the call, as where a held seat goes on
            await actions.answer_offer(booking, said is Said.YES, now=now, by=by)
        await telling_actions.rung(call, said is not Said.UNDO, by=by, now=now)


async def reorder(
    booking_id: UUID, place: int, reason: queue_rules.ReorderReason, *, now: datetime, by: UUID
) -> None:
    """Move somebody to a place in the queue (1 is the first; past the end is the last). Raises Refused when they do
    not wait any more. Who has more room in front gets no seat by it: what is free fits nobody who waits."""
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        if not booking.waiting:
            raise Refused(_("Denne påmeldingen står ikke på venteliste lenger."))
        queue = await rows(
            "SELECT id, queue_no FROM booking WHERE pool_id = $1 AND state = 'waiting' ORDER BY queue_no",
            pool.pool_id,
        )
        before = [each["id"] for each in queue]
        numbers = queue_rules.moved_in_queue(
            [(each["id"], each["queue_no"]) for each in queue], booking_id, place
        )
        await renumber(numbers)
        await record(Act.QUEUE_REORDERED, now=now, actor=by, object_id=booking_id, organization=pool.owner_id,
                     person=booking.participant_id, details={
                         "from": before.index(booking_id) + 1, "to": list(numbers).index(booking_id) + 1,
                         "reason": reason})  # fmt: skip


ANSWERS = {
    BookingState.CONFIRMED: mails.receipt,
    BookingState.WAITING: mails.waiting,
    BookingState.DECLINED: mails.declined,
}
"""Which mail tells whoever has asked."""


class OtherParty(Refused):
    """More or fewer come than those who answered have seen."""


async def answer_request(
    booking_id: UUID, yes: bool, *, now: datetime, by: UUID, text: str = "", extra: ExtraReason | None = None,
    seen: int | None = None,
) -> BookingState:  # fmt: skip
    """The organisation accepts or declines a request, with its words to them. Accepted without a free seat: the
    waiting list, or with a reason (`extra`) a seat that is made for them. `seen`: how many come, as the page has said.
    Raises Refused when it is answered or withdrawn already, OtherParty."""
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        if not booking.requested:
            raise Refused(queue_rules.not_asking(BookingState(booking.state)))
        if yes:
            await only_approved(pool.owner_id)
        if yes and seen and seen != booking.seats:
            raise OtherParty(
                _("Antallet er endret siden du åpnet siden. Nå kommer %(num)s. Se over, og svar på nytt.",
                  num=booking.seats)
            )  # fmt: skip
        decided = pool.pool
        fits = decided.fits(booking.seats)
        if yes and extra and not fits:
            await widen(pool, booking.seats - (decided.free or 0), extra, now=now, by=by)
            fits = True
        new = BookingState.DECLINED if not yes else BookingState.CONFIRMED if fits else BookingState.WAITING
        await move(pool, booking, new, now, by=by, ended_by=None if yes else EndedBy.HOST)
        await rows("UPDATE booking SET reply = $2, answered_at = $3 WHERE id = $1", booking_id, text, now)
        await tell(ANSWERS[new], booking, "answer", now, ring=True)
        return new
