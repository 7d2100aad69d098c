"""Several dates of an offer on one form: all of them, or none. What is decided about them under their locks."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import row, rows
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.post.mail import About, name_of, post
from offers.bookings.several import mails
from offers.seats import once
from offers.seats import rules as seats_rules
from offers.seats.before import BEFORE, Before, known_in
from offers.seats.claims import RECEIPTS, Booked, Claim, Party, insert
from offers.seats.known import active_at
from offers.seats.models import BookingState
from offers.seats.queries import LockedPool
from offers.seats.rules import Shown, moved


class Counted(NamedTuple):
    """Bookings of somebody that are not over: all, and those of them that wait."""

    active: int
    waiting: int


async def active_of(person: UUID, form_key: bytes, now: datetime) -> Counted:
    """How many bookings that are not over somebody has made (active, waiting), but for what this same form made.

    Only for the signed-in. Visitors have limits (views.py): nobody may learn what is booked with an address.
    """
    counted = await row(
        Counted,
        f"""SELECT count(*) AS active, count(*) FILTER (WHERE b.state = 'waiting' OR b.held_until <= $3) AS waiting
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id
        WHERE b.booked_by_id = $1 AND b.form_key <> $2 AND (p.ends_at IS NULL OR p.ends_at > $3)
            AND {active_at("$3")}""",
        person, form_key, now,
    )  # fmt: skip
    assert counted is not None  # a count always returns its row
    return counted


class DatesRefused(Refused):
    """Some of the dates cannot be booked, so none is. `reasons`: why, by session, in the user's words. `moved`: only
    because they are at another time or place than the form has said."""

    def __init__(self, reasons: dict[UUID | None, str], moved: bool = False) -> None:
        super().__init__(next(iter(reasons.values())))
        self.reasons, self.moved = reasons, moved


async def check_known(pools: Sequence[LockedPool], party: Party, whom: str) -> None:
    """Raises DatesRefused for the dates where the booker knows whoever comes to be booked."""
    if known := {one.pool_id for one in await known_in([pool.pool_id for pool in pools], party)}:
        words = _("Du er påmeldt denne dagen allerede.")
        if party.participant:
            words = _("%(name)s er påmeldt denne dagen allerede.", name=whom)
        raise DatesRefused({pool.session_id: words for pool in pools if pool.pool_id in known})


def decide(
    pools: Sequence[LockedPool],
    party: Party,
    waits: Collection[UUID | None],
    counted: Counted | None,
    now: datetime,
    *,
    alone: bool,
    shown: Shown,
) -> list[BookingState]:
    """Where each date's booking begins. Raises DatesRefused with every date that has something against it.
    `counted`: what the booker has already, where that has a most. `alone`: to be full at last is to wait, unasked.
    `shown`: when each begins and where, as the form has said."""
    states: list[BookingState] = []
    reasons: dict[UUID | None, str] = {}
    said = {one.session_id: moved(shown, one.session_id, one.starts_at, one.sequence) for one in pools}
    elsewhen = {session for session, words in said.items() if words}
    for pool in pools:
        decided, session = pool.pool, pool.session_id
        state = seats_rules.first_state(decided, party.seats)
        against = [*seats_rules.objections(decided, party.seats, now, session in waits)]
        if counted:
            against += seats_rules.caps(counted.active + len(states),
                                  counted.waiting + states.count(BookingState.WAITING), state)  # fmt: skip
        if against:
            reasons[session] = seats_rules.objection_text(against[0], decided, pool.sensitive)
        elif state is BookingState.WAITING and session not in waits and not alone:
            reasons[session] = _("Dagen ble full nå. Kryss av hvis du vil stå på venteliste.")
        elif session in elsewhen:
            reasons[session] = said[session]
        states.append(state)
    if reasons:
        raise DatesRefused(reasons, moved=elsewhen >= set(reasons))
    return states


def _of_before(party: Party, first: Before | None) -> Party:
    """The party of the next date: the people and the address that the first date's booking has."""
    if first is None:
        return party
    named = first.participant_id if party.participant_name and not party.participant else None
    return replace(party, person=first.booked_by_id, contact_id=first.contact_id,
                   participant=party.participant or named,
                   participant_name=None, guided=False)  # fmt: skip


async def book_together(claims: Sequence[Claim], before: Sequence[Before], form_key: bytes) -> Booked:
    """Write the claims of one form, beside what it has booked `before`; gives the first. One message tells of all."""
    first, party, made = before[0] if before else None, claims[0].party, list[Booked]()
    for claim in claims:
        one = replace(_of_before(party, first), quiet=True)
        its = once.key_of(form_key, party.whom, claim.pool.session_id) if first else claim.key
        booked = await insert(replace(claim, party=one, key=its, tries=() if made else claim.tries))
        made.append(booked)
        first = first or await row(Before, f"{BEFORE} WHERE b.id = $1", booked.id)
    assert first is not None  # it was made or had been
    together = [one.id for one in before] + [one.id for one in made]
    if len(together) > 1:
        await rows(
            "UPDATE booking SET made_with_id = $1 WHERE id = ANY($2)",
            first.made_with_id or first.id, together,
        )  # fmt: skip
    if party.channel and party.address:
        mail = mails.receipt_several if len(together) > 1 else RECEIPTS[made[0].state]
        about = About(made[0].id, first.offer_id, first.person_id, made[0].link_version)
        await post(mail, channel=party.channel, address=party.address, lang=claims[0].lang, now=claims[0].now,
                   key=f"{name_of(mail)}:{made[0].id}", booking=str(made[0].id), about=about)  # fmt: skip
    return made[0]
