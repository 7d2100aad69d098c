"""Booking, and what a booker does with it: cancel, answer a held seat, send word. Seats are offers/seats' to write."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.database import in_transaction, on_its_own, rows, value
from marketplace.base.errors import Conflict, NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.web.limits import Tries
from marketplace.people.acting.queries import may_act_for
from offers.bookings import mails
from offers.bookings.several.claims import active_of, book_together, check_known, decide
from offers.bookings.times.claims import only_one
from offers.catalogue.kinds import Kind
from offers.catalogue.queries import Viewer
from offers.publishing.questions import rules as asked
from offers.seats import rules as seats_rules
from offers.seats.before import made_before, same_form_or_person
from offers.seats.claims import Booked, Claim, Overtaken, Party, Taken, insert
from offers.seats.crowd import turn
from offers.seats.known import actor_of
from offers.seats.models import BookingState, EndedBy
from offers.seats.moves import begun, change, lock_dates, lock_for, look, move, promote, settled, tell
from offers.seats.queries import LockedPool, active_in, ended
from offers.seats.rows import LockedBooking
from offers.seats.rules import NOTHING_SAID, Shown, check_unmoved
from offers.seats.sql import covers


async def cancel(
    booking_id: UUID, *, now: datetime, by: UUID | None = None, ended_by: EndedBy = EndedBy.SELF
) -> bool:
    """Cancel a booking; freed seats go to the first waiting parties that fit. False: it was over already.

    `ended_by`: who or what ends it; the message thanks nobody who did not do it themselves.
    """
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        if not booking.active:
            return False
        await move(pool, booking, BookingState.CANCELLED, now, by=by, ended_by=ended_by)
        await tell(mails.cancelled, booking, "1", now, ring=ended_by is EndedBy.HOST)
        await promote(pool, now)
        return True


async def answer_offer(
    booking_id: UUID, yes: bool, *, now: datetime, by: UUID | None = None, shown: Shown = NOTHING_SAID
) -> BookingState:
    """Accept or decline a held seat. After the deadline it has gone on; whoever says yes all the same gets a seat if
    there is one, else their old place in the queue. The same answer again changes nothing.

    Raises Refused when nothing is or was held, or it has begun meanwhile (a session may have been moved ahead), and
    Moved when a yes is to another time or place than the page has said (`shown`).
    """
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        if seats_rules.answered(state := BookingState(booking.state), yes):
            return state
        if booking.confirmed:  # they said yes, and a no on a page that stood open frees nothing
            raise Refused(_("Det er sagt ja til denne plassen. Skal noen andre få den, må den meldes av."))
        if yes:
            check_unmoved(shown, pool.session_id, pool.starts_at, pool.sequence)
        late = state is BookingState.EXPIRED
        if await begun(pool, now) or (not late and not booking.offered):
            raise Refused(_("Denne plassen holdes ikke lenger."))
        if late:
            return await _late_yes(pool, booking, now, by) if yes else BookingState.EXPIRED
        new = BookingState.CONFIRMED if yes else BookingState.DECLINED
        await move(pool, booking, new, now, by=by, ended_by=None if yes else EndedBy.SELF)
        if yes:
            await tell(mails.promoted, booking, "1", now)
        else:
            await promote(pool, now)
        return new


async def _late_yes(pool: LockedPool, booking: LockedBooking, now: datetime, by: UUID | None) -> BookingState:
    """Take in somebody whose held seat went on. Raises Refused where it is cancelled, or they have booked anew."""
    if await ended(pool.pool_id, now):
        raise Refused(_("Dette er avlyst."))
    actor = actor_of(booking.participant_id, booking.booked_by_id, by)
    if await active_in(pool.pool_id, booking.participant_id, actor, now):
        raise Refused(_("Du har en ny påmelding her allerede. Den gjelder."))
    new = BookingState.CONFIRMED if pool.pool.fits(booking.seats) else BookingState.WAITING
    await move(pool, booking, new, now, by=by)
    if new is BookingState.CONFIRMED:
        await tell(mails.promoted, booking, "1", now)
    else:
        await tell(mails.waiting, booking, f"{int(now.timestamp())}", now)
    return new


async def send_word(
    booking_id: UUID, session_id: UUID, *, coming: bool = False, now: datetime, shown: Shown = NOTHING_SAID
) -> None:
    """A participant of a whole course cannot come to this session: excused, not absent. The seat stays theirs.
    `coming`: they come all the same. `shown`: when it begins, as the page has said. Raises Refused, Moved."""
    async with in_transaction():
        # Locked against whoever moves or cancels it just now: word about the old time says nothing of the new.
        starts_at = await value(
            f"""SELECT s.starts_at FROM booking b JOIN session s ON s.offer_id = b.offer_id
            JOIN seat_pool p ON p.id = b.pool_id AND {covers()}
            WHERE b.id = $1 AND s.id = $2 AND b.state = 'confirmed' AND s.ends_at > $3 AND s.status <> 'cancelled'
            FOR SHARE OF s""",
            booking_id, session_id, now,
        )  # fmt: skip
        if starts_at is None:
            raise Refused(_("Denne samlingen er over eller avlyst."))
        check_unmoved(shown, session_id, starts_at)
        if coming:
            await rows(
                "DELETE FROM sent_word WHERE booking_id = $1 AND session_id = $2", booking_id, session_id
            )
            return
        await rows(
            "DELETE FROM coming_again WHERE booking_id = $1 AND session_id = $2", booking_id, session_id
        )
        await rows(
            "INSERT INTO sent_word (id, booking_id, session_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            uuid7(), booking_id, session_id, now,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AskingPool(LockedPool, asked.Asks):
    """A pool that is booked in, and what is asked of who comes."""

    age_from: int | None
    age_to: int | None
    questions: str | None
    version: int
    """Which write its row comes from: another one, and it has changed."""


ALSO = f"{asked.ASKED}, p.xmin AS version"
"""What an AskingPool says beyond a LockedPool."""


class ForWhom(Refused):
    """It cannot be for the one who was chosen."""


class Unanswered(Refused):
    """What is asked lacks an answer that will do; asked.py:judged says where."""


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
    shown: Shown = NOTHING_SAID,
) -> Booked:
    """Claim seats for a party in an offer (`session` None) or one of its sessions: book_dates of one.

    Gives confirmed, waiting or requested. Raises HasTime where it is a conversation and they have another of its times,
    and as book_dates. A visitor's needs only a look at the pool and the one write, where nobody else wants the same.
    """
    waits = [session] if party.waiting_ok else []
    async with turn((slug, session)) as looking:
        locked = not looking or party.person is not None
        return await book_dates(slug, [session], party, alone=True, locked=locked, waits=waits, viewer=viewer,
                                form_key=form_key, lang=lang, now=now, tries=tries, shown=shown)  # fmt: skip


async def book_dates(
    slug: str,
    sessions: Collection[UUID | None],
    party: Party,
    *,
    alone: bool = False,
    locked: bool = True,
    waits: Collection[UUID | None] = (),
    viewer: Viewer,
    form_key: bytes,
    lang: str,
    now: datetime,
    tries: Sequence[Tries] = (),
    shown: Shown = NOTHING_SAID,
) -> Booked:
    """Claim seats for a party on several dates, all or none; gives the first of its bookings, and one message tells of
    all. The pools are locked by ascending id. The first date has the form's key, the others keys made from that and
    their session.

    `waits`: those of the sessions where the party would rather wait than not come. The same form with the same content
    again gives its first booking, and adds the dates that it now has more; for somebody else it books anew. `alone`:
    the form is of one date, or of the whole offer. Then what stands in the way is only looked for when the write has
    met it. Not `locked`, which only a visitor's form of one date may be: the pool is looked at, and locked when another
    was quicker. `shown`: when each date begins, as the form has said.

    Raises NotFound when the viewer may not see the offer, DatesRefused with the reasons in the user's words when a date
    has no room or is closed, ForWhom, Unanswered, JustSent when this form has sent something else for the same person,
    TooMany when one of `tries` has booked too often: what is booked is counted with it, once.
    """
    key, digest = party.key(form_key), party.digest(next(iter(sessions)) if alone else None)
    for _attempt in range(4):  # a reference that is taken already: one in 3,000 with 100,000 bookings
        try:
            async with in_transaction() if locked else on_its_own():
                whom = await whom_of(party)
                pools = await _pools(slug, sessions, party, key, alone, viewer, now, locked=locked)
                ids = None if alone else {pool.pool_id for pool in pools}
                before = [] if alone else await made_before(party, form_key, digest, ids)
                wanted = [pool for pool in pools if pool.pool_id not in {one.pool_id for one in before}]
                if not wanted:
                    return before[0].booked()
                try:
                    if not alone:
                        await check_known(wanted, party, whom)
                    capped = party.person if not party.helps else None
                    counted = await active_of(capped, key, now) if capped else None
                    states = decide(wanted, party, waits, counted, now, alone=alone, shown=shown)
                    answers, wrong = asked.judged(wanted[0].asked, party.said)
                    if wrong:
                        raise Unanswered(_("Svar på det som står igjen."))
                except Refused:
                    # What the same form has taken before is no hindrance: an answer that was lost is given again.
                    if alone and (before := await made_before(party, form_key, digest)):
                        return before[0].booked()
                    raise
                said = bool(party.companions or answers)
                also = partial(asked.storing, names=party.companions, answers=answers) if said else None
                if alone:
                    seen = None if locked else pools[0].version
                    return await insert(
                        Claim(pools[0], party, states[0], key, digest, lang, now, tries, also, seen)
                    )
                claims = [Claim(pool, party, state, key, digest, lang, now, tries, also)
                          for pool, state in zip(wanted, states, strict=True)]  # fmt: skip
                return await book_together(claims, before, form_key)
        except Overtaken:
            locked = True
        except Taken:
            if alone and (found := await _met(pools[0].pool_id, party, whom, form_key, digest)):
                return found
    raise Conflict(_("Det gikk ikke å lagre påmeldingen. Prøv en gang til."))


async def _pools(
    slug: str,
    sessions: Collection[UUID | None],
    party: Party,
    key: bytes,
    alone: bool,
    viewer: Viewer,
    now: datetime,
    *,
    locked: bool,
) -> list[AskingPool]:
    """The pools of these sessions, locked or, of one, as it was seen. Of conversations one has one at a time."""
    if not alone:
        dates = [session for session in sessions if session]
        pools = await lock_dates(AskingPool, slug, dates, viewer, now, also=ALSO)
        if pools[0].kind == Kind.CONVERSATION:
            raise NotFound
        return pools
    if not locked:
        pool = await look(AskingPool, slug, next(iter(sessions)), viewer, also=ALSO)
        if not settled(pool, now):
            raise Overtaken
        return [pool]
    pool = await lock_for(AskingPool, slug, next(iter(sessions)), viewer, now, also=ALSO)
    if pool.kind == Kind.CONVERSATION and party.person and not party.participant_name:
        await only_one(pool.offer_id, pool.pool_id, party.participant or party.person, party.person, key, now)
    return [pool]


async def _met(pool_id: UUID, party: Party, whom: str, form_key: bytes, digest: bytes) -> Booked | None:
    """The booking that the write for one date has met. Raises ForWhom when it is of one whom the booker acts for."""
    existing = await same_form_or_person(pool_id, party, form_key, digest)
    if existing and party.participant and not existing.again:
        words = _("%(name)s står på venteliste her allerede. Du finner det på Min side.", name=whom)
        if existing.state is not BookingState.WAITING:
            words = _("%(name)s er allerede påmeldt. Du finner påmeldingen på Min side.", name=whom)
        raise ForWhom(words)
    return existing


async def whom_of(party: Party) -> str:
    """The name of whom the booker acts for. Raises ForWhom when they may not, or not any more."""
    if party.participant is None:
        return ""
    whom = await may_act_for(party.person, party.participant) if party.person else None
    if whom is None:
        raise ForWhom(_("Du kan ikke melde på den du valgte. Velg på nytt."))
    return whom
