"""Checking in, and what hosts decide about it."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.clock import oslo
from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, rows, value
from marketplace.base.data.ledger import Lost
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.web.http import Request
from marketplace.base.web.limits import count, of_visitor, refuse
from offers.attendance.check_in import queries, rules, words
from offers.attendance.check_in.acts import Act
from offers.attendance.check_in.models import CountedAs
from offers.attendance.marking import hold
from offers.attendance.models import AttendanceState, Cause
from offers.attendance.taps import actions as taps
from offers.attendance.taps.forms import Unread
from offers.attendance.taps.models import Field, Outcome
from offers.attendance.taps.rules import Sender, Tap
from offers.attendance.year_keys import lost
from offers.catalogue.models import Session

WRONG = "check-in words"
MOST_WRONG, WINDOW = 20, timedelta(minutes=1)


async def by_words(request: Request, typed: str, came: int, bindings: list[str]) -> bool:
    """Check in by the words on the wall. False where they are of no session that is open now: that is a wrong try.
    Raises TooMany after so many of a network, whatever they then type; right ones are not counted, for a whole hall may
    be behind one address."""
    tries = of_visitor(WRONG, request, MOST_WRONG, WINDOW)
    async with in_transaction():
        # To count none of them holds the network's rows, so tries of one network wait for each other: nobody has a
        # thousand by sending them at once.
        before = await count([replace(each, count=0) for each in tries], request.now)
        refuse([replace(each, most=each.most - 1) for each in tries], before.values(), request.now)
        session = await queries.of_words(words.typed(typed), request.now)
        if session is None:
            await count(tries, request.now)
            return False
    async with in_transaction():
        own = await queries.own(session, request.person.id) if request.person else []
        return await _arrive(session, rules.who_came(own, came), bindings, request.now)


async def by_link(
    session_id: UUID, booking_id: UUID, came: int, bindings: list[str], *, now: datetime
) -> None:
    """The party of a booking is here: so says whoever holds its link. Raises Refused while check-in is not open."""
    async with in_transaction():
        own = await queries.own_by_link(session_id, booking_id)
        if not own or not await _arrive(session_id, rules.who_came(own, came), bindings, now):
            raise Refused(_("Nå er det ikke åpent for å melde seg her. Si fra til den som leder."))


async def _arrive(session_id: UUID, here: list[rules.Here], bindings: list[str], now: datetime) -> bool:
    """Mark whoever is booked, else count a head. False: it has closed meanwhile, or was moved or cancelled, or nobody
    can be counted now."""
    session = await queries.held(session_id)
    if not session.at(now) or await lost(oslo(session.starts_at).year):
        return False
    browsers = [browser for each in bindings for browser in rules.browsers(session_id, each)]
    stood = await queries.counted_as(session_id, browsers)
    if here:
        await _mark(session, here, now)
        if rules.heads_to_take_back(stood):
            await rows(
                "UPDATE head_count SET by_code = by_code - 1 WHERE session_id = $1 AND by_code > 0",
                session_id,
            )
        await rows(
            """UPDATE check_in_browser SET counted_as = 'booked'
            WHERE session_id = $1 AND browser = ANY($2) AND counted_as = 'head'""",
            session_id, browsers,
        )  # fmt: skip
        await _note(session_id, browsers[0], CountedAs.BOOKED)
    elif not rules.counted_before(stood) and await _one_more_head(session_id, now):
        await _note(session_id, browsers[0], CountedAs.HEAD)
    return True


async def _note(session_id: UUID, browser: bytes, counted_as: CountedAs) -> None:
    """Remember what this browser stands for at this session."""
    await rows(
        """INSERT INTO check_in_browser (id, session_id, browser, counted_as) VALUES ($1, $2, $3, $4)
        ON CONFLICT (session_id, browser) DO NOTHING""",
        uuid7(), session_id, browser, counted_as,
    )  # fmt: skip


async def _one_more_head(session_id: UUID, now: datetime) -> bool:
    """Count a head by code, apart from the host's own count. False: there are more than can be true."""
    return bool(
        await value(
            """INSERT INTO head_count AS h (id, session_id, count, by_code, recorded_at) VALUES ($1, $2, 0, 1, $3)
            ON CONFLICT (session_id) DO UPDATE SET by_code = h.by_code + 1 WHERE h.by_code < $4 RETURNING true""",
            uuid7(), session_id, now, rules.MOST_HEADS,
        )
    )  # fmt: skip


async def turn_on(session: Session, *, by: UUID, now: datetime) -> None:
    """Open check-in for a session, by words that no other session has. Nothing changes where it is open already.
    Raises Refused when the session is cancelled or over."""
    async with in_transaction():
        held = await hold(session.id)
        if held.called_off:
            raise Refused(_("Denne samlingen er avlyst."))
        if held.ends_at < now:
            raise Refused(_("Denne samlingen er over."))
        found = await queries.wall(session.id)
        if found.on:
            return
        version = (found.version or 0) + 1
        while await value("SELECT true FROM check_in WHERE digest = ANY($1)", _digests(session.id, version)):
            version += 1
        await rows(
            """INSERT INTO check_in (id, session_id, version, digest, opened_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (session_id) DO UPDATE SET version = excluded.version, digest = excluded.digest,
                opened_at = excluded.opened_at""",
            uuid7(), session.id, version, _digest(session.id, version), now,
        )  # fmt: skip
        await record(
            Act.CHECK_IN_OPENED, now=now, actor=by, object_id=session.id, organization=session.offer.owner_id
        )


def _digests(session: UUID, version: int) -> list[bytes]:
    """What another session would have kept that has the same words."""
    return words.digests(words.words_of(session, version))


def _digest(session: UUID, version: int) -> bytes:
    return words.digest(words.words_of(session, version))


async def turn_off(session: Session, *, by: UUID, now: datetime) -> None:
    """The words, and the links of bookings, check nobody in any longer. What they did stays."""
    async with in_transaction():
        await queries.held(session.id)
        if off := await column(
            "UPDATE check_in SET digest = NULL WHERE session_id = $1 AND digest IS NOT NULL RETURNING version",
            session.id,
        ):
            ledger.note(Lost.CHECK_IN, session.id, number=off[0])
            await record(
                Act.CHECK_IN_TURNED_OFF,
                now=now,
                actor=by,
                object_id=session.id,
                organization=session.offer.owner_id,
            )


async def accept(session: Session, heads: int, before: int, *, by: UUID, now: datetime) -> None:
    """So many heads by code, which the host has seen, go into the count: those that came first. Nothing changes where
    others than those `before` have been accepted meanwhile. Raises Refused where the count can be mended no more."""
    async with in_transaction():
        await queries.held(session.id)
        found = await queries.wall(session.id)
        if found.accepted != before:
            return
        accepted = min(heads, found.by_code)
        if not accepted:
            return
        # Browsers are forgotten the day after; the heads they were still wait for a host.
        await rows(
            """UPDATE check_in_browser SET counted_as = 'accepted' WHERE id IN (SELECT id FROM check_in_browser
                WHERE session_id = $1 AND counted_as = 'head' ORDER BY id LIMIT $2)""",
            session.id, accepted,
        )  # fmt: skip
        table = await taps.lay(session.id, session.offer.owner_id, [], [], now=now)
        tap = taps.so_many_more(table, taps.of_heads(table), accepted, uuid7())
        answers = await taps.keep_on(table, [tap], Sender(by))
        if answers[0].outcome == Outcome.REFUSED:
            raise Refused(_("Antallet kan ikke endres nå."))
        await rows("UPDATE head_count SET by_code = by_code - $2 WHERE session_id = $1", session.id, accepted)
        await record(
            Act.CHECK_IN_ACCEPTED, now=now, actor=by, object_id=session.id, organization=session.offer.owner_id,
            details={"heads": accepted},
        )  # fmt: skip


async def _mark(session: queries.Open, here: list[rules.Here], now: datetime) -> None:
    """Mark these bookings as a host's taps do: having seen nothing, so that what a host has said otherwise stands
    beside it until somebody chooses. Who says another number than before has seen their own."""
    before = await queries.said_before(session, [each.booking_id for each in here])
    said: list[Tap | Unread] = []
    for each in here:
        came = [(Field.SEATS, str(each.came))] if each.seats > 1 else []
        for field, value_ in [(Field.STATE, AttendanceState.PRESENT.value), *came]:
            last = before.get((each.booking_id, field))
            if last is None or last.value != value_:
                after = last.id if last else None
                id_ = rules.tap_id(session.id, session.ended_at, each.booking_id, field, value_, after)
                said.append(Tap(id_, now, each.booking_id, field, value_, 0, after))
    await taps.keep(session.id, session.owner_id, said, Sender(None, cause=Cause.CHECK_IN), now=now)
