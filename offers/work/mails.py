"""What those who work in an organisation are told. Counts and links only: no name of a participant, and no sensitive
offer by its name; whose role, wish or address is gone when it is written gets nothing (organizations/notices)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy, speaking
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, Recipient, Right, compose, mail
from marketplace.settings import settings
from offers.work import rules
from offers.work.told import queries
from organizations.directory.models import Organization
from organizations.notices.models import Notice
from organizations.notices.queries import still_told
from organizations.notices.rules import stop_path


def who_is_told(kind: Notice) -> Right:
    """The right to a mail of this kind."""

    async def right(recipient: Recipient, /, **facts: Any) -> Recipient | None:
        return await still_told(kind, recipient, facts["organization"])

    return right


async def to_member(
    name: str, kind: Notice, channel: Channel, lang: str, subject: Any, facts: tuple[str, str], **context: Any
) -> Content | None:
    """A mail of this kind to a member, `facts` (organisation, person), with the one click that stops this kind and no
    other."""
    organization = await Organization.get_or_none(id=UUID(facts[0]))
    if organization is None:
        return None
    stop = stop_path(kind, UUID(facts[1]), organization.id)
    headers = {
        "List-Unsubscribe": f"<{settings().public_url}{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return compose(
        name, channel, lang, subject, organization=organization, stop=stop, headers=headers, **context
    )


async def _unanswered(
    name: str,
    kind: Notice,
    channel: Channel,
    lang: str,
    subject: Any,
    facts: tuple[str, str],
    bookings: Sequence[str],
) -> Content | None:
    """Nothing when those that it would tell of are answered or withdrawn."""
    now = clock.now()
    if not await queries.still_waiting([UUID(each) for each in bookings], now):
        return None
    waiting = await queries.waiting(UUID(facts[0]), lang, now)
    days = (clock.today(now) - clock.today(min(each.since for each in waiting))).days
    return await to_member(
        name, kind, channel, lang, subject, facts, waiting=waiting, days=days,
        total=sum(each.count for each in waiting),
    )  # fmt: skip


@mail(to=who_is_told(Notice.REQUEST))
async def asked(
    channel: Channel, lang: str, organization: str, person: str, bookings: list[str]
) -> Content | None:
    """Somebody asks for a place."""
    return await _unanswered("asked", Notice.REQUEST, channel, lang, lazy("Noen venter på svar fra dere"),
                             (organization, person), bookings)  # fmt: skip


@mail(to=who_is_told(Notice.REMINDER))
async def asked_before(
    channel: Channel, lang: str, organization: str, person: str, bookings: list[str]
) -> Content | None:
    """Somebody has asked for a place and still waits."""
    return await _unanswered("asked_before", Notice.REMINDER, channel, lang, lazy("Noen venter fortsatt på svar"),
                             (organization, person), bookings)  # fmt: skip


@mail(to=who_is_told(Notice.REQUEST))
async def ring_me(channel: Channel, lang: str, organization: str, person: str, call: str) -> Content | None:
    """Somebody has asked to be rung; nothing when somebody has, or they have left. Who and on what number stands on the
    list that it leads to."""
    session = await queries.waits_for_call(UUID(call))
    if session is None:
        return None
    return await to_member("ring_me", Notice.REQUEST, channel, lang, lazy("Noen vil bli ringt"),
                           (organization, person), path=f"/manage/sessions/{session}/call-list")  # fmt: skip


@mail(to=who_is_told(Notice.REQUEST))
async def calls_wait(channel: Channel, lang: str, organization: str, person: str) -> Content | None:
    """Some whom no message reaches wait for a call; nothing when somebody has rung. Who and on what number stands on
    the lists that it leads to."""
    number = await queries.calls_waiting(UUID(organization), UUID(person), clock.now())
    if not number:
        return None
    return await to_member("calls_wait", Notice.REQUEST, channel, lang, lazy("Noen må ringes"),
                           (organization, person), number=number)  # fmt: skip


MOST = 10
"""Sessions that a message about what was changed names at most."""


@mail(to=who_is_told(Notice.CHANGED))
async def led_changed(
    channel: Channel, lang: str, organization: str, person: str, sessions: dict[str, int]
) -> Content | None:
    """Somebody else has moved or cancelled what they lead; nothing when it is over, or they lead it no more."""
    found = await queries.changed(UUID(organization), UUID(person), lang, sessions, clock.now())
    if not found:
        return None
    off = all(each.called_off for each in found)
    subject = (
        lazy("Avlyst: du trenger ikke komme") if off else lazy("Ny tid eller nytt sted for deg som er vert")
    )
    return await to_member("led_changed", Notice.CHANGED, channel, lang, subject, (organization, person),
                           sessions=found[:MOST], total=len(found), off=off)  # fmt: skip


def ends_of(day: date) -> tuple[datetime, datetime]:
    """When a day begins and ends in Norway."""
    return clock.at_oslo(day, clock_time()), clock.at_oslo(day + timedelta(days=1), clock_time())


@mail(to=who_is_told(Notice.DIGEST))
async def day_before(channel: Channel, lang: str, organization: str, person: str, day: str) -> Content | None:
    """What happened on that day, which was yesterday; nothing when nothing did, or it is later than that."""
    happened = await queries.happened(
        UUID(organization), UUID(person), lang, *ends_of(date.fromisoformat(day))
    )
    if not happened or clock.today(clock.now()) != date.fromisoformat(day) + timedelta(days=1):
        return None
    with speaking(lang):
        told = [{"title": each.title, "lines": rules.lines(each)} for each in happened]
    return await to_member("day_before", Notice.DIGEST, channel, lang, lazy("Det som skjedde i går"),
                       (organization, person), happened=told, booked=sum(each.booked for each in happened),
                       cancelled=sum(each.cancelled for each in happened))  # fmt: skip


@mail(to=who_is_told(Notice.TOMORROW))
async def day_after(channel: Channel, lang: str, organization: str, person: str, day: str) -> Content | None:
    """How many come on that day, the one after this; nothing when nothing is on, or that day has begun."""
    starts, ends = ends_of(date.fromisoformat(day))
    meetings = await queries.meetings(UUID(organization), UUID(person), lang, starts, ends)
    if not meetings or clock.now() >= starts:
        return None
    return await to_member("day_after", Notice.TOMORROW, channel, lang, lazy("I morgen"), (organization, person),
                       meetings=meetings, total=sum(each.coming for each in meetings))  # fmt: skip


@mail(to=who_is_told(Notice.REGISTERS))
async def registers(channel: Channel, lang: str, organization: str, person: str) -> Content | None:
    """The municipality asks for registers; nothing when they have been saved meanwhile."""
    number = await queries.lacking_registers(UUID(organization), UUID(person), clock.now())
    if not number:
        return None
    return await to_member("registers", Notice.REGISTERS, channel, lang, lazy("Oppmøte som ikke er ført"),
                       (organization, person), number=number)  # fmt: skip


@mail(to=who_is_told(Notice.REGISTERS))
async def who_came(channel: Channel, lang: str, organization: str, person: str, day: str) -> Content | None:
    """Which sessions of that day are not recorded; nothing when they have been meanwhile. Who came is said on the pages
    that it leads to, after signing in: no name stands here."""
    held_on = date.fromisoformat(day)
    left = await queries.unrecorded(UUID(organization), UUID(person), lang, *ends_of(held_on))
    if not left or clock.today(clock.now()) != held_on + timedelta(days=1):
        return None
    return await to_member("who_came", Notice.REGISTERS, channel, lang, lazy("Hvem kom i går?"),
                           (organization, person), sessions=left, total=left[0].total)  # fmt: skip
