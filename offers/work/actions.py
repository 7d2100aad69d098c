"""What is written because somebody looked."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.audit import record_each
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, Mail, name_of, post
from marketplace.base.post.queue import Claimed
from offers.participants.acts import Act
from offers.work import mails
from offers.work.queries import Asking
from offers.work.told.queries import ToldMember, key_of
from organizations.notices.models import Notice
from organizations.notices.queries import told


async def note_seen(requests: list[Asking], *, by: UUID, now: datetime) -> None:
    """Every read of participants is recorded: one entry an offer, with how many."""
    seen = Counter((each.offer_id, each.owner_id) for each in requests)
    await record_each(
        Act.PARTICIPANTS_READ, now=now, actor=by,
        about=[(offer, owner, {"count": count, "list": "requests"}) for (offer, owner), count in seen.items()],
    )  # fmt: skip


async def tell_members(
    mail: Mail, kind: Notice, organization: UUID, act: str, now: datetime, **facts: Any
) -> None:
    """The same message to everybody in the organisation who is told such things."""
    for one in await rows(
        ToldMember, f"SELECT * FROM {told(kind)} t WHERE organization_id = $1", organization
    ):
        await tell_member(mail, one, act, now, **facts)


REQUESTS = {name_of(mails.asked): Notice.REQUEST, name_of(mails.asked_before): Notice.REMINDER}
"""The mails that tell of requests, each with its kind."""


async def ask_others(lost: Claimed, now: datetime) -> None:
    """Requests that nobody of the organisation has got the word of are to be told of once more: to whoever can be told
    by then, and not to the same address again. A member who is told no more, or elsewhere, is another."""
    kind = REQUESTS.get(lost.mail)
    if kind is None:
        return
    organization, person, bookings = (lost.facts[name] for name in ("organization", "person", "bookings"))
    act = lost.key.removeprefix(key_of(lost.mail, organization, person, ""))
    times = int(act.split(":")[1])
    async with in_transaction():
        await rows("SELECT FROM booking WHERE id = ANY($1) ORDER BY id FOR UPDATE", bookings)
        await rows(
            f"""UPDATE booking SET told_times = CASE WHEN $10 THEN 0 ELSE greatest(told_times - 1, 1) END
            WHERE id = ANY($1) AND state = 'requested' AND told_times BETWEEN 1 AND $3
                AND NOT EXISTS (SELECT FROM outbox_message m WHERE m.mail = $2 AND m.id <> $4
                    AND m.dedupe_key LIKE $5 AND m.failed_at IS NULL)
                AND NOT EXISTS (SELECT FROM {told(kind)} t WHERE t.organization_id = $6 AND t.person_id = $7
                    AND (t.channel, t.value) = ($8::text, $9::text))""",
            bookings, lost.mail, times, lost.id, key_of(lost.mail, organization, "%", act), organization, person,
            lost.to.channel, lost.to.address, kind is Notice.REQUEST,
        )  # fmt: skip


async def tell_member(mail: Mail, one: ToldMember, act: str, now: datetime, **facts: Any) -> None:
    """A message to somebody who is told such things. `act` tells it from others of its kind: it is sent once."""
    await post(
        mail, channel=Channel(one.channel), address=one.value, lang=one.lang, now=now,
        key=key_of(mail, one.organization_id, one.person_id, act), about=About(person_id=one.person_id),
        organization=str(one.organization_id), person=str(one.person_id), **facts,
    )  # fmt: skip
