"""Several dates of an offer, claimed by one form: all of them, or none. The writes are those of claims.py.

The pools are locked by ascending id in a statement of their own, then rules.py decides about each. The first date has
the form's key, the others keys made from that and their session: the same form again finds the same bookings.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from marketplace.base.data.database import in_transaction, row, rows
from marketplace.base.data.statement import Statement
from marketplace.base.errors import Conflict, NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.post.mail import About, name_of, post
from marketplace.base.web.limits import Tries
from offers.bookings.actions import Counted, Unanswered, active_of, cancel, whom_of
from offers.bookings.several import mails
from offers.catalogue.models import Kind
from offers.catalogue.queries import Viewer, published
from offers.publishing.questions import rules as asked
from offers.seats import once
from offers.seats import rules as seats_rules
from offers.seats.claims import (  # fmt: skip
    BEFORE,
    RECEIPTS,
    Before,
    Booked,
    Claim,
    Party,
    Taken,
    insert,
    known_in,
    made_before,
)
from offers.seats.models import BookingState
from offers.seats.moves import settle
from offers.seats.queries import FIRST_DEADLINE, POOL_COLUMNS, pool_of


class DatesRefused(Refused):
    """Some of the dates cannot be booked, so none is. `reasons`: why, by session, in the user's words."""

    def __init__(self, reasons: dict[UUID, str]) -> None:
        super().__init__(next(iter(reasons.values())))
        self.reasons = reasons


async def book_several(
    slug: str,
    sessions: Collection[UUID],
    party: Party,
    *,
    waits: Collection[UUID] = (),
    viewer: Viewer,
    form_key: bytes,
    lang: str,
    now: datetime,
    tries: Sequence[Tries] = (),
) -> Booked:
    """Claim seats for a party on several dates; gives the first of its bookings, and one message tells of all.

    `waits`: those of the sessions where the party would rather wait than not come. The same form again gives its first
    bookings, and adds what it now has more. It is one of `tries`, as it sends one message. Raises DatesRefused when a
    date has no room or is closed, and as claims.book.
    """
    key, digest = party.key(form_key), party.digest()
    for _attempt in range(3):  # a reference that is taken already
        try:
            async with in_transaction():
                whom = await whom_of(party)
                pools = await _lock_dates(slug, sessions, viewer, now)
                # Read under the locks.
                before = await made_before(party, form_key, digest, {pool["pool_id"] for pool in pools})
                wanted = [pool for pool in pools if pool["pool_id"] not in {one.pool_id for one in before}]
                if not wanted:
                    return before[0].booked()
                await _check_known(wanted, party, whom)
                answers, wrong = asked.judged(asked.Asked.of(wanted[0]), party.said)
                also = partial(asked.storing, names=party.companions, answers=answers)
                states = await _decide(wanted, party, waits, key, now)
                if wrong:
                    raise Unanswered(_("Svar på det som står igjen."))
                first = before[0] if before else None
                made: list[Booked] = []
                for pool, state in zip(wanted, states, strict=True):
                    one = _of_before(party, first)
                    its = once.key_of(form_key, party.whom, pool["session_id"]) if first else key
                    counts = () if made else tries
                    claim = Claim(pool, replace(one, quiet=True), state, its, digest, lang, now, counts, also)
                    booked = await insert(claim)
                    made.append(booked)
                    first = first or await row(Before, f"{BEFORE} WHERE b.id = $1", booked.id)
                assert first is not None  # some date was wanted, so it was made or had been
                together = [one.id for one in before] + [one.id for one in made]
                if len(together) > 1:
                    await rows(
                        "UPDATE booking SET made_with_id = $1 WHERE id = ANY($2)",
                        first.made_with_id or first.id, together,
                    )  # fmt: skip
                if party.channel and party.address:
                    mail = mails.receipt_several if len(together) > 1 else RECEIPTS[made[0].state]
                    about = About(made[0].id, first.offer_id, first.person_id, made[0].link_version)
                    await post(mail, channel=party.channel, address=party.address, lang=lang, now=now,
                               key=f"{name_of(mail)}:{made[0].id}", booking=str(made[0].id), about=about)  # fmt: skip
                return made[0]
        except Taken:
            continue
    raise Conflict(_("Det gikk ikke å lagre påmeldingen. Prøv en gang til."))


async def _lock_dates(
    slug: str, sessions: Collection[UUID], viewer: Viewer, now: datetime
) -> list[dict[str, Any]]:
    """The seat pools of these sessions of the offer, locked by ascending id and read afresh, in time."""
    chosen = list(set(sessions))
    await rows(
        """SELECT p.id FROM seat_pool p JOIN offer o ON o.id = p.offer_id
        WHERE o.slug = $1 AND p.session_id = ANY($2) ORDER BY p.id FOR NO KEY UPDATE OF p""",
        slug, chosen,
    )  # fmt: skip
    asking = Statement(slug, chosen)
    pools = await rows(
        f"""SELECT {POOL_COLUMNS}, {FIRST_DEADLINE}, {asked.ASKED} FROM offer o JOIN organization w ON w.id = o.owner_id
        JOIN seat_pool p ON p.offer_id = o.id
        WHERE o.slug = $1 AND p.session_id = ANY($2) AND {published(viewer).within(asking)}
        ORDER BY p.starts_at, p.id""",
        *asking.values,
    )
    if len(pools) != len(chosen) or not pools or pools[0]["kind"] == Kind.CONVERSATION:
        raise NotFound
    for pool in pools:
        await settle(pool, now)
    return pools


async def _check_known(pools: list[dict[str, Any]], party: Party, whom: str) -> None:
    """Raises DatesRefused for the dates where the booker knows whoever comes to be booked."""
    if known := {one.pool_id for one in await known_in([pool["pool_id"] for pool in pools], party)}:
        words = _("Du er påmeldt denne dagen allerede.")
        if party.participant:
            words = _("%(name)s er påmeldt denne dagen allerede.", name=whom)
        raise DatesRefused({pool["session_id"]: words for pool in pools if pool["pool_id"] in known})


async def _decide(
    pools: list[dict[str, Any]], party: Party, waits: Collection[UUID], key: bytes, now: datetime
) -> list[BookingState]:
    """Where each date's booking begins. Raises DatesRefused with every date that has something against it."""
    capped = party.person is not None and not party.helps
    counted = await active_of(party.person, key, now) if party.person and capped else Counted(0, 0)
    states: list[BookingState] = []
    reasons: dict[UUID, str] = {}
    for pool in pools:
        decided, session = pool_of(pool), pool["session_id"]
        state = seats_rules.first_state(decided, party.seats)
        against = [*seats_rules.objections(decided, party.seats, now, session in waits)]
        if capped:
            against += seats_rules.caps(counted.active + len(states),
                                  counted.waiting + states.count(BookingState.WAITING), state)  # fmt: skip
        if against:
            reasons[session] = seats_rules.objection_text(against[0], decided, pool["sensitive"])
        elif state is BookingState.WAITING and session not in waits:
            reasons[session] = _("Dagen ble full nå. Kryss av hvis du vil stå på venteliste.")
        states.append(state)
    if reasons:
        raise DatesRefused(reasons)
    return states


def _of_before(party: Party, first: Before | None) -> Party:
    """The party of the next date: the people and the address that the first date's booking has."""
    if first is None:
        return party
    named = first.participant_id if party.participant_name and not party.participant else None
    return replace(party, person=first.booked_by_id, contact_id=first.contact_id,
                   participant=party.participant or named,
                   participant_name=None, guided=False)  # fmt: skip


async def cancel_together(bookings: list[UUID], *, now: datetime, by: UUID | None = None) -> None:
    """Cancel several bookings, all or none. Each has its own message: a calendar's CANCEL names one event."""
    async with in_transaction():
        for found in await rows("SELECT id FROM booking WHERE id = ANY($1) ORDER BY pool_id", bookings):
            await cancel(found["id"], now=now, by=by)
