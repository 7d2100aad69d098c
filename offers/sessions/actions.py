"""Move or cancel a session, cancel an offer: in one transaction with telling everybody who is booked. And telling them
of what was added."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import column, rows
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import when
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, Mail, name_of, post
from offers.attendance.actions import end_registers, end_words
from offers.attendance.models import RegisterEnd
from offers.attendance.substitute.actions import tell_changed
from offers.catalogue.models import Offer, Session, Venue
from offers.catalogue.states import Dated
from offers.participants.queries import (
    BookedParty,
    counts,
    parties_before,
    parties_of_offer,
    parties_of_session,
)
from offers.publishing.actions import refresh
from offers.seats.actions import cancel_all
from offers.seats.models import EndedBy
from offers.seats.upkeep import changing
from offers.sessions import mails, rules
from offers.sessions.acts import Act
from offers.sessions.queries import ending_pools, leaders
from offers.telling.actions import tell
from offers.telling.addressees import Addressee
from offers.telling.models import Mails

BEFORE = frozenset({"was_starts", "was_ends", "was_venue", "word_ended"})
"""What a message of a move says of how it was."""


class Stale(Conflict):
    """Somebody changed the session meanwhile. The message says how it is now."""


async def move(
    session: Session,
    *,
    sequence: int,
    starts_at: datetime,
    ends_at: datetime,
    venue_id: UUID | None,
    by: UUID,
    now: datetime,
) -> tuple[int, int]:
    """Move a session to another time or place (None: the offer's own). Returns how many are told and must be rung.

    Raises Stale, and Refused when it has begun, is cancelled, or nothing is changed.
    """
    offer = session.offer
    async with changing(offer.id):
        present = await _present(session, sequence, now)
        place = None if venue_id == offer.venue_id else venue_id
        was = (present.starts_at, present.ends_at, present.venue_id)
        if (starts_at, ends_at, place) == was:
            raise Refused(_("Dette er samme tid og sted som før."))
        await end_registers([session.id], RegisterEnd.MOVED, now=now)
        words = await end_words([session.id]) if (starts_at, ends_at) != was[:2] else set[UUID]()
        await rows(
            """UPDATE session SET starts_at = $2, ends_at = $3, venue_id = $4, status = 'moved',
                sequence = sequence + 1, changed_at = $5, vevent = NULL WHERE id = $1""",
            session.id, starts_at, ends_at, place, now,
        )  # fmt: skip
        await refresh(offer.id, now)
        told = await parties_of_session(session.id, waiting=True)
        facts: dict[str, str | int] = {
            "session": str(session.id), "sequence": sequence + 1, "was_starts": was[0].isoformat(),
            "was_ends": was[1].isoformat(), "was_venue": str(was[2] or offer.venue_id or ""),
        }  # fmt: skip
        known = await _not_heard_yet(session.id, [party.booking_id for party in told])
        for booking in words:
            known[booking] = known.get(booking, {}) | {"word_ended": True}
        await _tell(told, mails.session_moved, f"{session.id}:{sequence + 1}", now, facts, known)
        await tell_changed([session.id], now=now)
        await _tell_leaders(offer.id, [session.id], by, now)
        return await _recorded(Act.SESSION_MOVED, session.id, offer, told, by, now)


async def cancel(session: Session, *, sequence: int, note: str, by: UUID, now: datetime) -> tuple[int, int]:
    """Cancel a session, with a public note. Bookings of the session alone end with it, and with the last one ahead
    those of the offer.

    Returns how many are told and must be rung. Raises Stale and Refused.
    """
    offer = session.offer
    async with changing(offer.id):
        present = await _present(session, sequence, now)
        ending = await ending_pools(offer.id, now, session.id)
        told = await parties_of_session(session.id, [pool.id for pool in ending])
        if present.untold_since and not ending:  # nobody has heard of it, but whoever got a place since
            told = [party for party in told if party.since > present.untold_since]
        await end_registers([session.id], RegisterEnd.CANCELLED, now=now)
        await end_words([session.id])
        await rows(
            """UPDATE session SET status = 'cancelled', note = $2, sequence = sequence + 1, changed_at = $3,
                vevent = NULL WHERE id = $1""",
            session.id, note, now,
        )  # fmt: skip
        for pool in ending:
            await cancel_all(pool.id, now=now, by=by, ended_by=EndedBy.SESSION, begun=pool.begun)
        await refresh(offer.id, now)
        facts: dict[str, str | int] = {"session": str(session.id), "sequence": sequence + 1}
        unheard = await _not_heard_yet(session.id, [party.booking_id for party in told])
        known = {
            booking: {name: was[name] for name in ("was_starts", "was_ends")}
            for booking, was in unheard.items()
        }
        await _tell(told, mails.session_cancelled, f"{session.id}:{sequence + 1}", now, facts, known)
        await tell_changed([session.id], now=now)
        await _tell_leaders(offer.id, [session.id], by, now)
        return await _recorded(Act.SESSION_CANCELLED, session.id, offer, told, by, now)


async def cancel_offer(offer: Offer, *, note: str, by: UUID, now: datetime) -> tuple[int, int]:
    """Cancel an offer and every session of it that has not begun. Bookings of these end with it; of a course that has
    begun only the queue and the requests.

    The note is the cancelled sessions'. Returns how many are told and must be rung. Raises Refused when the offer is
    not published any more, and when there is a note and no session to carry it.
    """
    async with changing(offer.id):
        await offer.refresh_from_db(fields=["state"])
        rules.on(offer.state)
        told = await parties_of_offer(offer.id, now)
        ending = await ending_pools(offer.id, now)
        ids = await column(
            """SELECT id FROM session WHERE offer_id = $1 AND starts_at > $2 AND status <> 'cancelled' ORDER BY id
            FOR NO KEY UPDATE""",
            offer.id, now,
        )  # fmt: skip
        await end_registers(ids, RegisterEnd.CANCELLED, now=now)
        await end_words(ids)
        await rows(
            """UPDATE session SET status = 'cancelled', note = $2, sequence = sequence + 1, changed_at = $3,
                vevent = NULL WHERE id = ANY($1)""",
            ids, note, now,
        )  # fmt: skip
        if note and not ids:
            raise Refused(
                _("Ingen samling står igjen, så da kommer ikke det du skrev fram. "
                  "Ta vare på teksten, tøm feltet og prøv igjen.")
            )  # fmt: skip
        await rows("UPDATE offer SET state = 'cancelled', changed_at = $2 WHERE id = $1", offer.id, now)
        for pool in ending:
            await cancel_all(pool.id, now=now, by=by, ended_by=EndedBy.OFFER, begun=pool.begun)
        await refresh(offer.id, now)
        await _tell(told, mails.offer_cancelled, str(offer.id), now, {"at": now.isoformat()})
        await tell_changed(ids, now=now)
        await _tell_leaders(offer.id, ids, by, now)
        return await _recorded(Act.OFFER_CANCELLED, offer.id, offer, told, by, now)


@dataclass(frozen=True, slots=True)
class Added(Dated):
    """A session that was added, `since` which nobody has been told of it."""

    id: UUID
    starts_at: datetime
    status: str
    sequence: int
    since: datetime


async def tell_added(offer_id: UUID, *, now: datetime) -> None:
    """Tell those who had a place of the sessions that were added to it since. What was added in one act is one message,
    and a call about each; nothing of what is cancelled or has begun. Under the offer's lock the mark goes with the
    telling, so it is done once."""
    async with changing(offer_id):
        added = await rows(
            Added,
            """UPDATE session s SET untold_since = NULL FROM session was
            WHERE was.offer_id = $1 AND was.untold_since IS NOT NULL AND s.id = was.id
            RETURNING s.id, s.starts_at, s.status, s.sequence, was.untold_since AS since""",
            offer_id,
        )
        acts: dict[datetime, list[Added]] = {}
        for one in sorted(added, key=lambda one: (one.starts_at, one.id)):
            if not one.called_off and one.starts_at > now:
                acts.setdefault(one.since, []).append(one)
        for since, sessions in acts.items():
            for party in await parties_before(offer_id, since):
                await _tell_added(party, sessions, now)


async def _tell_added(party: Addressee, sessions: list[Added], now: datetime) -> None:
    if party.channel:
        ids = [str(one.id) for one in sessions]
        await tell(mails.session_added, party, key=ids[0], now=now, sessions=ids)
        return
    for one in sessions:  # what is to be said of each is no longer true when that one is cancelled
        await tell(mails.session_added, party, key=str(one.id), now=now, session=str(one.id),
                   sequence=one.sequence)  # fmt: skip


async def _present(session: Session, sequence: int, now: datetime) -> Session:
    """The session as it is now, locked, if it is still the one that the page showed and can be changed."""
    await rows("SELECT id FROM session WHERE id = $1 FOR NO KEY UPDATE", session.id)
    present = await Session.get(id=session.id)
    rules.changeable(present, now)
    rules.on(session.offer.state)
    if present.sequence != sequence:
        venue = await Venue.get_or_none(id=present.venue_id or session.offer.venue_id)
        raise Stale(
            _("Noen andre endret samlingen mens siden din sto åpen. Nå er den %(when)s%(place)s. "
              "Se over og lagre igjen.",
              when=when(present.starts_at, present.ends_at), place=f", {venue.name}" if venue else "")
        )  # fmt: skip
    return present


class _Waiting(NamedTuple):
    """A message that has not gone out yet: the booking that it is about, and what it was to tell, as JSON."""

    booking_id: UUID
    facts: str


async def _not_heard_yet(session: UUID, bookings: list[UUID]) -> dict[UUID, dict[str, str | int]]:
    """What a message that has not gone out yet was to tell of these bookings, by booking: how it was before, which they
    still believe, and that their word has ended. The next message tells it in its place."""
    waiting = await rows(
        _Waiting,
        """SELECT booking_id, facts FROM outbox_message WHERE booking_id = ANY($1) AND mail = $2
            AND facts ->> 'session' = $3 AND sent_at IS NULL AND failed_at IS NULL ORDER BY id""",
        bookings, name_of(mails.session_moved), str(session),
    )  # fmt: skip
    return {
        each.booking_id: {name: value for name, value in json.loads(each.facts).items() if name in BEFORE}
        for each in waiting
    }


async def _tell(
    parties: list[BookedParty],
    mail: Mail,
    act: str,
    now: datetime,
    facts: dict[str, str | int],
    known: Mapping[UUID, dict[str, str | int]] = MappingProxyType({}),
) -> None:
    """A message or a call to each party. `known`: what is otherwise for some of the bookings."""
    for party in parties:
        await tell(mail, party, key=act, now=now, **facts | known.get(party.booking_id, {}))


async def _tell_leaders(offer_id: UUID, sessions: list[UUID], by: UUID, now: datetime) -> None:
    """A message to the others who lead what somebody has moved or cancelled, in the transaction of the act."""
    if not sessions:
        return
    found = await Session.filter(id__in=sessions).order_by("starts_at", "id")
    changed = {str(each.id): each.sequence for each in found}
    for one in await leaders(offer_id, by):
        await post(
            Mails.LED_CHANGED, channel=Channel(one.channel), address=one.value, lang=one.lang, now=now,
            key=f"led_changed:{one.person_id}:{found[0].id}:{found[0].sequence}", about=About(person_id=one.person_id),
            organization=str(one.organization_id), person=str(one.person_id), sessions=changed,
        )  # fmt: skip


async def _recorded(
    act: str, object_id: UUID, offer: Offer, parties: list[BookedParty], by: UUID, now: datetime
) -> tuple[int, int]:
    reached, to_call = counts(parties)
    await record(act, now=now, actor=by, object_id=object_id, details={"told": reached, "to_call": to_call},
                 organization=offer.owner_id)  # fmt: skip
    return reached, to_call
