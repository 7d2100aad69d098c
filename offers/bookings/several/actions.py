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
from marketplace.base.post.mail import name_of, post
from marketplace.base.web.limits import Tries
from offers.bookings.actions import Unanswered, active_of, cancel, whom_of
from offers.bookings.several import mails
from offers.catalogue.models import Kind
from offers.catalogue.queries import Viewer, published
from offers.publishing.questions import rules as asked
from offers.seats import once
from offers.seats import rules as seats_rules
from offers.seats.claims import RECEIPTS, Booked, Claim, JustSent, Party, Taken, insert  # fmt: skip
from offers.seats.known import in_the_way
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
                before = await _made_before(pools, party, form_key, digest)
                wanted = [pool for pool in pools if pool["pool_id"] not in {one["pool_id"] for one in before}]
                if not wanted:
                    done = before[0]
                    return Booked(done["id"], done["link_version"], BookingState(done["state"]), again=True)
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
                    first = first or await row(
                        """SELECT b.id, b.booked_by_id, b.participant_id, b.contact_id, b.made_with_id, b.offer_id,
                            b.link_version, c.person_id
                        FROM booking b LEFT JOIN contact_point c ON c.id = b.contact_id WHERE b.id = $1""",
                        booked.id,
                    )
                assert first is not None  # some date was wanted, so it was made or had been
                together = [one["id"] for one in before] + [one.id for one in made]
                if len(together) > 1:
                    await rows(
                        "UPDATE booking SET made_with_id = $1 WHERE id = ANY($2)",
                        first["made_with_id"] or first["id"], together,
                    )  # fmt: skip
                if party.channel and party.address:
                    mail = mails.receipt_several if len(together) > 1 else RECEIPTS[made[0].state]
                    await post(mail, channel=party.channel, address=party.address, lang=lang, now=now,
                               key=f"{name_of(mail)}:{made[0].id}", booking=str(made[0].id),
                               about=About(made[0].id, first["offer_id"], first["person_id"], made[0].link_version))  # fmt: skip
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


async def _made_before(
    pools: list[dict[str, Any]], party: Party, form_key: bytes, digest: bytes
) -> list[dict[str, Any]]:
    """What this form has booked already, read under the locks. Raises JustSent when it says something else now, or
    leaves out a date: what it adds is another act."""
    key = party.key(form_key)
    found = await rows(
        """SELECT b.id, b.pool_id, b.link_version, b.state, b.booked_by_id, b.participant_id, b.contact_id,
            b.made_with_id, b.offer_id, b.form_key, b.form_digest, p.session_id, c.person_id
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE b.form_key = $1 OR b.made_with_id = (
            SELECT id FROM booking WHERE form_key = $1) ORDER BY b.form_key <> $1, b.id""",
        key,
    )
    # A date that took another's place later was not in the form.
    found = [
        one for one in found if one["form_key"] in (key, once.key_of(form_key, party.whom, one["session_id"]))
    ]
    on = {one["pool_id"] for one in found if one["state"] in seats_rules.ACTIVE}
    left_out = on - {pool["pool_id"] for pool in pools}
    if left_out or any(one["form_digest"] != digest for one in found):
        raise JustSent(key, own=party.account)
    return found


async def _check_known(pools: list[dict[str, Any]], party: Party, whom: str) -> None:
    """Raises DatesRefused for the dates where the booker knows whoever comes to be booked."""
    if not party.account:
        return
    found = await rows(
        f"""SELECT DISTINCT p.id AS pool_id FROM seat_pool p JOIN booking b ON {in_the_way("p.id", "$2", "$3")}
        WHERE p.id = ANY($1)""",
        [pool["pool_id"] for pool in pools], party.participant or party.person, party.person,
    )  # fmt: skip
    if known := {one["pool_id"] for one in found}:
        words = _("Du er påmeldt denne dagen allerede.")
        if party.participant:
            words = _("%(name)s er påmeldt denne dagen allerede.", name=whom)
        raise DatesRefused({pool["session_id"]: words for pool in pools if pool["pool_id"] in known})


async def _decide(
    pools: list[dict[str, Any]], party: Party, waits: Collection[UUID], key: bytes, now: datetime
) -> list[BookingState]:
    """Where each date's booking begins. Raises DatesRefused with every date that has something against it."""
    capped = party.person is not None and not party.helps
    counted = (
        await active_of(party.person, key, now) if party.person and capped else {"active": 0, "waiting": 0}
    )
    states: list[BookingState] = []
    reasons: dict[UUID, str] = {}
    for pool in pools:
        decided, session = pool_of(pool), pool["session_id"]
        state = seats_rules.first_state(decided, party.seats)
        against = [*seats_rules.objections(decided, party.seats, now, session in waits)]
        if capped:
            against += seats_rules.caps(counted["active"] + len(states),
                                  counted["waiting"] + states.count(BookingState.WAITING), state)  # fmt: skip
        if against:
            reasons[session] = seats_rules.objection_text(against[0], decided, pool["sensitive"])
        elif state is BookingState.WAITING and session not in waits:
            reasons[session] = _("Dagen ble full nå. Kryss av hvis du vil stå på venteliste.")
        states.append(state)
    if reasons:
        raise DatesRefused(reasons)
    return states


def _of_before(party: Party, first: dict[str, Any] | None) -> Party:
    """The party of the next date: the people and the address that the first date's booking has."""
    if first is None:
        return party
    named = first["participant_id"] if party.participant_name and not party.participant else None
    return replace(party, person=first["booked_by_id"], contact_id=first["contact_id"],
                   participant=party.participant or named,
                   participant_name=None, guided=False)  # fmt: skip


async def cancel_together(bookings: list[UUID], *, now: datetime, by: UUID | None = None) -> None:
    """Cancel several bookings, all or none. Each has its own message: a calendar's CANCEL names one event."""
    async with in_transaction():
        for found in await rows("SELECT id FROM booking WHERE id = ANY($1) ORDER BY pool_id", bookings):
            await cancel(found["id"], now=now, by=by)
