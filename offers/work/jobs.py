"""When organisations are told: at once of a request, of what is unanswered after two and five days, and twice a day of
the rest for those who want it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from marketplace.base import clock
from marketplace.base.data import jobs
from marketplace.base.data.database import column, in_transaction, rows
from marketplace.base.models import Channel
from marketplace.base.post.mail import MailFunction, name_of, post
from marketplace.people.queries import WRITTEN_TO
from offers.bookings.mails import still_waiting
from offers.bookings.requests.rules import LATE
from offers.catalogue.recorded import REGISTERS_FOR
from offers.telling.addressees import Addressee
from offers.work import mails
from offers.work.actions import tell_member, tell_members
from offers.work.told.queries import ASKED_STILL, OTHERS_WAIT, SINCE, WAITS, nobody_got, whom_to_ask
from organizations.notices.models import Notice
from organizations.notices.queries import told

REMIND_AFTER = (timedelta(days=2), timedelta(days=5))

DUE = f"""FROM booking b JOIN offer o ON o.id = b.offer_id JOIN seat_pool p ON p.id = b.pool_id
    CROSS JOIN LATERAL (SELECT 1 + ({SINCE} <= $2)::int + ({SINCE} <= $3)::int AS told) stage
    CROSS JOIN LATERAL (SELECT b.told_times = 0
        AND o.owner_id IN (SELECT organization_id FROM {told(Notice.REQUEST)} t) AS new) how
    WHERE {WAITS.format(now="$1")} AND b.told_times < stage.told
        AND (how.new OR stage.told > 1 AND o.owner_id IN (SELECT organization_id FROM {told(Notice.REMINDER)} t))"""
WHOSE = f"SELECT DISTINCT o.owner_id {DUE} ORDER BY o.owner_id"
"""The organisations that are to be told of a request now."""
TELL = f"""WITH due AS MATERIALIZED (
    SELECT b.id, o.owner_id AS organization_id, stage.told, how.new, {SINCE} AS since {DUE} AND o.owner_id = $4
    FOR UPDATE OF b SKIP LOCKED),
noted AS (UPDATE booking b SET told_times = due.told FROM due WHERE b.id = due.id)
SELECT organization_id, new, array_agg(id ORDER BY id) AS bookings, max(told) AS told, max(since) AS since FROM due
GROUP BY organization_id, new"""
"""Requests that an organisation is to be told of now; each is noted as told, under its row's lock, so that no two
workers do. A request that nobody can be told of stays untold, and is told as soon as somebody can be."""


@dataclass(frozen=True, slots=True)
class Due:
    """Requests of one organisation that are to be told of. `new`: for the first time; `told`: for which time, counted
    anew from the last of them that a talk was asked for (`since`)."""

    organization_id: UUID
    new: bool
    bookings: list[UUID]
    told: int
    since: datetime


ASKED = f"""SELECT y.id, o.owner_id AS organization_id FROM phone_call y JOIN booking b ON b.id = y.booking_id
JOIN offer o ON o.id = b.offer_id
WHERE {ASKED_STILL} AND y.since > $1 ORDER BY y.id"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that somebody has asked for."""

    id: UUID
    organization_id: UUID


async def tell_of_requests(now: datetime) -> None:
    """Tell those who may answer: of what is new, and of what they have not answered."""

    async def tell(organization: UUID) -> None:
        async with in_transaction():
            due = await rows(Due, TELL, now, *(now - after for after in REMIND_AFTER), organization)
            for each in due:
                kind, mail = (
                    (Notice.REQUEST, mails.asked) if each.new else (Notice.REMINDER, mails.asked_before)
                )
                bookings = [str(one) for one in each.bookings]
                act = f"{bookings[-1]}:{each.told}:{int(each.since.timestamp())}"
                if lost := await nobody_got(mail, each.organization_id, act):
                    act += f":{lost}"
                await tell_members(mail, kind, each.organization_id, act, now, bookings=bookings)

    await jobs.each(await column(WHOSE, now, *(now - after for after in REMIND_AFTER)), tell)


async def tell_of_calls(now: datetime) -> None:
    """Tell those who may answer of who has asked to be rung: once, as the rows of the outbox know for longer than this
    looks back. And of all calls that nobody makes."""

    async def tell(one: Asked) -> None:
        async with in_transaction():
            await tell_members(
                mails.ring_me, Notice.REQUEST, one.organization_id, str(one.id), now, call=str(one.id)
            )

    await jobs.each(await rows(Asked, ASKED, now - timedelta(days=7)), tell)
    if clock.oslo(now).hour in DAYTIME:
        await jobs.each(
            await column(WHOSE_CALLS, *calls_due(now)), lambda one: _tell_of_waiting_calls(one, now)
        )


CALLS_AFTER, DAYTIME = timedelta(minutes=30), range(8, 21)
"""Whoever cancels something sees at once whom to ring, and mostly does. The hours are those in Norway."""
CALLS_DUE = f"""{OTHERS_WAIT.format(now="$1", since="$2")}
    AND y.told_times < (y.about <> 'asked' AND y.since <= $3)::int + (y.since <= $4)::int"""
WHOSE_CALLS = f"""SELECT DISTINCT o.owner_id FROM offer o
JOIN {told(Notice.REQUEST)} t ON t.organization_id = o.owner_id
WHERE o.id IN (SELECT b.offer_id {CALLS_DUE}) ORDER BY o.owner_id"""
NOTE_CALLS = f"""UPDATE phone_call SET told_times = told_times + 1 WHERE id IN (
    SELECT y.id {CALLS_DUE} AND b.offer_id IN (SELECT id FROM offer WHERE owner_id = $5)) RETURNING id"""


def calls_due(now: datetime) -> tuple[datetime, ...]:
    """$1 to $4 of what asks for calls that somebody is to be told of: now, how long calls are looked back at, and since
    when one has waited that is told of for the first time, and for the second."""
    return now, now - REGISTERS_FOR, now - CALLS_AFTER, now - REMIND_AFTER[0]


async def _tell_of_waiting_calls(organization: UUID, now: datetime) -> None:
    """Those whom no message reaches hear nothing unless somebody rings: told of once, and once more after two days. A
    call that the queue has made, or a message that came back, nobody else has seen."""
    async with in_transaction():
        calls = await column(NOTE_CALLS, *calls_due(now), organization)
        if calls:
            act = f"{max(calls)}:{int(now.timestamp())}"
            await tell_members(mails.calls_wait, Notice.REQUEST, organization, act, now)


MORNING, ASKING, AFTERNOON = 7, 9, 15
"""The hours in Norway from which the day before is told, hosts are asked who came, and the day after is told."""


async def tell_days(now: datetime) -> None:
    """In the morning what happened yesterday, and what of it is not recorded; in the afternoon how many come tomorrow.
    A worker that comes late in the day still tells it; a day without one is not told the day after."""
    today, hour = clock.today(now), clock.oslo(now).hour
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    tellings = (
        (MORNING, mails.day_before, yesterday, partial(_tell_all, mails.day_before, Notice.DIGEST)),
        (ASKING, mails.who_came, yesterday, _ask_who_came),
        (AFTERNOON, mails.day_after, tomorrow, partial(_tell_all, mails.day_after, Notice.TOMORROW)),
    )
    due = [(mail, day, tell) for begins, mail, day, tell in tellings if hour >= begins]
    await jobs.each(due, lambda one: _once(*one, now))


async def _once(
    mail: MailFunction, day: date, tell: Callable[[date, datetime], Awaitable[None]], now: datetime
) -> None:
    """Who has got theirs gets no second one when the rest of a day is told anew: the outbox knows each by its key."""
    async with jobs.leased(name_of(mail), str(day), now=now) as ours:
        if ours:
            await tell(day, now)
            await jobs.done(name_of(mail), str(day), now=now)


async def _tell_all(mail: MailFunction, kind: Notice, day: date, now: datetime) -> None:
    async def tell(organization: UUID) -> None:
        async with in_transaction():
            await tell_members(mail, kind, organization, str(day), now, day=str(day))

    await jobs.each(await column(f"SELECT DISTINCT organization_id FROM {told(kind)} t"), tell)


async def _ask_who_came(day: date, now: datetime) -> None:
    """Ask those who led what ended on that day, and is not recorded."""
    await jobs.each(
        await whom_to_ask(*mails.ends_of(day)),
        lambda one: tell_member(mails.who_came, one, str(day), now, day=str(day)),
    )


OVERDUE = f"""SELECT b.id AS booking_id, b.offer_id, b.link_version, b.lang, c.person_id, c.channel, c.value AS address
FROM booking b JOIN offer o ON o.id = b.offer_id JOIN seat_pool p ON p.id = b.pool_id
JOIN contact_point c ON c.id = b.contact_id AND {WRITTEN_TO}
WHERE {WAITS.format(now="$1")} AND {SINCE} <= $2 AND {SINCE} > $3"""
"""Who has waited a week for a word. What has been sent is known by its row in the outbox, which stays longer than this
looks back."""


async def tell_who_waits(now: datetime) -> None:
    """Nobody waits for ever: after a week whoever asked is told whom to ring, once."""

    async def tell(one: Addressee) -> None:
        await post(
            still_waiting, channel=Channel(one.channel or ""), address=one.address or "", lang=one.lang, now=now,
            key=f"still_waiting:{one.booking_id}", about=one.about, booking=str(one.booking_id),
        )  # fmt: skip

    await jobs.each(await rows(Addressee, OVERDUE, now, now - LATE, now - LATE - timedelta(days=7)), tell)
